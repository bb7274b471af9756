using Waterguard.Detection.Matching;
using Waterguard.Events;
using Waterguard.Events.Fields;

namespace Waterguard.Pipeline;

/// <summary>The first step behind the hot path: reads the records that matched once more, for everything that a match carries. One a worker.</summary>
internal sealed class MatchDescriber(Generation generation, Action<Match> onMatch)
{
    private readonly EventReader _reader = new();
    private readonly EventBuffer _fields = new();

    public void Describe(MatchedRecords matched)
    {
        foreach (var record in matched.Records)
        {
            var details = record.Plan.Details;
            details.Read(_reader, _fields, matched.Bytes, record.Start, record.Length);
            var subject = details.Subject(_fields, record.Place.File, record.Place.Line, record.Place.Offset, matched.Bytes.AsSpan(record.Start, record.Length).ToArray());
            foreach (var number in matched.RulesOf(record))
            {
                var rule = record.Plan.Rules.Rules[number];
                onMatch(details.Describe(rule, generation.UseOf(rule).Names, subject, _fields));
            }
        }

        matched.Clear();
    }
}
