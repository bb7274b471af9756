using Waterguard.Strategies.Claims;

namespace Waterguard.Strategies.Rendering;

/// <summary>What executes a claim, in words; also what binds it from its own side.</summary>
public static class ClaimText
{
    /// <summary>The names by kind: <c>("detections", ["cpu-above-usual"])</c>.</summary>
    public static IEnumerable<(string Kind, IReadOnlyList<string> Names)> Executors(Strategy strategy, Claim claim)
    {
        foreach (var kind in Enum.GetValues<BindingKind>())
        {
            var names = claim.Names(kind).Concat(FromOutside(strategy, claim, kind)).Distinct(StringComparer.Ordinal).ToArray();
            if (names.Length > 0) yield return (kind.ToString().ToLowerInvariant(), names);
        }
    }

    /// <summary>One line: <c>detections cpu-above-usual; sources docker.stats</c>, or <c>by hand: …</c>.</summary>
    public static string Line(Strategy strategy, Claim claim)
    {
        var parts = Executors(strategy, claim).Select(e => $"{e.Kind}: {string.Join(", ", e.Names)}").ToList();
        if (claim.Manual is { } manual) parts.Add("by hand: " + manual);
        return parts.Count == 0 ? "nothing yet" : string.Join("; ", parts);
    }

    private static IEnumerable<string> FromOutside(Strategy strategy, Claim claim, BindingKind kind)
    {
        var companions = kind switch { BindingKind.Assumptions => strategy.Assumptions, BindingKind.Suppressions => strategy.Suppressions, BindingKind.Scenarios => strategy.Scenarios, _ => [] };
        var steps = kind == BindingKind.Steps && strategy.Playbook is { } playbook ? playbook.Steps.Where(s => s.Claim == claim.Id).Select(s => s.Id) : [];
        return companions.Where(c => c.Claim == claim.Id || c.Claim == claim.Text).Select(c => c.Id).Concat(steps);
    }
}
