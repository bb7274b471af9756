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

    [Theory]
    [InlineData("{container.labels.io.kubernetes.pod.name: x}", "")]
    [InlineData("{container.network.mode: host}", "")]
    [InlineData("{Actor.Attributes.anything: x}", "")]
    [InlineData("{scope: global}", "WG1409")]
    public void Names_below_a_mapped_prefix_are_known(string selection, string codes) => Assert.Equal(
        codes, string.Join(' ', Find(SomeContent.Rule($"  s: {selection}\n  condition: s", logSource: "{product: docker, service: events}")).Select(f => f.Code)));

    [Fact]
    public void Of_several_sources_a_rule_need_not_fire_on_each()
    {
        var somewhere = Find(SomeContent.Rule("  s: {Actor.Attributes.name: x}\n  condition: s", logSource: "{category: container}"));
        var nowhere = Find(SomeContent.Rule("  s: {noSuchField: x}\n  condition: s", logSource: "{category: container}"));

        Assert.All(somewhere.Where(f => f.Code == SigmaCodes.NeverFires), f => Assert.Equal(Severity.Note, f.Severity));
        Assert.DoesNotContain("docker.events", string.Join(' ', somewhere.Select(f => f.Message)), StringComparison.Ordinal);
        Assert.Contains(nowhere, f => f is { Code: SigmaCodes.NeverFires, Severity: Severity.Warning } && f.Message.Contains("docker.events", StringComparison.Ordinal));
    }

    [Fact]
    public void A_rule_that_no_source_is_for_is_told_and_is_no_error()
    {
        var finding = Assert.Single(Find(SomeContent.Rule("  s: {Image: x}\n  condition: s", logSource: "{product: windows}")));

        Assert.Equal((Severity.Warning, SigmaCodes.NoSource, "'Some rule': no known source delivers windows/*/*."), (finding.Severity, finding.Code, finding.Message));
    }

    private static Diagnostic[] Find(string rule) => [.. new DeadRules(SomeContent.Sources).Find(RuleLoader.Load([new RuleFile("rule.yml", rule)]).Rules)];
}
