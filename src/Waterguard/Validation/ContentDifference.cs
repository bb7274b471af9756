using System.Collections.Immutable;
using Waterguard.Alerting;
using Waterguard.Emulation;

namespace Waterguard.Validation;

/// <summary>What one rule tells more or less.</summary>
/// <param name="ExamplesGained">The first few, by time.</param>
internal sealed record RuleDifference(string Id, string Title, string Level, int Gained, int Lost, ImmutableArray<Alert> ExamplesGained, ImmutableArray<Alert> ExamplesLost);

/// <summary>A scenario whose outcome is another one.</summary>
/// <param name="What">What it is about: <c>detonation</c>, <c>variant</c> or <c>twin</c>.</param>
internal sealed record ScenarioDifference(string Scenario, string Rule, string What, string Name);

/// <summary>What a change of content does to alerts: rules, lists and suppressions alike.</summary>
/// <param name="LostInScenarios">Attacks that were found before and are not now.</param>
/// <param name="GainedInScenarios">Attacks that are found only now.</param>
/// <param name="Loud">Benign twins that were quiet before.</param>
internal sealed record ContentDifference(
    int Gained, int Lost, ImmutableArray<RuleDifference> Rules,
    ImmutableArray<ScenarioDifference> LostInScenarios, ImmutableArray<ScenarioDifference> GainedInScenarios, ImmutableArray<ScenarioDifference> Loud)
{
    /// <summary>Examples that are kept for each rule.</summary>
    public const int MaxExamples = 3;

    public bool LosesTruePositives => !LostInScenarios.IsEmpty;

    public static ContentDifference Of(IReadOnlyList<Alert> before, IReadOnlyList<Alert> after, ValidationRun? scenariosBefore, ValidationRun? scenariosAfter)
    {
        var (old, current) = (Told(before), Told(after));
        var gained = current.Values.Where(a => !old.ContainsKey(a.Id)).ToLookup(a => a.Rule.Id, StringComparer.Ordinal);
        var lost = old.Values.Where(a => !current.ContainsKey(a.Id)).ToLookup(a => a.Rule.Id, StringComparer.Ordinal);
        var rules = gained.Concat(lost).Select(g => g.First().Rule).DistinctBy(r => r.Id, StringComparer.Ordinal).OrderBy(r => r.Title, StringComparer.Ordinal).ThenBy(r => r.Id, StringComparer.Ordinal)
            .Select(r => new RuleDifference(r.Id, r.Title, Alerting.Output.AlertJson.Name(r.Level), gained[r.Id].Count(), lost[r.Id].Count(), First(gained[r.Id]), First(lost[r.Id])));
        var (was, isNow) = (Outcomes(scenariosBefore), Outcomes(scenariosAfter));
        return new ContentDifference(gained.Sum(g => g.Count()), lost.Sum(g => g.Count()), [.. rules],
            [.. was.Where(o => o.What != "twin" && !isNow.Contains(o))],
            [.. isNow.Where(o => o.What != "twin" && !was.Contains(o))],
            [.. was.Where(o => o.What == "twin" && !isNow.Contains(o))]);
    }

    // What is suppressed is not told: a suppression that is new takes alerts away.
    private static SortedDictionary<string, Alert> Told(IReadOnlyList<Alert> alerts)
    {
        var told = new SortedDictionary<string, Alert>(StringComparer.Ordinal);
        foreach (var alert in alerts.Where(a => a.SuppressedBy is null)) told[alert.Id] = alert;
        return told;
    }

    private static ImmutableArray<Alert> First(IEnumerable<Alert> alerts) => [.. alerts.OrderBy(a => a.Time).ThenBy(a => a.Id, StringComparer.Ordinal).Take(MaxExamples)];

    // Everything that went as it should: detonations that fired, variants that were caught, twins that were quiet.
    private static ImmutableArray<ScenarioDifference> Outcomes(ValidationRun? run) =>
    [
        .. (run?.Run ?? []).SelectMany(r => (r.Fired ? [One(r, "detonation", "")] : Array.Empty<ScenarioDifference>())
            .Concat(r.Variants.Where(v => v.Caught).Select(v => One(r, "variant", v.Name))).Concat(r.Twins.Where(t => t.Quiet).Select(t => One(r, "twin", t.Name)))),
    ];

    private static ScenarioDifference One(ScenarioResult result, string what, string name) => new(result.Scenario.Id, result.Expected.Rule, what, name);
}
