using System.Collections.Immutable;
using Waterguard.Pipeline;

namespace Waterguard.Validation;

/// <summary>Scenarios whose true positives a suppression would hide.</summary>
internal static class HiddenScenarios
{
    /// <summary>Plays the recorded scenarios that expect one of the rules.</summary>
    /// <param name="generation">With the suppressions as they would be.</param>
    /// <param name="rules">Ids, names or titles.</param>
    /// <param name="suppressions">Ids of those that are asked about.</param>
    /// <returns>How many were played, and those that are hidden.</returns>
    public static (int Played, ImmutableArray<OwnedResult> Hidden) Of(Generation generation, ScenarioCatalog catalog, IReadOnlySet<string> rules, IEnumerable<string> suppressions, TimeProvider time, CancellationToken cancel)
    {
        var chosen = catalog.Scenarios.Where(s => !s.Scenario.IsLive && s.Scenario.Expect.Any(e => rules.Contains(e.Rule))).ToArray();
        if (chosen.Length == 0) return (0, []);
        var run = ValidationRun.Of(chosen, new ScanStage(generation).Play, Math.Max(1, Environment.ProcessorCount / 2), time, cancel);
        var marks = suppressions.Select(s => $"the suppression '{s}' covers it").ToArray();
        return (chosen.Length, [.. run.Results.Where(r => marks.Any(m => r.Result.Problems.Contains(m, StringComparer.Ordinal)))]);
    }

    /// <summary>All that a rule may be called, for rules that are named by id or name.</summary>
    public static HashSet<string> Names(Generation generation, IReadOnlyCollection<string> meant) =>
        generation.Rules.Rules.Select(r => r.Header).Concat(generation.Rules.Correlations.Select(c => c.Header))
            .Where(h => meant.Count == 0 || meant.Contains(h.Id, StringComparer.Ordinal) || (h.Name is not null && meant.Contains(h.Name, StringComparer.Ordinal)))
            .SelectMany(h => new[] { h.Id, h.Name, h.Title }).OfType<string>().ToHashSet(StringComparer.OrdinalIgnoreCase);
}
