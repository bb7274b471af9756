using System.Collections.Immutable;
using Waterguard.Emulation.Recording;
using Waterguard.Emulation.Scenarios;

namespace Waterguard.Emulation;

/// <summary>An alert, as far as a scenario asks.</summary>
/// <param name="RuleName">The name by which correlations refer to the rule, if it has one.</param>
/// <param name="SuppressedBy">What is known to be benign and covers it: then nobody is told.</param>
public sealed record SeenAlert(string Id, string RuleId, string? RuleName, string RuleTitle, string Level, DateTimeOffset Time, string? SuppressedBy);

/// <summary>What became of played telemetry.</summary>
/// <param name="Problems">What kept records from being judged as what they are.</param>
public sealed record Observed(ImmutableArray<SeenAlert> Alerts, ImmutableArray<string> Problems);

/// <summary>Plays telemetry and says which alerts it raised. Called from several threads at once.</summary>
public delegate Observed PlayAndObserve(PlayedTelemetry telemetry);

/// <summary>Runs recorded scenarios. It does not know how they are caught: playing and observing are handed in.</summary>
public static class ScenarioRunner
{
    /// <summary>The telemetry of a recorded scenario's detonation, as if it began at some time.</summary>
    public static PlayedTelemetry DetonationAt(Scenario scenario, DateTimeOffset starts) => Recorder.Detonation(scenario with { Starts = starts });

    /// <summary>One result for each detection that the scenario expects. A live scenario is not run here.</summary>
    public static ImmutableArray<ScenarioResult> Run(Scenario scenario, PlayAndObserve play)
    {
        if (scenario.IsLive) return [.. scenario.Expect.Select(e => ScenarioResult.NotRun(scenario, e))];
        var detonation = play(Recorder.Detonation(scenario));
        var twins = scenario.Quiet.Select(t => (Part: t, Seen: play(Recorder.Part(scenario, t)))).ToArray();
        var variants = scenario.Variants.Select(v => (Part: v, Seen: play(Recorder.Part(scenario, v)))).ToArray();
        return [.. scenario.Expect.Select(e => Judge(scenario, e, detonation, twins, variants))];
    }

    private static ScenarioResult Judge(
        Scenario scenario, Expectation expected, Observed detonation, (ScenarioPart Part, Observed Seen)[] twins, (ScenarioPart Part, Observed Seen)[] variants)
    {
        var problems = ImmutableArray.CreateBuilder<string>();
        Note("detonate", detonation);
        foreach (var (part, seen) in twins.Concat(variants)) Note(part.Name, seen);
        var mine = detonation.Alerts.Where(a => IsOf(a, expected)).ToArray();
        if (mine.Any(a => a.Time < scenario.Starts)) problems.Add("it fired before the detonation, in the warm-up");
        var first = Caught(scenario, expected, detonation);
        if (first is null && mine.FirstOrDefault(a => a.SuppressedBy is not null) is { } hidden) problems.Add($"the suppression '{hidden.SuppressedBy}' covers it");
        var collateral = detonation.Alerts.Where(a => !IsOf(a, expected)).GroupBy(a => (a.RuleId, a.RuleTitle, a.Level)).OrderBy(g => g.Key.RuleTitle, StringComparer.Ordinal)
            .Select(g => new CollateralAlerts(g.Key.RuleId, g.Key.RuleTitle, g.Key.Level, g.Count()));
        return new ScenarioResult(scenario, expected, true, first is not null, first is null ? null : first.Time - scenario.Starts,
            [.. twins.Select(t => new TwinResult(t.Part.Name, !t.Seen.Alerts.Any(a => IsOf(a, expected) && a.SuppressedBy is null) && t.Seen.Problems.IsEmpty))],
            [.. variants.Select(v => new VariantResult(v.Part.Name, Caught(scenario, expected, v.Seen) is not null, v.Part.Caught, v.Part.Reason))],
            [.. collateral], problems.ToImmutable());

        void Note(string part, Observed seen) => problems.AddRange(seen.Problems.Select(p => $"{part}: {p}"));
    }

    private static SeenAlert? Caught(Scenario scenario, Expectation expected, Observed seen) =>
        seen.Alerts.Where(a => IsOf(a, expected) && a.SuppressedBy is null && a.Time >= scenario.Starts && a.Time - scenario.Starts <= expected.Within).MinBy(a => a.Time);

    private static bool IsOf(SeenAlert alert, Expectation expected) =>
        string.Equals(alert.RuleId, expected.Rule, StringComparison.OrdinalIgnoreCase) || alert.RuleTitle == expected.Rule || (alert.RuleName is not null && alert.RuleName == expected.Rule);
}
