using System.Collections.Immutable;
using Waterguard.Content;
using Waterguard.Emulation;
using Waterguard.Emulation.Scenarios;
using Waterguard.Pipeline;
using Waterguard.Sigma;

namespace Waterguard.Validation;

/// <summary>A scenario and the strategy whose folder it lies in.</summary>
internal sealed record OwnedScenario(string Strategy, Scenario Scenario);

/// <summary>All scenarios of the content, checked against the detections and sources that they name.</summary>
/// <param name="Detections">What scenarios are asked for: every rule and correlation of a strategy that alerts by itself.</param>
internal sealed record ScenarioCatalog(ImmutableArray<OwnedScenario> Scenarios, ImmutableArray<RuleHeader> Detections, ImmutableArray<Diagnostic> Diagnostics)
{
    private static readonly string[] Endings = [".yml", ".yaml"];

    public static ScenarioCatalog Load(Generation generation, ContentOptions options)
    {
        var bag = new DiagnosticBag();
        var scenarios = ImmutableArray.CreateBuilder<OwnedScenario>();
        var ids = new HashSet<string>(StringComparer.Ordinal);
        var known = Names(generation);
        foreach (var (path, text) in new ContentFiles(options.BuiltIn, options.Content).Below("strategies", IsScenario))
        {
            foreach (var scenario in ScenarioParser.Parse(path, text, bag))
            {
                if (!ids.Add(scenario.Id)) bag.Error(ScenarioCodes.Id, scenario.Location, $"Another scenario is called '{scenario.Id}'.");
                else if (Knows(scenario, known, generation, bag)) scenarios.Add(new OwnedScenario(path.Split('/')[1], scenario));
            }
        }

        return new ScenarioCatalog(scenarios.ToImmutable(), AlertingDetections(generation), bag.ToSorted());
    }

    /// <summary>The detections that no recorded scenario expects, and those of which none has a benign twin.</summary>
    public IEnumerable<RuleHeader> Without(Func<Scenario, bool> has)
    {
        var covered = Scenarios.Where(s => has(s.Scenario)).SelectMany(s => s.Scenario.Expect).Select(e => e.Rule).ToHashSet(StringComparer.OrdinalIgnoreCase);
        return Detections.Where(d => !covered.Contains(d.Id) && !covered.Contains(d.Title) && (d.Name is null || !covered.Contains(d.Name)));
    }

    private static bool IsScenario(string path) => path.Split('/') is ["strategies", _, "scenarios", ..] && Array.Exists(Endings, e => path.EndsWith(e, StringComparison.Ordinal));

    private static ImmutableArray<RuleHeader> AlertingDetections(Generation generation)
    {
        var consumed = generation.Rules.Correlations.Where(c => !c.Generate).SelectMany(c => c.Rules).ToHashSet(StringComparer.Ordinal);
        return
        [
            .. generation.Rules.Rules.Where(r => generation.UseOf(r).Alerts).Select(r => r.Header)
                .Concat(generation.Rules.Correlations.Select(c => c.Header).Where(h => !consumed.Contains(h.Id) && (h.Name is null || !consumed.Contains(h.Name))))
                .Where(h => generation.StrategyOf(h.Id) is not null),
        ];
    }

    private static HashSet<string> Names(Generation generation) =>
        generation.Rules.Rules.Select(r => r.Header).Concat(generation.Rules.Correlations.Select(c => c.Header))
            .SelectMany(h => new[] { h.Id, h.Title, h.Name }).OfType<string>().ToHashSet(StringComparer.OrdinalIgnoreCase);

    private static bool Knows(Scenario scenario, HashSet<string> rules, Generation generation, DiagnosticBag bag)
    {
        var before = bag.ErrorCount;
        foreach (var expected in scenario.Expect.Where(e => !rules.Contains(e.Rule))) bag.Error(ScenarioCodes.Unknown, expected.Location, $"There is no detection '{expected.Rule}': write its id, name or title.");
        foreach (var step in scenario.WarmUp.Concat(scenario.Detonate).Concat(scenario.Quiet.Concat(scenario.Variants).SelectMany(p => p.Play)))
        {
            if (step.Source is { } source && generation.Sources.Find(source) is null) bag.Error(ScenarioCodes.Unknown, step.Location, $"There is no source '{source}'.");
        }

        return bag.ErrorCount == before;
    }
}
