using Waterguard.Detection.Matching;
using Waterguard.Events;
using Waterguard.Events.Fields;
using Waterguard.Sigma;

namespace Waterguard.Pipeline;

/// <summary>The first step behind the hot path: reads the records that matched once more, for everything that a match carries. One a worker.</summary>
/// <param name="lowest">Matches of rules below, which no correlation wants, are left out: nobody would be told.</param>
internal sealed class MatchDescriber(Generation generation, Level lowest, RawSpool spool, Action<Match> onMatch)
{
    private readonly EventReader _reader = new();
    private readonly EventBuffer _fields = new();
    private readonly TextTable _texts = new();

    public void Describe(MatchedRecords matched)
    {
        foreach (var record in matched.Records)
        {
            if (!IsWanted(record, matched)) continue;
            var details = record.Plan.Details;
            details.Read(_reader, _fields, matched.Bytes, record.Start, record.Length);
            var subject = details.Subject(_fields, record.Place.File, record.Place.Line, record.Place.Offset, spool.Keep(matched.Bytes.AsSpan(record.Start, record.Length)), _texts);
            foreach (var number in matched.RulesOf(record))
            {
                var rule = record.Plan.Rules.Rules[number];
                if (IsWanted(rule)) onMatch(details.Describe(rule, generation.UseOf(rule).Names, subject, _fields, _texts));
            }
        }

        matched.Clear();
    }

    private bool IsWanted(MatchedRecords.Entry record, MatchedRecords matched)
    {
        foreach (var number in matched.RulesOf(record))
        {
            if (IsWanted(record.Plan.Rules.Rules[number])) return true;
        }

        return false;
    }

    private bool IsWanted(SigmaRule rule) => rule.Header.Level >= lowest || generation.UseOf(rule).Correlated;
}
