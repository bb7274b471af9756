using System.Collections.Immutable;
using Waterguard.Sigma;
using Waterguard.Strategies.Attack;
using Waterguard.Strategies.Lint;

namespace Waterguard.Strategies.Coverage;

/// <summary>How well a detection, or what is covered by several, can do its work.</summary>
public enum CoverageState
{
    /// <summary>Nobody has looked.</summary>
    None,

    /// <summary>What it needs is missing.</summary>
    Blind,

    /// <summary>A part of what it needs is missing.</summary>
    Degraded,

    /// <summary>All that it needs is there.</summary>
    Armed,
}

/// <summary>A technique and the detections that assess themselves as finding it. Its state is the best of theirs.</summary>
public sealed record TechniqueCoverage(Technique Technique, ImmutableArray<RuleHeader> Detections, CoverageState State)
{
    /// <summary>What the loaded detections that alert cover, by technique; ids of both versions of ATT&amp;CK are put together under the current one.</summary>
    public static ImmutableArray<TechniqueCoverage> Of(RuleCollection rules, AttackCatalog attack, Func<string, CoverageState> stateOf)
    {
        var names = new DetectionNames(rules);
        var byTechnique = new SortedDictionary<string, List<RuleHeader>>(StringComparer.Ordinal);
        foreach (var header in names.All.Where(names.Alerts))
        {
            var ids = header.Custom.Assessed.IsEmpty ? header.Attack : header.Custom.Assessed;
            foreach (var id in ids.Select(attack.Current).Distinct(StringComparer.Ordinal))
            {
                if (attack.Find(id) is null) continue;
                if (!byTechnique.TryGetValue(id, out var list)) byTechnique[id] = list = [];
                list.Add(header);
            }
        }

        return [.. byTechnique.Select(t => new TechniqueCoverage(attack.Find(t.Key)!, [.. t.Value.OrderBy(h => h.Title, StringComparer.Ordinal)], t.Value.Max(h => stateOf(h.Id))))];
    }
}
