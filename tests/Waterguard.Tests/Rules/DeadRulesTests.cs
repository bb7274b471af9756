using Waterguard.Content;
using Waterguard.Rules;
using Waterguard.Sigma;
using Waterguard.Sigma.Parsing;
using Waterguard.Tests.Sigma;
using Xunit;

namespace Waterguard.Tests.Rules;

public sealed class DeadRulesTests
{
    public static TheoryData<string, string> Cases
    {
        get
        {
            var cases = new TheoryData<string, string>();
            foreach (var line in File.ReadLines(CaseTable.InRepository("tests", "Waterguard.Tests", "Rules", "Cases", "dead.txt")).Where(l => !l.StartsWith('#')))
            {
                var sides = line.Split("=>");
                cases.Add(sides[0].Trim(), sides[1].Trim());
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Of_a_selection_the_table_says_whether_it_can_hold(string selection, string expected)
    {
        var found = Find(SomeContent.Rule($"  s: {selection}\n  condition: s"));

        var words = expected.Split(' ');
        Assert.Equal(words.TakeWhile(w => w.StartsWith("WG", StringComparison.Ordinal)), found.Select(f => f.Code));
        Assert.Contains(string.Join(' ', words.SkipWhile(w => w.StartsWith("WG", StringComparison.Ordinal))), string.Join(' ', found.Select(f => f.Message)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("  a: {noSuchField: x}\n  b: {verb: get}\n  condition: b and not a", "")]
    [InlineData("  a: {noSuchField: null}\n  b: {verb: get}\n  condition: b and not a", "WG1409")]
    [InlineData("  a: {noSuchField: x}\n  b: {verb: get}\n  c: {verb: list}\n  condition: 2 of them", "")]
    [InlineData("  a: {noSuchField: x}\n  b: {verb: get}\n  c: {otherField: y}\n  condition: 2 of them", "WG1409")]
    [InlineData("  a: [word]\n  condition: a", "")]
    public void Impossibility_goes_through_the_condition(string detection, string codes) =>
        Assert.Equal(codes, string.Join(' ', Find(SomeContent.Rule(detection)).Select(f => f.Code)));

    [Fact]
    public void A_rule_that_no_source_is_for_is_told_and_is_no_error()
    {
        var finding = Assert.Single(Find(SomeContent.Rule("  s: {Image: x}\n  condition: s", logSource: "{product: windows}")));

        Assert.Equal((Severity.Warning, SigmaCodes.NoSource, "'Some rule': no known source delivers windows/*/*."), (finding.Severity, finding.Code, finding.Message));
    }

    private static Diagnostic[] Find(string rule) => [.. new DeadRules(SomeContent.Sources).Find(RuleLoader.Load([new RuleFile("rule.yml", rule)]).Rules)];
}
