using System.Collections.Immutable;
using Waterguard.Detection.Matching;

namespace Waterguard.Detection.Correlations;

/// <summary>What a correlation consumes: a match, or a finding of another correlation.</summary>
/// <param name="Ticks">UTC; a plain number, because windows subtract from it near the ends of the calendar.</param>
/// <param name="Events">How many events stand behind it.</param>
internal sealed record Occurrence(
    string RuleId, string RecordId, long Ticks, ImmutableDictionary<string, ImmutableArray<string>> Values,
    ImmutableSortedDictionary<string, ImmutableArray<string>> Entities, ImmutableArray<Evidence> Evidence, long Events)
{
    /// <summary>Total: by time, record and rule; copies of one record by where they lie.</summary>
    public static Comparer<Occurrence> Order { get; } = Comparer<Occurrence>.Create(Compare);

    public DateTimeOffset Time => new(Ticks, TimeSpan.Zero);

    public static Occurrence Of(Match match) =>
        new(match.Rule.Header.Id, match.RecordId, match.Time.UtcTicks, match.Values, match.Entities, [match.Evidence], 1);

    /// <summary>A finding is an ordinary match for those who consume it: at its end, with its group as values.</summary>
    public static Occurrence Of(CorrelationFinding finding) => new(
        finding.Correlation.Header.Id, string.Join('\u001f', [finding.Correlation.Header.Id, finding.Key, .. finding.Anchor]), finding.End.UtcTicks,
        finding.Group.ToImmutableDictionary(g => g.Key, g => ImmutableArray.Create(g.Value), StringComparer.Ordinal),
        finding.Entities, finding.Evidence, finding.EventCount);

    public ImmutableArray<string> ValuesOf(string name) => Values.TryGetValue(name, out var values) ? values : [];

    private static int Compare(Occurrence left, Occurrence right)
    {
        var order = left.Ticks.CompareTo(right.Ticks);
        if (order == 0) order = string.CompareOrdinal(left.RecordId, right.RecordId);
        if (order == 0) order = string.CompareOrdinal(left.RuleId, right.RuleId);
        if (order != 0 || left.Evidence is not [var a, ..] || right.Evidence is not [var b, ..]) return order;
        order = string.CompareOrdinal(a.File, b.File);
        if (order == 0) order = a.Line.CompareTo(b.Line);
        return order != 0 ? order : a.Offset.CompareTo(b.Offset);
    }
}
