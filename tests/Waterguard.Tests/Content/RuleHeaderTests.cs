using Waterguard.Pipeline;
using Waterguard.Sigma;
using Xunit;

namespace Waterguard.Tests.Content;

/// <summary>What every rule that ships says of itself, and what its examples must show.</summary>
public sealed class RuleHeaderTests
{
    private static readonly Generation Generation = GenerationLoader.Load(ContentOptions.Default);

    private static IEnumerable<RuleHeader> Headers => Generation.Rules.Rules.Select(r => r.Header).Concat(Generation.Rules.Correlations.Select(c => c.Header));

    [Fact]
    public void Every_rule_names_where_the_behaviour_is_described() =>
        Assert.Empty(Headers.Where(h => h.References.IsEmpty || h.References.Any(r => !r.StartsWith("https://", StringComparison.Ordinal))).Select(h => h.Title));

    [Fact]
    public void Every_rule_serves_a_sentence_of_its_strategy_s_goal()
    {
        var goals = Directory.EnumerateDirectories(Repository.PathOf("content", "strategies"))
            .ToDictionary(d => Path.GetFileName(d), d => File.ReadAllText(Path.Combine(d, "strategy.md")), StringComparer.Ordinal);

        Assert.Empty(Headers.Where(h => h.Custom.Serves is not { } sentence || !goals[Generation.StrategyOf(h.Id)!].Contains($"\n- {sentence}\n", StringComparison.Ordinal)).Select(h => h.Title));
    }

    /// <summary>Techniques that ATT&amp;CK renumbered are told by both numbers, so that reports of either version have them.</summary>
    [Fact]
    public void Renumbered_techniques_are_assessed_by_both_numbers()
    {
        var before = File.ReadLines(Repository.PathOf("content", "attack", "crosswalk.tsv")).Skip(1).Select(l => l.Split('\t'))
            .Where(r => !r[0].StartsWith("TA", StringComparison.Ordinal)).ToLookup(r => r[1], r => r[0], StringComparer.OrdinalIgnoreCase);

        Assert.Empty(Headers.SelectMany(h => h.Custom.Assessed.Where(id => before.Contains(id) && !before[id].Any(h.Custom.Assessed.Contains)).Select(id => $"{h.Title}: {id}")));
    }

    /// <summary>Administration, logins and grants of Google Workspace come by two ways; a rule must know both. Files are told by one only.</summary>
    [Fact]
    public void Every_rule_on_Workspace_matches_the_report_and_what_is_shared_with_Cloud_Logging()
    {
        var oneWay = from rule in Generation.Rules.Rules
                     where rule.LogSource.Product == "google_workspace"
                     let texts = rule.Examples.Where(e => e.MustMatch).Select(e => e.Json).ToArray()
                     where !texts.All(t => t.Contains("\"drive\"", StringComparison.Ordinal))
                     where !texts.Any(t => t.Contains("protoPayload", StringComparison.Ordinal)) || !texts.Any(t => t.Contains("admin#reports#activity", StringComparison.Ordinal))
                     select rule.Header.Title;

        Assert.Empty(oneWay);
    }
}
