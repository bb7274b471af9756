using Waterguard.Content;
using Waterguard.Emulation.Recording;
using Waterguard.Emulation.Scenarios;
using Waterguard.Tests.Sigma;
using Waterguard.Validation;
using Xunit;

namespace Waterguard.Tests.Validation;

public sealed class ScenarioParserTests
{
    private const string Sound = "id: quay\nclaim: It is seen.\ndetonate: [{source: json, record: {a: 1, list: [{b: '{{id}}'}], text: '{{time}}'}}]\nexpect: [{rule: R, within: 1m}]\n";

    public static TheoryData<string, string> Cases
    {
        get
        {
            var cases = new TheoryData<string, string>();
            foreach (var line in File.ReadLines(CaseTable.InRepository("tests", "Waterguard.Tests", "Validation", "Cases", "errors.txt")).Where(l => l.Length > 0 && !l.StartsWith('#')))
            {
                var sides = line.Split(" =>");
                cases.Add(sides[0], sides[1].Trim());
            }

            return cases;
        }
    }

    /// <summary>Each case replaces or adds one top-level line of a sound scenario.</summary>
    [Theory]
    [MemberData(nameof(Cases))]
    public void What_is_wrong_is_told_with_its_place(string line, string expected)
    {
        var key = line.Split(':')[0];
        var text = string.Join('\n', Sound.Split('\n').Where(l => !l.StartsWith(key + ":", StringComparison.Ordinal)).Prepend(line));

        var bag = new DiagnosticBag();
        var scenarios = ScenarioParser.Parse("s.yml", text, bag);

        Assert.Equal(expected, string.Join(' ', bag.ToSorted().Select(d => $"{d.Code}@{d.Location.Line}:{d.Location.Column}")));
        Assert.Equal(bag.ErrorCount > 0 ? 0 : 1, scenarios.Length);
    }

    [Fact]
    public void A_bad_scenario_does_not_stop_those_after_it()
    {
        var bag = new DiagnosticBag();

        Assert.Equal("quay", Assert.Single(ScenarioParser.Parse("s.yml", "id: broken\n---\n" + Sound, bag)).Id);
        Assert.True(bag.ErrorCount > 0);
    }

    [Theory]
    [InlineData("{{time}}", "\"2026-11-03T10:00:00.000000Z\"")]
    [InlineData("{{time+90s}}", "\"2026-11-03T10:01:30.000000Z\"")]
    [InlineData("{{time-1d:day}}", "\"2026-11-02\"")]
    [InlineData("{{time:local}}", "\"2026-11-03T10:00:00\"")]
    [InlineData("{{time:seconds}}", "1793700000")]
    [InlineData("{{time:millis}}", "1793700000000")]
    [InlineData("{{time:nanos}}", "1793700000000000000")]
    [InlineData("at {{time:seconds}}", "\"at 1793700000\"")]
    [InlineData("{{scenario}}/{{n}}", "\"quay/1\"")]
    [InlineData("{{n}}", "1")]
    [InlineData("{{pick tide}}", "\"tide\"")]
    [InlineData("{{random 7 7}}", "7")]
    public void A_placeholder_stands_for(string text, string json)
    {
        var scenario = Parse($"id: quay\nclaim: C\ndetonate: [{{source: json, record: {{a: '{text}'}}}}]\nexpect: [{{rule: R, within: 1m}}]\n");

        Assert.Equal($"{{\"a\":{json}}}\n", System.Text.Encoding.UTF8.GetString(Recorder.Detonation(scenario).Sources[0].Bytes.AsSpan()));
    }

    [Fact]
    public void A_series_is_told_in_the_order_of_time_with_an_id_for_each_record_and_one_for_each_name()
    {
        var scenario = Parse("id: quay\nclaim: C\nwarm_up: [{source: json, at: -2h, repeat: 3, every: 1h, jitter: 10m, record: {t: '{{time}}', i: '{{id}}', b: '{{id box}}'}}]\n"
            + "detonate: [{source: json, record: {t: '{{time}}', i: '{{id}}', b: '{{id box}}'}}]\nexpect: [{rule: R, within: 1m}]\n");

        var records = System.Text.Encoding.UTF8.GetString(Recorder.Detonation(scenario).Sources[0].Bytes.AsSpan()).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => System.Text.Json.Nodes.JsonNode.Parse(l)!).ToArray();

        Assert.Equal(4, records.Length);
        Assert.Equal(records.Select(r => (string)r["t"]!).Order(StringComparer.Ordinal), records.Select(r => (string)r["t"]!));
        Assert.Distinct(records.Select(r => (string)r["i"]!));
        Assert.Single(records.Select(r => (string)r["b"]!).Distinct());
    }

    [Fact]
    public void A_part_is_the_detonation_with_changes_in_an_envelope()
    {
        var scenario = Parse(Sound + "variants: [{name: v, change: {'list[1].b': x, new.\"a.b\": 2}, remove: [a, text], wrap: {items: '{{records}}', n: 1}}]\n");

        var text = System.Text.Encoding.UTF8.GetString(Recorder.Part(scenario, scenario.Variants[0]).Sources[0].Bytes.AsSpan());

        Assert.Matches("^\\{\"items\":\\[\\{\"list\":\\[\\{\"b\":\"[0-9a-f-]{36}\"\\},\\{\"b\":\"x\"\\}\\],\"new\":\\{\"a.b\":2\\}\\}\\],\"n\":1\\}\n$", text);
    }

    [Fact]
    public void Each_record_may_come_as_a_text_in_an_envelope_of_its_own()
    {
        var scenario = Parse("id: quay\nclaim: C\ndetonate: [{source: json, repeat: 2, record: {a: '{{n}}'}}]\nexpect: [{rule: R, within: 1m}]\nvariants: [{name: v, wrap: {p: {log: '{{record}}'}}}]\n");

        var text = System.Text.Encoding.UTF8.GetString(Recorder.Part(scenario, scenario.Variants[0]).Sources[0].Bytes.AsSpan());

        Assert.Equal("{\"p\":{\"log\":\"{\\\"a\\\":1}\"}}\n{\"p\":{\"log\":\"{\\\"a\\\":2}\"}}\n", text);
    }

    [Fact]
    public void The_published_schema_says_what_is_read()
    {
        var path = Repository.PathOf("docs", "schemas", "scenario.schema.json");
        if (Environment.GetEnvironmentVariable("WATERGUARD_UPDATE") is { Length: > 0 }) File.WriteAllText(path, ScenarioSchema.Json());
        else Assert.Equal(File.ReadAllText(path), ScenarioSchema.Json());
    }

    internal static Scenario Parse(string text)
    {
        var bag = new DiagnosticBag();
        var scenario = ScenarioParser.Parse("s.yml", text, bag);
        Assert.Empty(bag.ToSorted());
        return Assert.Single(scenario);
    }
}
