using Waterguard.Content;
using Waterguard.Content.Yaml;
using Xunit;

namespace Waterguard.Tests.Content;

public sealed class YamlFileTests
{
    [Theory]
    [InlineData("4624", ScalarKind.Number)]
    [InlineData("'4624'", ScalarKind.Text)]
    [InlineData("-1.5e3", ScalarKind.Number)]
    [InlineData("0x1F", ScalarKind.Number)]
    [InlineData("1.2.3", ScalarKind.Text)]
    [InlineData("-x", ScalarKind.Text)]
    [InlineData("true", ScalarKind.Boolean)]
    [InlineData("\"true\"", ScalarKind.Text)]
    [InlineData("!!str true", ScalarKind.Text)]
    [InlineData("yes", ScalarKind.Text)]
    [InlineData("null", ScalarKind.Null)]
    [InlineData("~", ScalarKind.Null)]
    [InlineData("''", ScalarKind.Text)]
    [InlineData("2026-01-02", ScalarKind.Text)]
    public void The_kind_of_a_scalar_follows_from_how_it_is_written(string yaml, ScalarKind kind) =>
        Assert.Equal(kind, ((YamlScalar)Mapping($"k: {yaml}")["k"]!).Kind);

    [Fact]
    public void Every_node_knows_its_place()
    {
        var root = Mapping("a: 1\nb:\n  - x\n  - {c: d}\n");

        var list = (YamlSequence)root["b"]!;
        Assert.Equal(new SourceLocation("f.yml", 1, 4), root["a"]!.Location);
        Assert.Equal(new SourceLocation("f.yml", 3, 5), list.Items[0].Location);
        Assert.Equal(new SourceLocation("f.yml", 4, 9), ((YamlMapping)list.Items[1])["c"]!.Location);
    }

    [Fact]
    public void Keys_keep_their_order() => Assert.Equal(["z", "a", "m"], Mapping("z: 1\na: 2\nm: 3").Entries.Select(e => e.Name));

    [Fact]
    public void An_alias_is_what_its_anchor_is_and_a_merge_key_adds_what_is_missing()
    {
        var root = Mapping("a: &x {p: 1, q: 2}\nb: *x\nc: {<<: *x, q: 3}\n");

        Assert.Same(root["a"], root["b"]);
        Assert.Equal(["q=3", "p=1"], ((YamlMapping)root["c"]!).Entries.Select(e => $"{e.Name}={((YamlScalar)e.Value).Text}"));
    }

    [Fact]
    public void Empty_documents_are_left_out() =>
        Assert.Equal(2, YamlFile.Parse("f.yml", "---\n---\na: 1\n---\n# only a comment\n---\nb: 2\n").Documents.Length);

    [Fact]
    public void A_byte_order_mark_and_carriage_returns_are_no_part_of_the_text() =>
        Assert.Equal("b", ((YamlScalar)Mapping("\uFEFFa: b\r\nc: d\r\n")["a"]!).Text);

    [Theory]
    [InlineData("a: ]", "f.yml:1:4", "WG1001")]
    [InlineData("a: 1\n\tb: 2\n", "f.yml:1:4", "WG1001")]
    [InlineData("a: 1\nb: 2\na: 3\n", "f.yml:3:1", "WG1005")]
    [InlineData("a: *nowhere\n", "f.yml:1:4", "WG1006")]
    [InlineData("{[a]: b}\n", "f.yml:1:2", "WG1008")]
    [InlineData("---\na: 1\n---\nb: [\n---\nc: 3\n", "f.yml:5:1", "WG1001")]
    public void What_is_wrong_is_told_with_its_place(string text, string place, string code)
    {
        var finding = Assert.Single(YamlFile.Parse("f.yml", text).Diagnostics);

        Assert.Equal((place, code), (finding.Location.ToString(), finding.Code));
    }

    [Fact]
    public void Reading_goes_on_after_a_document_that_is_not_yaml()
    {
        var file = YamlFile.Parse("f.yml", "a: 1\n---\nb: ]\n---\nc: 3\n---\nd: '\n---\ne: 5\n");

        Assert.Equal(["a:1", "c:5", "e:9"], file.Documents.Select(d => $"{((YamlMapping)d.Root).Entries[0].Name}:{d.Root.Location.Line}"));
        Assert.Equal(2, file.Diagnostics.Length);
    }

    [Fact]
    public void Bytes_that_are_not_utf8_are_told_with_their_line()
    {
        var finding = Assert.Single(YamlFile.Parse("f.yml", [(byte)'a', (byte)'\n', 0xFF]).Diagnostics);

        Assert.Equal(("WG1007", 2), (finding.Code, finding.Location.Line));
    }

    [Theory]
    [InlineData("aaaaaaaaaaaaaaaaaaaaa: 1", "WG1002")]
    [InlineData("[[[[1]]]]", "WG1003")]
    [InlineData("[1,2,3,4,5,6,7,8]", "WG1004")]
    [InlineData("[&x [1], [*x]]", "WG1003")]
    public void Limits_are_kept(string text, string code)
    {
        var limits = new YamlLimits(MaxCharacters: 20, MaxDepth: 3, MaxNodes: 8);

        Assert.Equal(code, Assert.Single(YamlFile.Parse("f.yml", text, limits).Diagnostics).Code);
    }

    private static YamlMapping Mapping(string text)
    {
        var file = YamlFile.Parse("f.yml", text);
        Assert.Empty(file.Diagnostics);
        return Assert.IsType<YamlMapping>(file.Documents[0].Root);
    }
}
