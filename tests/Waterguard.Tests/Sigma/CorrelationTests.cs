using Waterguard.Sigma;
using Waterguard.Sigma.Correlations;
using Xunit;

namespace Waterguard.Tests.Sigma;

public sealed class CorrelationTests
{
    public static TheoryData<string, string> Cases => CaseTable.Read("correlations.txt");

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_correlation_means_what_the_table_says(string correlation, string expected)
    {
        var rules = Load(Correlated("c", correlation));

        var text = rules.Correlations is [var one] ? CorrelationText.Of(one) : "";
        Assert.Equal(expected, $"{text} {Some.Codes(rules)}".Trim());
    }

    [Fact]
    public void A_correlation_may_consume_another()
    {
        var rules = Load(
            Correlated("many", "type: event_count, rules: [r1], timespan: 1h, condition: {gte: 5}"),
            Correlated("then", "type: temporal_ordered, rules: [many, r2], timespan: 2h"));

        Assert.Empty(rules.Diagnostics);
        Assert.Equal(["many", "then"], rules.Correlations.Select(c => c.Header.Name));
    }

    [Fact]
    public void Correlations_in_a_circle_are_all_refused()
    {
        var rules = Load(
            Correlated("a", "type: event_count, rules: [b], timespan: 1h, condition: {gte: 5}"),
            Correlated("b", "type: event_count, rules: [a], timespan: 1h, condition: {gte: 5}"),
            Correlated("itself", "type: event_count, rules: [itself], timespan: 1h, condition: {gte: 5}"),
            Correlated("fine", "type: event_count, rules: [r1], timespan: 1h, condition: {gte: 5}"));

        Assert.Equal("WG1502 WG1502 WG1502", Some.Codes(rules));
        Assert.Equal("fine", Assert.Single(rules.Correlations).Header.Name);
    }

    [Fact]
    public void What_refers_to_a_refused_rule_is_refused_too()
    {
        var rules = Load(
            "title: broken\nname: broken\nlogsource: {product: p}\ndetection: {s: {f|nonsense: x}, condition: s}",
            Correlated("a", "type: event_count, rules: [broken], timespan: 1h, condition: {gte: 5}"),
            Correlated("b", "type: event_count, rules: [a], timespan: 1h, condition: {gte: 5}"));

        Assert.Equal("WG1203 WG1501 WG1501", Some.Codes(rules));
        Assert.Equal(3, rules.Rules.Length);
    }

    [Fact]
    public void A_rule_may_be_referred_to_by_its_id_in_any_case()
    {
        var rules = Some.Load(Some.Rule("  s: {f: x}\n  condition: s"),
            Correlated("c", $"type: event_count, rules: [{Some.Id.ToUpperInvariant()}], timespan: 1h, condition: {{gte: 5}}"));

        Assert.Empty(rules.Diagnostics);
        Assert.Equal([Some.Id], Assert.Single(rules.Correlations).Rules);
    }

    private static string Correlated(string name, string correlation) => $"title: {name}\nname: {name}\ncorrelation: {{{correlation}}}\n";

    private static RuleCollection Load(params string[] documents) =>
        Some.Load([string.Join("---\n", [Some.Named("r1"), Some.Named("r2"), Some.Named("r3"), .. documents.Select(d => d.TrimEnd() + "\n")])]);
}
