using Waterguard.Detection.Census;
using Waterguard.Detection.Matching;
using Waterguard.Events;
using Waterguard.Events.Fields;
using Waterguard.Sigma;

namespace Waterguard.Pipeline;

/// <summary>The first step behind the hot path: reads the records that matched once more, for everything that a match carries. One a worker.</summary>
/// <param name="lowest">Matches of rules below, which no correlation wants, are left out: nobody would be told.</param>
/// <param name="onFact">Told what records tell the census; null of those without a time. Without it nothing is read for the census.</param>
internal sealed class MatchDescriber(Generation generation, Level lowest, RawSpool spool, Action<Match> onMatch, Action<Fact?>? onFact = null)
{
    private readonly EventReader _reader = new();
    private readonly EventBuffer _fields = new();
    private readonly TextTable _texts = new();

    /// <summary>Whether matches of rules are passed over.</summary>
    public bool OnlyFacts { get; init; }

    public void Describe(MatchedRecords matched)
    {
        foreach (var record in matched.Records)
        {
            if (onFact is not null && record.Plan.Facts is not null) Facts(record, matched, onFact);
            if (OnlyFacts || !IsWanted(record, matched)) continue;
            var details = record.Plan.Details;
            details.Read(_reader, _fields, matched.Bytes, record.Start, record.Length);
            var subject = details.Subject(_fields, record.Place.File, record.Place.Line, record.Place.Offset, spool.Keep(matched.Bytes.AsSpan(record.Start, record.Length)), _texts);
            foreach (var number in matched.RulesOf(record))
            {
                var rule = record.Plan.Rules.Rules[number];
                if (IsWanted(record.Plan, number)) onMatch(details.Describe(rule, generation.UseOf(rule).Names, subject, _fields, _texts));
            }
        }

        matched.Clear();
    }

    private void Facts(MatchedRecords.Entry record, MatchedRecords matched, Action<Fact?> onFact)
    {
        var read = false;
        foreach (var number in matched.RulesOf(record))
        {
            if (record.Plan.Readings[number] is not { } reading) continue;
            if (!read) record.Plan.Facts!.Read(_reader, _fields, matched.Bytes, record.Start, record.Length);
            read = true;
            if (!record.Plan.Facts!.Facts(reading, _fields, _texts, onFact)) onFact(null);
        }
    }

    private bool IsWanted(MatchedRecords.Entry record, MatchedRecords matched)
    {
        foreach (var number in matched.RulesOf(record))
        {
            if (IsWanted(record.Plan, number)) return true;
        }

        return false;
    }

    private bool IsWanted(FormPlan plan, int number) =>
        plan.Readings[number] is null && plan.Rules.Rules[number] is var rule && (rule.Header.Level >= lowest || generation.UseOf(rule) is { Correlated: true } or { IsCanary: true });
}
