using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Waterguard.Posture;
using Waterguard.Posture.Cel;
using Xunit;

namespace Waterguard.Tests.Posture;

/// <summary>The part of CEL that proposals are written in, evaluated as an API server does.</summary>
public sealed class CelTests
{
    private const string Pod = """{"name":"tide","on":true,"off":false,"none":null,"ports":[80,443],"containers":[{"image":"a/x","privileged":true},{"image":"b/y"}]}""";

    [Theory]
    [InlineData("object.name == 'tide'", true)]
    [InlineData("object.name != 'tide'", false)]
    [InlineData("has(object.name) && !has(object.nothing)", true)]
    [InlineData("has(object.none)", false)] // an API server keeps no null
    [InlineData("object.on && !object.off", true)]
    [InlineData("false || true && false", false)] // && binds closer
    [InlineData("!object.off == true", true)]
    [InlineData("443 in object.ports && !(22 in object.ports)", true)]
    [InlineData("object.name in ['tide', 'reef']", true)]
    [InlineData("object.name in []", false)]
    [InlineData("object.containers.all(c, has(c.privileged))", false)]
    [InlineData("object.containers.exists(c, has(c.privileged) && c.privileged)", true)]
    [InlineData("[].all(c, false) && ![].exists(c, true)", true)]
    [InlineData("object.containers.all(c, ['a/', 'b/'].exists(p, c.image.startsWith(p)))", true)]
    [InlineData("(has(object.containers) ? object.containers : []) + [] == object.containers", true)]
    [InlineData("has(object.no) ? object.no.no : object.on", true)]
    [InlineData("false ? object.off : false ? object.off : object.on", true)]
    [InlineData("'it\\'s \\u00e9' == \"it's \\u00e9\"", true)]
    [InlineData("object.nothing || true", true)] // what decides absorbs an error
    [InlineData("false && object.nothing", false)]
    [InlineData("object.containers.exists(c, c.privileged)", true)] // the second has none: an error, absorbed
    public void An_expression_is_evaluated(string expression, bool value) => Assert.Equal(value, Value(expression));

    [Theory]
    [InlineData("object.nothing", "no such key: nothing")]
    [InlineData("object.containers.all(c, c.privileged)", "no such key: privileged")]
    [InlineData("object.nothing && true", "no such key: nothing")]
    [InlineData("object.name && true", "a text is no truth value")]
    [InlineData("object.name.all(c, true)", "a text is no list")]
    [InlineData("object.ports.startsWith('a')", "a list has no startsWith")]
    [InlineData("has(object.name.x)", "a text has no fields")]
    [InlineData("other == 'x'", "undeclared reference to 'other'")]
    public void What_comes_to_nothing_is_an_error_and_no_answer(string expression, string why) => Assert.Equal(new CelError(why), Value(expression));

    [Theory]
    [InlineData("object.name.matches('t.*')")]
    [InlineData("size(object.name)")]
    [InlineData("object.name == 'tide' == ")]
    [InlineData("object.name == 'tide")]
    [InlineData("object.name == 'ti\\qde'")]
    [InlineData("has(object)")]
    [InlineData("object['name']")]
    [InlineData("a = b")]
    [InlineData("'\\ud800'")]
    [InlineData("")]
    public void What_is_not_known_here_is_refused(string expression) => Assert.Throws<FormatException>(() => CelParser.Parse(expression));

    [Fact]
    public void Depth_is_bounded() => Assert.Throws<FormatException>(() => CelParser.Parse(new string('(', 10_000) + "true" + new string(')', 10_000)));

    [Fact]
    public void Whatever_a_name_holds_it_stays_one_literal_of_CEL_and_one_scalar_of_YAML()
    {
        string[] parts = ["'", "\"", "\\", "\n", "\r\n", "'] || true || ['", "' }", "---\n", "- ", ": ", " #", "{{", "*a", "&a", "!x", "%", "\u0000", "\u0085", "\u2028", "\uFEFF", "é", "🦀", "true", "null", "1e3", "0x1", "~", "a", "\\u0027", "\\'", "|", ">", "\t", "=", "<<"];
        var random = new Random(20261120);
        for (var round = 0; round < 4000; round++)
        {
            var hostile = string.Concat(Enumerable.Range(0, random.Next(1, 7)).Select(_ => parts[random.Next(parts.Length)]));
            Assert.Equal(hostile, Value(CelText.Quote(hostile)));
            Assert.Equal(true, Value($"{CelText.Quote(hostile)} in {CelText.Quote([hostile, "other"])} && !('{"intruder"}' in {CelText.Quote([hostile])})"));
            var yaml = PolicyYaml.Write(new JsonObject { ["first"] = hostile, [hostile + "k"] = new JsonArray(new JsonObject { ["expression"] = CelText.Quote(hostile) }), ["flat"] = new JsonArray(hostile) }, new JsonObject { ["second"] = 2 });
            Assert.All(yaml, c => Assert.True(c is '\n' or (>= ' ' and <= '~')));
            var read = PolicyYaml.Read(yaml);
            Assert.Equal(2, read.Count);
            Assert.Equal(3, Assert.IsAssignableFrom<IReadOnlyDictionary<string, object>>(read[0]).Count);
            Assert.Equal(hostile, Plain.TextAt(read[0], "first"));
            Assert.Equal([hostile], Plain.TextsAt(read[0], "flat"));
            Assert.Equal(hostile, Value(Plain.TextAt(Assert.Single(Plain.ListAt(read[0], hostile + "k")), "expression")));
        }
    }

    private static object Value(string expression)
    {
        var pod = Plain.Of(JsonNode.Parse(Pod))!;
        return CelEvaluation.Of(CelParser.Parse(expression), ImmutableDictionary<string, Func<object>>.Empty.Add("object", () => pod));
    }
}
