using Waterguard.Sigma;
using Xunit;

namespace Waterguard.Tests.Sigma;

public sealed class DocumentTests
{
    private const string Global = "action: global\ntitle: Shared\nlogsource: {product: windows}\ndetection: {condition: s}\n";

    [Fact]
    public void A_global_document_is_the_ground_of_those_after_it()
    {
        var rules = Some.Load($"{Global}---\nid: {Some.Id}\ndetection: {{s: {{f: x}}}}\n---\ntitle: Second\ndetection: {{s: {{f: y}}}}\n");

        Assert.Empty(rules.Diagnostics);
        Assert.Equal(["Shared", "Second"], rules.Rules.Select(r => r.Header.Title));
        Assert.Equal(["f is 'x'", "f is 'y'"], rules.Rules.Select(r => SigmaText.Of(r.Condition)));
    }

    [Fact]
    public void A_reset_forgets_the_global_document()
    {
        var rules = Some.Load($"{Global}---\naction: reset\n---\ndetection: {{s: {{f: x}}, condition: s}}\n");

        Assert.Equal("WG1011 WG1011", Some.Codes(rules));
    }

    [Fact]
    public void A_repeat_is_the_document_before_it_with_changes()
    {
        var rules = Some.Load(Some.Named("one") + "---\naction: repeat\ntitle: two\nname: two\ndetection: {s: {f: other}}\n");

        Assert.Equal(["f is 'one'", "f is 'other'"], rules.Rules.Select(r => SigmaText.Of(r.Condition)));
    }

    [Theory]
    [InlineData("action: repeat\ntitle: t")]
    [InlineData("action: explode\ntitle: t")]
    public void An_action_that_cannot_be_carried_out_is_an_error(string text) => Assert.Equal("WG1109", Some.Codes(Some.Load(text)));

    [Fact]
    public void A_document_that_is_none_of_the_three_kinds_is_an_error() => Assert.Equal("WG1101", Some.Codes(Some.Load("title: t")));

    [Fact]
    public void A_document_that_is_no_mapping_is_an_error() => Assert.Equal("WG1009", Some.Codes(Some.Load("- a\n- b\n")));

    [Fact]
    public void All_errors_of_a_document_are_told_and_no_other_document_suffers()
    {
        var broken = "title: broken\nlevel: odd\nlogsource: {}\ndetection:\n  s: {f|nope: x, g|re: '('}\n  condition: s and t\n";

        var rules = Some.Load(broken + "---\n" + Some.Named("fine"));

        Assert.Equal("WG1014 WG1108 WG1203 WG1301 WG1402", Some.Codes(rules));
        Assert.Equal("fine", Assert.Single(rules.Rules).Header.Title);
    }

    [Fact]
    public void A_document_that_is_not_yaml_does_not_stop_the_next()
    {
        var rules = Some.Load($"{Some.Named("one")}---\ntitle: [\n---\n{Some.Named("two")}");

        Assert.Equal("WG1001", Some.Codes(rules));
        Assert.Equal(["one", "two"], rules.Rules.Select(r => r.Header.Title));
    }

    [Fact]
    public void A_rule_with_a_duplicate_key_is_refused()
    {
        var rules = Some.Load(Some.Rule("  s: {f: x, f: y}\n  condition: s"));

        Assert.Equal("rule.yml:6:13: error WG1005: The key 'f' is here twice.", Some.OnlyFinding(rules).ToString());
        Assert.Empty(rules.Rules);
    }

    [Fact]
    public void Findings_are_in_the_order_of_file_and_line()
    {
        var rules = Some.Load("title: t", "title: u\nlevel: x\ndetection: {s: {f: x}, condition: t}");

        Assert.Equal([("rule.yml", 1), ("rule1.yml", 1), ("rule1.yml", 2), ("rule1.yml", 3), ("rule1.yml", 3)],
            rules.Diagnostics.Select(d => (d.Location.File, d.Location.Line)));
    }
}
