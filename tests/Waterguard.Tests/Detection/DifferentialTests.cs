using System.Globalization;
using System.Text;
using Waterguard.Content;
using Waterguard.Events.Shapes;
using Waterguard.Sigma;
using Waterguard.Sigma.Parsing;
using Waterguard.Tests.Events;
using Xunit;

namespace Waterguard.Tests.Detection;

/// <summary>The index and the sharing of predicates are shortcuts: the answers must be those of judging every rule, alone.</summary>
public sealed class DifferentialTests
{
    private const string Mapped = """
        name: test.mapped
        recognise: never
        logsources: any
        roots: [inner]
        map:
          ecs.f: f
          ecs.g: {from: g, values: {"1": one, "5": five, x: one}}
          ecs.h: [f, "list[-1]", inner.h]
          ecs.c: {constant: fixed}
          lab.*: objects.*
        sample: |
          {"f":1}
        """;

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(13)]
    [InlineData(14)]
    public void Random_rules_on_random_events_match_alike_by_index_by_scan_and_alone(int seed) => AssertAlike(Judge.Json, seed);

    [Theory]
    [InlineData(21)]
    [InlineData(22)]
    public void So_they_do_on_a_source_with_mapped_names_and_constants(int seed) => AssertAlike(Judge.Shape(Mapped), seed);

    [Theory]
    [InlineData(31)]
    [InlineData(32)]
    [InlineData(33)]
    public void So_they_do_where_bodies_are_read_only_when_a_rule_needs_them(int seed) => AssertAlike(Judge.Shape(Mapped + "bodies: [inner, objects, a, list]\n"), seed);

    private static void AssertAlike(EventShape shape, int seed)
    {
        var random = new Random(seed);
        var maker = new RuleMaker(random);
        var files = Enumerable.Range(0, 300).Select(i => new RuleFile($"{i}.yml", Judge.Rule(i.ToString(CultureInfo.InvariantCulture), maker.Detection()))).ToArray();
        var loaded = RuleLoader.Load(files);
        Assert.True(loaded.Rules.Length > 250, string.Join('\n', loaded.Diagnostics.Where(d => d.Severity == Severity.Error).Take(5)));
        var together = Judge.Of(shape, loaded.Rules);
        Assert.True(together.Plan.UnindexedRules < loaded.Rules.Length * 2 / 3);
        var alone = loaded.Rules.Select(r => Judge.Of(shape, [r])).ToArray();
        var matches = 0;
        for (var i = 0; i < 400; i++)
        {
            var json = Encoding.UTF8.GetBytes(maker.Event());
            var titles = together.Titles(json);
            Assert.Equal(alone.SelectMany(a => a.Titles(json)), titles);
            matches += titles.Count;
        }

        Assert.InRange(matches, 400 * 5, 400 * 295);
    }

    /// <summary>Rules and events over so few fields and values that they meet.</summary>
    private sealed class RuleMaker(Random random)
    {
        private static readonly string[] Fields = ["f", "g", "a.b", "list", "objects.k", "objects.n", "list[0]", "list[-1]", "ecs.f", "ecs.g", "ecs.h", "ecs.c", "lab.k", "h"];
        private static readonly string[] Values =
            ["x", "X", "1", "'1'", "5", "5.0", "'5.0'", "true", "abcd", "ABCDE", "'ab*de'", "'*bcd'", "'abc?'", "''", "one", "five", "fixed", "ſ", "straße", "'10.0.0.1'", "1000", "1e3"];
        private static readonly string[] JsonValues =
            ["\"x\"", "\"X\"", "1", "\"1\"", "5", "5.0", "1000", "1e3", "\"5.0\"", "true", "false", "null", "[]", "{}", "\"abcd\"", "\"abcde\"", "\"ABxxDE\"", "\"\"", "\"ſ\"", "\"S\"", "\"STRASSE\"",
             "\"stra\\u00dfe\"", "\"10.0.0.1\"", "\"one\"", "\"five\"", "[1,\"x\"]", "[[\"abcd\"],5]"];
        private static readonly string[] Modifiers = ["contains", "startswith", "endswith", "cased", "contains|all", "re", "re|i", "startswith|cased", "windash|contains"];

        public string Detection()
        {
            var names = Enumerable.Range(0, random.Next(1, 4)).Select(i => $"s{i}").ToArray();
            return $"{{{string.Join(", ", names.Select(n => $"{n}: {Selection()}"))}, condition: {Condition(names)}}}";
        }

        public string Event()
        {
            var parts = new List<string>();
            for (var i = random.Next(1, 8); i > 0; i--)
            {
                parts.Add(random.Next(7) switch
                {
                    0 => $"\"a\":{{\"b\":{Json()}}}",
                    1 => $"\"a.b\":{Json()}",
                    2 => $"\"list\":[{Json()},{Json()}]",
                    3 => $"\"objects\":[{{\"k\":{Json()},\"n\":{Json()}}},{{\"n\":{Json()}}}]",
                    4 => $"\"inner\":{{\"h\":{Json()},\"f\":{Json()}}}",
                    _ => $"\"{"fgh"[random.Next(3)]}\":{Json()}",
                });
            }

            return "{" + string.Join(',', parts) + "}";
        }

        private string Json() => JsonValues[random.Next(JsonValues.Length)];

        private string Condition(string[] names) => random.Next(7) switch
        {
            0 => "1 of them",
            1 => "all of them",
            2 => "not 1 of s*",
            3 when names.Length > 1 => $"{names[0]} and not {names[1]}",
            4 when names.Length > 1 => $"{names[0]} or not {names[^1]}",
            5 => "2 of them",
            _ => string.Join(random.Next(2) == 0 ? " and " : " or ", names),
        };

        private string Selection() => random.Next(10) switch
        {
            0 => $"[{Text()}, {Text()}]",
            1 => $"[{{{Clause()}}}, {{{Clause()}}}]",
            2 => $"{{'{(random.Next(2) == 0 ? "objects" : "list")}[{"any all all_or_empty none".Split(' ')[random.Next(4)]}]': {{k: {Value()}, 'n|exists': true}}}}",
            _ => "{" + string.Join(", ", Enumerable.Range(0, random.Next(1, 4)).Select(_ => Clause()).DistinctBy(c => c.Split(':')[0])) + "}",
        };

        private string Clause()
        {
            var field = Fields[random.Next(Fields.Length)];
            return random.Next(12) switch
            {
                0 => $"'{field}': null",
                1 => $"'{field}|exists': {(random.Next(2) == 0 ? "true" : "false")}",
                2 => $"'{field}|gte': 5",
                3 => $"'{field}|cidr': 10.0.0.0/8",
                4 => $"'{field}|fieldref': {Fields[random.Next(4)]}",
                5 => $"'{field}|neq': {Value()}",
                6 or 7 => $"'{field}|{Modifiers[random.Next(Modifiers.Length)]}': [{Text()}, {Text()}]",
                8 => $"'{field}': [{string.Join(", ", Enumerable.Range(0, 6).Select(_ => Value()))}]",
                _ => $"'{field}': {Value()}",
            };
        }

        private string Value() => Values[random.Next(Values.Length)];

        private string Text() => new[] { "x", "abcd", "bcd", "cde", "abc", "'5'", "ss", "ab.d", "S" }[random.Next(9)];
    }
}
