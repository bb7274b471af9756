using Waterguard.Sigma;
using Xunit;

namespace Waterguard.Tests.Sigma;

public sealed class FilterTests
{
    private static readonly string Rule = Some.Rule("  s: {f: x}\n  condition: s");

    [Theory]
    [InlineData($"[{Some.Id}]")]
    [InlineData(Some.Id)]
    [InlineData("any")]
    [InlineData("[]")]
    public void A_filter_is_joined_to_the_rules_that_it_names(string names)
    {
        var rules = Some.Load(Rule, Filter(names, "kubernetes"));

        Assert.Empty(rules.Diagnostics);
        Assert.Equal(1, rules.Filters);
        Assert.Equal("(f is 'x' and not user is 'adm*')", SigmaText.Of(Assert.Single(rules.Rules).Condition));
    }

    [Fact]
    public void A_filter_leaves_other_rules_alone()
    {
        var rules = Some.Load(Rule, Some.Named("other"), Filter("[other]", "kubernetes"));

        Assert.Equal(["f is 'x'", "(f is 'other' and not user is 'adm*')"], rules.Rules.Select(r => SigmaText.Of(r.Condition)));
    }

    [Fact]
    public void A_filter_for_another_log_source_has_no_effect_and_says_so()
    {
        var rules = Some.Load(Rule, Filter($"[{Some.Id}]", "windows"));

        Assert.Equal("WG1603", Some.Codes(rules));
        Assert.Equal("f is 'x'", SigmaText.Of(Assert.Single(rules.Rules).Condition));
    }

    [Fact]
    public void A_filter_for_a_rule_that_is_not_there_says_so() =>
        Assert.Equal("WG1602", Some.Codes(Some.Load(Rule, Filter("[nowhere]", "kubernetes"))));

    [Fact]
    public void A_filter_says_which_rules_it_is_for()
    {
        var filter = Filter("any", "kubernetes").Replace("  rules: any\n", "", StringComparison.Ordinal);

        Assert.Equal("WG1601", Some.Codes(Some.Load(Rule, filter)));
    }

    [Fact]
    public void A_filter_changes_the_semantic_hash() =>
        Assert.NotEqual(Some.Load(Rule).Rules[0].Header.SemanticHash, Some.Load(Rule, Filter("any", "kubernetes")).Rules[0].Header.SemanticHash);

    private static string Filter(string rules, string product) =>
        $"title: No admins\nlogsource: {{product: {product}}}\nfilter:\n  rules: {rules}\n  admin: {{user|startswith: adm}}\n  condition: not admin\n";
}
