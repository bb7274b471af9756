using Waterguard.Content;
using Waterguard.Content.Yaml;
using Waterguard.Sigma;
using Waterguard.Sigma.Parsing;
using Xunit;

namespace Waterguard.Tests.Sigma;

public sealed class SelectionTests
{
    public static TheoryData<string, string> Cases => CaseTable.Read("selections.txt");

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_selection_means_what_the_table_says(string selection, string expected)
    {
        var rules = Some.Load(Some.Rule($"  selection:\n    {selection}\n  condition: selection"));

        var text = rules.Rules is [var rule] ? SigmaText.Of(rule.Condition) : "";
        Assert.Equal(expected, $"{text} {Some.Codes(rules)}".Trim());
    }

    [Theory]
    [InlineData("{a: 1, b: 2}", "{b: 2, a: 1}")]
    [InlineData("{f: [x, y]}", "{f: [y, x]}")]
    [InlineData("{f: 'a*'}", "{f|startswith: a}")]
    [InlineData("{f: '*a*'}", "{f|contains: a}")]
    [InlineData("{f|contains|all: [x, y]}", "{f|all|contains: [y, x]}")]
    [InlineData("{f: 1.0}", "{f: 1.0}")]
    public void Two_ways_to_say_the_same_have_one_text(string one, string other) => Assert.Equal(HashOf(one), HashOf(other));

    [Theory]
    [InlineData("{f: '4624'}", "{f: 4624}")]
    [InlineData("{f: a}", "{f|cased: a}")]
    [InlineData("{f: 'a*'}", "{f: 'a\\*'}")]
    [InlineData("{f: [x, y]}", "{f|all: [x, y]}")]
    [InlineData("{a.b.c: x}", "{'a.\"b.c\"': x}")]
    public void Two_meanings_never_share_a_text(string one, string other) => Assert.NotEqual(HashOf(one), HashOf(other));

    [Theory]
    [InlineData("{f: x}", "f is 'x'")]
    [InlineData("{a: {f: x}, b: {g: y}, condition: a and not b}", "(f is 'x' and not g is 'y')")]
    [InlineData("{f|nope: x}", "WG1203")]
    public void A_selection_may_stand_in_another_content_file(string when, string expected)
    {
        var bag = new DiagnosticBag();
        var node = YamlFile.Parse("suppression.yml", $"when: {when}").Documents[0].Root;

        var condition = ConditionLoader.Load(((YamlMapping)node)["when"]!, bag);

        Assert.Equal(expected, condition is null ? Assert.Single(bag.ToSorted()).Code : SigmaText.Of(condition));
    }

    private static string HashOf(string selection) =>
        Assert.Single(Some.Load(Some.Rule($"  s: {selection}\n  condition: s")).Rules).Header.SemanticHash;
}
