using System.Collections.Immutable;
using Waterguard.Emulation.Scenarios;

namespace Waterguard.Emulation;

/// <summary>What became of one expectation of a scenario.</summary>
/// <param name="Ran">False where the scenario is not one that can be run here.</param>
/// <param name="TimeToDetect">From the detonation to the alert, in the time that the records tell.</param>
/// <param name="Collateral">Alerts of other rules on the same telemetry: for information.</param>
/// <param name="Problems">Why the result does not count: records that were not read as what they are, an alert in the warm-up.</param>
public sealed record ScenarioResult(
    Scenario Scenario, Expectation Expected, bool Ran, bool Fired, TimeSpan? TimeToDetect,
    ImmutableArray<TwinResult> Twins, ImmutableArray<VariantResult> Variants, ImmutableArray<CollateralAlerts> Collateral, ImmutableArray<string> Problems)
{
    /// <summary>Whether something that must hold does not: it did not fire, a twin was not quiet, or a variant got past that is said to be caught.</summary>
    public bool IsMiss => Ran && (!Fired || !Problems.IsEmpty || Twins.Any(t => !t.Quiet) || Variants.Any(v => v.Expected && !v.Caught));

    /// <summary>Of a live scenario: what was done about the alert, and what the probes showed.</summary>
    public string? Response { get; init; }

    /// <summary>Of a live scenario: whether the alert came of an event that is told at once, and not of a round, a scan or a count.</summary>
    public bool IsEventDriven { get; init; }

    internal static ScenarioResult NotRun(Scenario scenario, Expectation expected) => new(scenario, expected, false, false, null, [], [], [], []);
}

/// <summary>A benign twin.</summary>
/// <param name="Quiet">Whether the detection said nothing about it, and its records were judged.</param>
public sealed record TwinResult(string Name, bool Quiet);

/// <summary>An evasive variant.</summary>
/// <param name="Expected">Whether it is expected to be caught.</param>
/// <param name="Reason">Why not.</param>
public sealed record VariantResult(string Name, bool Caught, bool Expected, string? Reason);

/// <summary>Alerts of one other rule.</summary>
public sealed record CollateralAlerts(string RuleId, string RuleTitle, string Level, int Count);
