using System.Collections.Immutable;
using Waterguard.Sigma;
using Waterguard.Sigma.Parsing;
using Waterguard.Strategies;
using Waterguard.Strategies.Lint;

namespace Waterguard.Tests.Strategies;

/// <summary>A small strategy without a fault, and copies of it with one.</summary>
internal static class SomeStrategy
{
    public const string Rule = """
        title: Crane moved
        id: 6a3b4f0e-1f0c-4b35-9a55-3f5a4f8f7a01
        name: crane_moved
        tags: [attack.execution, attack.t1610]
        logsource: {category: container}
        detection: {selection: {a: b}, condition: selection}
        level: high
        waterguard: {serves: Find cranes that move by night., declared: [attack.t1538], assessed: [attack.t1610]}
        """;

    public const string Playbook = """
        steps:
          - {id: assess, claim: respond, action: assess, risk: read}
          - {id: stop, claim: respond, action: docker.stop, needs: [assess], risk: high, approve: 1}
        """;

    public const string Document = """
        ---
        name: quay
        title: Cranes
        priority: high
        platforms: [Containers]
        declared: [{technique: attack.t1538, tactic: discovery, platforms: [IaaS], reason: As it was said.}]
        assessed: {attack.t1610: Cranes are containers.}
        ---
        # Cranes

        ## Goal

        - Find cranes that move by night.

        ## Categorization

        Execution.

        ## Strategy Abstract

        Sources:

        - The log of the quay.
        <!-- claim: log
        detections: [crane_moved]
        sources: [docker.events] -->

        ## Technical Context

        Crane {{container}} moved.

        ## Blind Spots and Assumptions

        - Fog.
        <!-- {claim: fog, manual: Nothing sees through fog.} -->

        ## False Positives

        - Wind.
        <!-- {claim: wind, manual: Nobody can register the wind.} -->

        ## Validation

        - A crane is moved.
        <!-- {claim: moved, checks: [scenarios]} -->

        ## Priority

        High.

        ## Response

        1. Stop it.
        <!-- {claim: respond, steps: [assess, stop]} -->

        ## Additional Resources

        - <https://harbour.example/cranes>
        """;

    /// <summary>Lints the strategy with some text of its document, rule or playbook replaced, and with further files.</summary>
    public static LintReport Lint(string find = "", string replace = "", params (string Path, string Text)[] more)
    {
        Assert(find);
        string With(string text) => find.Length == 0 ? text : text.Replace(find, replace, StringComparison.Ordinal);
        var rules = RuleLoader.Load([new RuleFile("strategies/quay/detections/crane-moved.yml", With(Rule))]);
        var files = new[] { ("strategy.md", With(Document)), ("playbook.yml", With(Playbook)) }.Concat(more).Select(f => new StrategyFile(f.Item1, "strategies/quay/" + f.Item1, f.Item2));
        return StrategyLint.Check(new("quay", [.. files]), new(StrategyCatalog.Attack(), rules, rules.Rules.ToImmutableDictionary(r => r.Header.Id, _ => "quay"), ["docker.events"]));
    }

    // A change that changes nothing would make a test that cannot fail.
    private static void Assert(string find) =>
        Xunit.Assert.True(find.Length == 0 || Document.Contains(find, StringComparison.Ordinal) || Rule.Contains(find, StringComparison.Ordinal) || Playbook.Contains(find, StringComparison.Ordinal), $"'{find}' is nowhere");
}
