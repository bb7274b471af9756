using System.Collections.Immutable;
using System.Globalization;

namespace Waterguard.Strategies.State;

/// <summary>Whether an assumption holds, by what was observed.</summary>
internal static class AssumptionJudgement
{
    private const int ValuesNamed = 3;

    public static AssumptionState Judge(Assumption assumption, Observations seen) => assumption.Check switch
    {
        AssumptionCheck.Delivery => Delivery(assumption, seen),
        AssumptionCheck.Population => Share(assumption, seen, s => s.Populated, "of its events have"),
        AssumptionCheck.Level => Share(assumption, seen, s => s.Levels, "of the events that can have it do have"),
        AssumptionCheck.Vocabulary => Vocabulary(assumption, seen),
        AssumptionCheck.Baseline => Baseline(assumption, seen),
        _ => seen.Checks.TryGetValue(assumption.Id, out var check) ? new(assumption, check.Holds, check.Observed) : new(assumption, null, "was not looked at"),
    };

    private static AssumptionState Delivery(Assumption assumption, Observations seen)
    {
        if (!seen.Sources.TryGetValue(assumption.Source!, out var source) || source.Events == 0) return new(assumption, false, $"{assumption.Source} was not heard of");
        if (source.LastDelivered is not { } last) return new(assumption, true, string.Create(CultureInfo.InvariantCulture, $"{source.Events} events"));
        var ago = seen.Now - last;
        return new(assumption, ago <= assumption.Within, $"{assumption.Source} last delivered {Text(ago)} ago, where {Text(assumption.Within!.Value)} is expected");
    }

    private static AssumptionState Share(Assumption assumption, Observations seen, Func<SourceSeen, ImmutableSortedDictionary<string, double>> shares, string words)
    {
        if (!seen.Sources.TryGetValue(assumption.Source!, out var source) || source.Events == 0) return new(assumption, null, $"{assumption.Source} was not heard of");
        if (!shares(source).TryGetValue(assumption.Field!, out var share)) return new(assumption, null, $"no event of {assumption.Source} could tell");
        return new(assumption, share >= assumption.Min, string.Create(CultureInfo.InvariantCulture, $"{assumption.Source}: {share:P0} {words} {assumption.Field}, where {assumption.Min:P0} are expected"));
    }

    private static AssumptionState Vocabulary(Assumption assumption, Observations seen)
    {
        if (!seen.Sources.TryGetValue(assumption.Source!, out var source) || source.Events == 0) return new(assumption, null, $"{assumption.Source} was not heard of");
        var outside = source.OutsideVocabulary.GetValueOrDefault(assumption.Field!, []);
        return outside.IsEmpty
            ? new(assumption, true, $"all values of {assumption.Field} are known")
            : new(assumption, false, $"{assumption.Source}: {assumption.Field} has values that no detection knows: {string.Join(", ", outside.Take(ValuesNamed))}{(outside.Length > ValuesNamed ? " …" : "")}");
    }

    private static AssumptionState Baseline(Assumption assumption, Observations seen)
    {
        var learning = seen.Learning.Where(l => assumption.Affects.IsEmpty || assumption.Affects.Contains(l.Key, StringComparer.Ordinal)).OrderBy(l => l.Key, StringComparer.Ordinal).Select(l => l.Value).ToArray();
        if (learning.Length == 0) return new(assumption, null, "nothing that learns was looked at");
        var keys = learning.Sum(l => l.Keys);
        var ready = keys == 0 ? 0 : learning.Sum(l => l.Keys * l.ReadyShare) / keys;
        return new(assumption, ready >= assumption.Min, string.Create(CultureInfo.InvariantCulture, $"{ready:P0} of {keys} keys have learnt enough, where {assumption.Min:P0} are expected"));
    }

    private static string Text(TimeSpan span) => span.TotalDays >= 2 ? FormattableString.Invariant($"{span.TotalDays:0} days") : span.TotalHours >= 2 ? FormattableString.Invariant($"{span.TotalHours:0} hours")
        : span.TotalMinutes >= 2 ? FormattableString.Invariant($"{span.TotalMinutes:0} minutes") : FormattableString.Invariant($"{Math.Max(0, span.TotalSeconds):0} seconds");
}
