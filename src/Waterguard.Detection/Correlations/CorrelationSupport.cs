using System.Collections.Immutable;
using Waterguard.Sigma.Correlations;

namespace Waterguard.Detection.Correlations;

/// <summary>Which correlations can be evaluated, and in which order.</summary>
internal static class CorrelationSupport
{
    /// <summary>Those that are not evaluated, and those that consume them.</summary>
    public static ImmutableSortedDictionary<string, string> NotEvaluated(ImmutableArray<Correlation> correlations, ImmutableDictionary<string, string> ids)
    {
        var reasons = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var correlation in InnerFirst(correlations, ids))
        {
            var inner = correlation.Rules.FirstOrDefault(r => reasons.ContainsKey(ids[r]));
            if (Reason(correlation) is { } reason) reasons[correlation.Header.Id] = reason;
            else if (inner is not null) reasons[correlation.Header.Id] = $"it consumes '{inner}', which is not evaluated";
        }

        return reasons.ToImmutableSortedDictionary(StringComparer.Ordinal);
    }

    /// <summary>The same correlations, each behind those that it consumes. There are no circles: the loader has refused them.</summary>
    public static IEnumerable<Correlation> InnerFirst(ImmutableArray<Correlation> correlations, ImmutableDictionary<string, string> ids)
    {
        var byId = correlations.ToDictionary(c => c.Header.Id, StringComparer.Ordinal);
        var done = new HashSet<string>(StringComparer.Ordinal);
        var ordered = new List<Correlation>();
        foreach (var correlation in correlations) Visit(correlation);
        return ordered;

        void Visit(Correlation correlation)
        {
            if (!done.Add(correlation.Header.Id)) return;
            foreach (var reference in correlation.Rules)
            {
                if (byId.TryGetValue(ids[reference], out var inner)) Visit(inner);
            }

            ordered.Add(correlation);
        }
    }

    private static string? Reason(Correlation correlation) => correlation.Type switch
    {
        CorrelationType.TemporalOrdered when correlation.Expression is not null || !correlation.Conditions.IsEmpty =>
            "temporal_ordered with a condition has no agreed meaning: use temporal, or leave the condition out",
        _ => null,
    };
}
