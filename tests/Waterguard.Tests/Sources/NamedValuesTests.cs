using System.Text;
using Waterguard.Sigma.Parsing;
using Waterguard.Sources.Recognition;
using Waterguard.Tests.Detection;
using Xunit;

namespace Waterguard.Tests.Sources;

/// <summary>Lists of names and values, and arrays of events.</summary>
public sealed class NamedValuesTests
{
    private const string Definition =
        "name: test.named\nsplit: [events]\nmap:\n  parameters.*: {pairs: \"events[].parameters[]\", name: name, value: [value, boolValue, multiValue]}\n  setting: parameters.SETTING\n  parameters: [\"parameters[].Name\"]\n";

    [Theory]
    [InlineData("{parameters.SETTING: mail}", """{"events":[{"parameters":[{"name":"OTHER","value":"x"},{"name":"SETTING","value":"mail"}]}]}""", true)]
    [InlineData("{parameters.SETTING: mail}", """{"events":[{"parameters":[{"value":"mail","name":"SETTING"},{"name":"OTHER","value":"x"}]}]}""", true)]
    [InlineData("{parameters.setting: mail}", """{"events":[{"parameters":[{"name":"SETTING","value":"mail"}]}]}""", true)]
    [InlineData("{setting: mail}", """{"events":[{"parameters":[{"name":"Setting","value":"mail"}]}]}""", true)]
    [InlineData("{parameters.SETTING: mail}", """{"events":[{"parameters":[{"name":"SETTING","value":"x"},{"name":"OTHER","value":"mail"}]}]}""", false)]
    [InlineData("{parameters.SETTING: true}", """{"events":[{"parameters":[{"name":"SETTING","boolValue":true}]}]}""", true)]
    [InlineData("{parameters.SETTING: b}", """{"events":[{"parameters":[{"name":"SETTING","multiValue":["a","b"]}]}]}""", true)]
    [InlineData("{parameters.SETTING: b}", """{"events":[{"parameters":[{"name":"SETTING","multiValue":["a"]},{"name":"OTHER","multiValue":["b"]}]}]}""", false)]
    [InlineData("{parameters.SETTING|exists: true}", """{"events":[{"parameters":[{"name":"OTHER","value":"SETTING"}]}]}""", false)]
    [InlineData("{parameters.SETTING|all: [a, b]}", """{"events":[{"parameters":[{"name":"SETTING","value":"a"},{"name":"SETTING","value":"b"}]}]}""", true)]
    [InlineData("{parameters.SETTING: 'a\"b'}", """{"events":[{"parameters":[{"name":"SETT\u0049NG","value":"a\"b"}]}]}""", true)]
    public void A_value_is_found_by_its_name_wherever_it_stands(string selection, string record, bool matches)
    {
        var judge = Judge.OfSelection(selection, Judge.Shape(Definition) with { TakesEveryRule = true });

        Assert.Equal(matches, judge.Matches(record, "is"));
        Assert.Equal(!matches, judge.Matches(record, "not"));
    }

    [Theory]
    [InlineData("""{"id":1,"events":[{"name":"a"},{"name":"b"}],"actor":"x"}""", """{"id":1,"events":{"name":"a"},"actor":"x"}""", """{"id":1,"events":{"name":"b"},"actor":"x"}""")]
    [InlineData("""{"events":[ "a,b" , "c]\"d" ]}""", """{"events":"a,b"}""", """{"events":"c]\"d"}""")]
    [InlineData("""{"events":[{"name":"a"}]}""", """{"events":[{"name":"a"}]}""")]
    [InlineData("""{"events":[]}""", """{"events":[]}""")]
    [InlineData("""{"other":1}""", """{"other":1}""")]
    [InlineData("""{"events":[1,2]}""", """{"events":[1,2]}""")]
    [InlineData("""{"events":[{"a":1},2]}""", """{"events":[{"a":1},2]}""")]
    public void Each_element_becomes_a_record_with_everything_around_it(string record, params string[] expected)
    {
        var bytes = Encoding.UTF8.GetBytes("  " + record);
        var found = new List<string>();

        var whole = new RecordSplitter(Judge.Shape(Definition)).Split(bytes, 2, bytes.Length - 2, (b, start, length) => found.Add(Encoding.UTF8.GetString(b, start, length)));

        Assert.True(whole);
        Assert.Equal(expected, found);
    }

    [Fact]
    public void Arrays_within_arrays_are_split_from_outside_in()
    {
        var record = Encoding.UTF8.GetBytes("""{"f":[{"r":1,"t":["a","b"]},{"r":2,"t":["c"]}]}""");
        var found = new List<string>();

        new RecordSplitter(Judge.Shape("name: test.nested\nsplit: [f, f.t]\n")).Split(record, 0, record.Length, (b, start, length) => found.Add(Encoding.UTF8.GetString(b, start, length)));

        Assert.Equal(["""{"f":{"r":1,"t":"a"}}""", """{"f":{"r":1,"t":"b"}}""", """{"f":{"r":2,"t":["c"]}}"""], found);
    }

    [Fact]
    public void A_record_that_would_become_its_own_square_is_given_whole_and_said_to_be()
    {
        var record = Encoding.UTF8.GetBytes("{\"around\":\"" + new string('x', 4_000_000) + "\",\"events\":[" + string.Join(',', Enumerable.Repeat("{}", 100)) + "]}");
        var pieces = 0;

        Assert.False(new RecordSplitter(Judge.Shape(Definition)).Split(record, 0, record.Length, (_, _, _) => pieces++));
        Assert.Equal(1, pieces);
    }
}
