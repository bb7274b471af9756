using Waterguard.Content;
using Waterguard.Content.Yaml;
using Xunit;

namespace Waterguard.Tests.Content;

public sealed class MappingReaderTests
{
    [Fact]
    public void Right_values_are_read_and_nothing_is_reported()
    {
        var (reader, bag) = Reader("t: x\nl: [a, b]\none: a\nb: true\nn: 1.5\nd: 5m\nw: up\ns: {k: v}");

        Assert.Equal("x", reader.RequiredText("t"));
        Assert.Equal(["a", "b"], reader.Texts("l"));
        Assert.Equal(["a"], reader.Texts("one"));
        Assert.True(reader.Boolean("b"));
        Assert.Equal(1.5m, reader.Number("n"));
        Assert.Equal(TimeSpan.FromMinutes(5), reader.RequiredDuration("d"));
        Assert.Equal("up", reader.Word("w", "up", "down"));
        Assert.Equal("v", reader.Section("s")?.Text("k"));
        Assert.Null(reader.Text("missing"));
        reader.WarnAboutUnknownKeys();
        Assert.Empty(bag.ToSorted());
    }

    [Fact]
    public void Wrong_values_are_null_and_reported()
    {
        var (reader, bag) = Reader("t: ''\nl: {a: b}\nb: maybe\nn: '1'\nd: soon\nw: left\ns: x\nu: 1");

        Assert.Null(reader.RequiredText("t"));
        Assert.Empty(reader.Texts("l"));
        Assert.Null(reader.Boolean("b"));
        Assert.Null(reader.Number("n"));
        Assert.Null(reader.Duration("d"));
        Assert.Null(reader.Word("w", "up", "down"));
        Assert.Null(reader.Section("s"));
        reader.WarnAboutUnknownKeys();
        Assert.Equal(["WG1011", "WG1010", "WG1010", "WG1010", "WG1013", "WG1014", "WG1010", "WG1012"], bag.ToSorted().Select(d => d.Code));
        Assert.Equal(7, bag.ErrorCount);
    }

    [Theory]
    [InlineData("30s", 30)]
    [InlineData("5m", 300)]
    [InlineData("1h", 3_600)]
    [InlineData("7d", 604_800)]
    [InlineData("1w", 604_800)]
    [InlineData("1M", 2_629_746)]
    [InlineData("1y", 31_556_952)]
    public void Durations_are_a_number_and_a_letter(string text, int seconds)
    {
        Assert.True(Duration.TryParse(text, out var duration));
        Assert.Equal(TimeSpan.FromSeconds(seconds), duration);
    }

    [Theory]
    [InlineData("")]
    [InlineData("s")]
    [InlineData("0s")]
    [InlineData("-1s")]
    [InlineData("1.5h")]
    [InlineData("1 h")]
    [InlineData("1H")]
    [InlineData("11y")]
    [InlineData("99999999999s")]
    public void Anything_else_is_no_duration(string text) => Assert.False(Duration.TryParse(text, out _));

    private static (MappingReader Reader, DiagnosticBag Bag) Reader(string text)
    {
        var bag = new DiagnosticBag();
        return (new((YamlMapping)YamlFile.Parse("f.yml", text).Documents[0].Root, bag), bag);
    }
}
