using Waterguard.Sigma;
using Xunit;

namespace Waterguard.Tests.Sigma;

public sealed class ExampleTests
{
    [Fact]
    public void Examples_become_one_line_of_json_and_keep_their_types()
    {
        var examples = Examples(
            """
            - match: {a: 1, b: '1', c: true, d: null, e: [x, 2.50], f.g: {h: "ä\n"}}
              source: kubernetes.audit
            - no_match: '{ "a" : "b" }'
              why: a benign neighbour
            """);

        Assert.Equal("""{"a":1,"b":"1","c":true,"d":null,"e":["x",2.50],"f.g":{"h":"ä\n"}}""", examples[0].Json);
        Assert.Equal((true, "kubernetes.audit", 5), (examples[0].MustMatch, examples[0].Source, examples[0].Location.Line));
        Assert.Equal((false, """{"a":"b"}""", "a benign neighbour"), (examples[1].MustMatch, examples[1].Json, examples[1].Why));
    }

    [Theory]
    [InlineData("examples: {match: {a: b}}")]
    [InlineData("examples: [text]")]
    [InlineData("examples: [{why: nothing}]")]
    [InlineData("examples: [{match: {a: b}, no_match: {a: b}}]")]
    [InlineData("examples: [{match: [a]}]")]
    [InlineData("examples: [{match: 'not json'}]")]
    [InlineData("""examples: [{match: '{"a":"\ud800"}'}]""")]
    public void An_example_that_cannot_be_used_is_an_error(string line) =>
        Assert.Equal("WG1110", Some.Codes(Some.Load(Some.Rule("  s: {f: x}\n  condition: s", line))));

    private static RuleExample[] Examples(string yaml)
    {
        var indented = string.Join('\n', yaml.Split('\n').Select(l => "  " + l));
        var rules = Some.Load(Some.Rule("  s: {f: x}\n  condition: s", "examples:\n" + indented));
        Assert.Empty(rules.Diagnostics);
        return [.. Assert.Single(rules.Rules).Examples];
    }
}
