using System.Text;
using Waterguard.Events.Fields;
using Xunit;

namespace Waterguard.Tests.Events;

public sealed class EventReaderTests
{
    public static TheoryData<string, string, string> Values => CaseLines.ThreeColumns("Events", "Cases", "values.txt");

    public static TheoryData<string, string, string> Flaws => CaseLines.ThreeColumns("Events", "Cases", "flaws.txt");

    [Theory]
    [MemberData(nameof(Values))]
    public void A_path_gives_the_values_of_the_table(string json, string path, string expected) => Assert.Equal(expected, string.Join(" | ", Extraction.Of(json, path)));

    [Theory]
    [MemberData(nameof(Flaws))]
    public void A_flaw_is_told_with_its_byte_and_reason(string json, string offset, string reason)
    {
        Extraction.Read(Encoding.UTF8.GetBytes(json), ["a"], out var flaw, out _);

        Assert.Equal($"{offset} {reason}", flaw is null ? "- none" : $"{flaw.Offset} {flaw.Reason}");
    }

    [Theory]
    [InlineData("""{"a":1,"a":2}""", "a", true)]
    [InlineData("""{"a":1,"\u0061":2}""", "a", true)]
    [InlineData("""{"a":[1],"a":[2]}""", "a", true)]
    [InlineData("""{"a":[1],"a":2}""", "a", true)]
    [InlineData("""{"a":{"b":1},"a":{"b":2}}""", "a.b", true)]
    [InlineData("""{"a":{"b":1},"a":{"c":2}}""", "a.b", true)]
    [InlineData("""{"a":{"b":1},"a":7}""", "a.b", true)]
    [InlineData("""{"a":{"b":1},"a.b":2}""", "a.b", true)]
    [InlineData("""{"a":[{"b":1},{"b":2}]}""", "a.b", false)]
    [InlineData("""{"a":{"x":1,"y":2}}""", "a.*", false)]
    [InlineData("""{"a":{"x":1,"x":2}}""", "a.x", true)]
    [InlineData("""{"z":1,"z":2}""", "a", false)]
    public void A_key_that_stands_twice_is_noticed_where_it_matters(string json, string path, bool duplicate)
    {
        Extraction.Read(Encoding.UTF8.GetBytes(json), [path], out _, out var fields);

        Assert.Equal(duplicate, fields.HasDuplicateKeys);
    }

    [Fact]
    public void One_key_asked_for_quoted_and_unquoted_feeds_both()
    {
        string[] paths = ["Actor.Attributes.\"io.kubernetes.pod.name\"", "Actor.Attributes.io.kubernetes.pod.name", "Actor.Attributes.*", "Actor.Attributes.io.kubernetes.*"];

        var flat = Extraction.Read("""{"Actor":{"Attributes":{"io.kubernetes.pod.name":"tide"}}}"""u8.ToArray(), paths, out _, out _);
        var nested = Extraction.Read("""{"Actor":{"Attributes":{"io":{"kubernetes":{"pod":{"name":"tide"}}}}}}"""u8.ToArray(), paths, out _, out _);

        Assert.Equal(["String tide"], flat[0]);
        Assert.Equal(["String tide"], flat[1]);
        Assert.Equal(["String tide"], flat[2]);
        Assert.Equal([], nested[0]);
        Assert.Equal(["String tide"], nested[1]);
        Assert.Equal(["Object"], nested[2]);
        Assert.Equal(["Object"], nested[3]);
    }

    [Fact]
    public void Array_elements_are_told_apart_by_number_of_both_names()
    {
        var found = Extraction.Read("""{"a.b":[{"c":1},{"c":2}]}"""u8.ToArray(), ["a.b[0].c", "\"a.b\"[1].c", "a.b[-1].c"], out _, out _);

        Assert.Equal(["Number 1"], found[0]);
        Assert.Equal(["Number 2"], found[1]);
        Assert.Equal(["Number 2"], found[2]);
    }

    [Fact]
    public void A_text_of_ten_megabytes_is_read_whole()
    {
        var text = new string('x', 10 << 20);

        Assert.Equal(["String " + text + "\n"], Extraction.Of($"{{\"a\":\"{text}\\n\"}}", "a"));
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(100_000)]
    public void Depth_on_a_needed_path_is_capped_visibly_and_the_rest_is_read(int depth)
    {
        var arrays = new string('[', depth) + "1" + new string(']', depth);
        var found = Extraction.Read(Encoding.UTF8.GetBytes($"{{\"a\":{arrays},\"b\":\"behind\"}}"), ["a", "b"], out var flaw, out var fields);

        Assert.Null(flaw);
        Assert.True(fields.DepthCapped);
        Assert.Empty(found[0]);
        Assert.Equal(["String behind"], found[1]);
    }

    [Fact]
    public void Unclosed_brackets_by_the_hundred_thousand_are_a_flaw()
    {
        Extraction.Read(Encoding.UTF8.GetBytes("{\"a\":" + new string('[', 100_000)), ["a"], out var flaw, out _);

        Assert.NotNull(flaw);
    }

    [Fact]
    public void Bytes_that_are_no_text_become_replacement_characters_and_hide_no_other_field()
    {
        byte[] json = [.. "{\"a\":\"x"u8, 0xFF, 0xC3, .. "\",\"b\":\"y\"}"u8];

        var found = Extraction.Read(json, ["a", "b"], out var flaw, out _);

        Assert.Null(flaw);
        Assert.Equal(["String x\uFFFD\uFFFD"], found[0]);
        Assert.Equal(["String y"], found[1]);
    }

    [Fact]
    public void A_buffer_shows_nothing_of_the_record_before()
    {
        var builder = new FieldTree.Builder();
        var slot = builder.Slot(FieldPath.Parse("a"));
        var (tree, fields, reader) = (builder.Build(), new EventBuffer(), new Waterguard.Events.EventReader());
        byte[] first = [.. "{\"a\":1,\"a\":2}"u8], second = [.. "{\"b\":1}"u8];

        Assert.True(reader.TryRead(first, 0, first.Length, tree, fields, out _));
        Assert.True(reader.TryRead(second, 0, second.Length, tree, fields, out _));

        Assert.Equal(-1, fields.First(slot));
        Assert.False(fields.HasDuplicateKeys);
    }

    [Theory]
    [InlineData("""a\u00e9\n\"\\\/""", "aé\n\"\\/")]
    [InlineData("""\ud83d\ude00""", "😀")]
    [InlineData("""\ud800x""", "\uFFFDx")]
    [InlineData("""\ude00\ud83d""", "\uFFFD\uFFFD")]
    [InlineData("""\ud800\ud83d\ude00""", "\uFFFD😀")]
    [InlineData("""\x\u12""", """\x\u12""")]
    [InlineData("""end\""", """end\""")]
    public void Escapes_resolve_and_nothing_is_lost(string escaped, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(escaped);
        var into = new byte[bytes.Length];

        Assert.Equal(text, Encoding.UTF8.GetString(into, 0, JsonText.Unescape(bytes, into)));
    }
}
