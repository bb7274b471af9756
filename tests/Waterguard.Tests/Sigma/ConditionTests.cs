using Waterguard.Sigma;
using Xunit;

namespace Waterguard.Tests.Sigma;

public sealed class ConditionTests
{
    private const string Selections =
        "  a: {a|exists: true}\n  b: {b|exists: true}\n  c1: {c1|exists: true}\n  c2: {c2|exists: true}\n  c3: {c3|exists: true}\n  _d: {_d|exists: true}\n";

    public static TheoryData<string, string> Cases => CaseTable.Read("conditions.txt");

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_condition_means_what_the_table_says(string condition, string expected)
    {
        var rules = Some.Load(Some.Rule($"{Selections}  condition: {condition}"));

        var text = rules.Rules is [var rule] ? SigmaText.Of(rule.Condition) : "";
        var codes = rules.Diagnostics.Where(d => d.Code != SigmaCodes.UnusedSelection).Select(d => d.Code);
        Assert.Equal(expected, $"{text} {string.Join(' ', codes)}".Trim());
    }

    [Fact]
    public void A_condition_may_not_be_missing()
    {
        Assert.Equal("WG1011", Some.Codes(Some.Load(Some.Rule("  a: {b: c}"))));
    }

    [Theory]
    [InlineData("(")]
    [InlineData("not ")]
    public void Nesting_is_bounded(string opening)
    {
        var condition = string.Concat(Enumerable.Repeat(opening, 5_000)) + "a";

        Assert.Contains("WG1404", Some.Codes(Some.Load(Some.Rule($"  a: {{b: c}}\n  condition: {condition}"))), StringComparison.Ordinal);
    }

    [Fact]
    public void A_selection_that_no_condition_reads_is_told_unless_its_name_starts_with_an_underscore()
    {
        var rules = Some.Load(Some.Rule("  a: {x: 1}\n  b: {x: 2}\n  _c: {x: 3}\n  condition: a"));

        var finding = Some.OnlyFinding(rules);
        Assert.Equal("rule.yml:7:3: warning WG1405: No condition reads the selection 'b'.", finding.ToString());
        Assert.Single(rules.Rules);
    }

    [Fact]
    public void The_place_of_an_error_is_that_of_the_word()
    {
        var finding = Some.OnlyFinding(Some.Load(Some.Rule("  a: {x: 1}\n  condition: a and missing")));

        Assert.Equal("rule.yml:7:20: error WG1402: There is no selection 'missing'.", finding.ToString());
    }
}
