using System.Text.Json;
using System.Xml.Linq;
using Waterguard.Tests.CommandLine;
using Xunit;

namespace Waterguard.Tests.Validation;

/// <summary>The commands, as a build server runs them.</summary>
public sealed class ValidateCommandTests
{
    private const string Rule = "title: Read\nid: 6f1c0f36-5b1e-4a8c-9a44-0b6f5d1a2c01\nlogsource: {product: kubernetes, service: audit}\ndetection: {s: {verb: VERB, stage: ResponseComplete}, condition: s}\nlevel: high\nwaterguard: {serves: To find it.}\n";

    private const string Scenario = "id: read\nclaim: It is found.\ndetonate:\n- source: kubernetes.audit\n  record: {kind: Event, apiVersion: audit.k8s.io/v1, auditID: '{{id}}', verb: get, requestURI: /api, stage: ResponseComplete, stageTimestamp: '{{time}}'}\n"
        + "expect: [{rule: Read, within: 1m}]\nquiet: [{name: a list, change: {verb: list}}]\nvariants: [{name: in an array, wrap: array}]\n";

    [Fact]
    public void A_scenario_that_is_found_and_whose_twin_is_quiet_passes()
    {
        using var folder = Content("get");
        var (junit, results) = (Path.Combine(folder.Path, "junit.xml"), Path.Combine(folder.Path, "results.json"));

        var run = Tool.Run("validate", "read", "--no-builtin", "--content", Path.Combine(folder.Path, "content"), "--junit", junit, "--results", results, "-o", "json");

        Assert.Equal(0, run.Code);
        var json = JsonDocument.Parse(run.Output).RootElement;
        Assert.Equal((1, 1, 1, 1, 1, 1), (json.GetProperty("detections").GetInt32(), json.GetProperty("fired").GetInt32(), json.GetProperty("quiet_twins").GetInt32(), json.GetProperty("quiet").GetInt32(), json.GetProperty("variants").GetInt32(), json.GetProperty("caught").GetInt32()));
        Assert.Equal(("read", "passed", 0), (json.GetProperty("results")[0].GetProperty("scenario").GetString(), json.GetProperty("results")[0].GetProperty("outcome").GetString(), json.GetProperty("results")[0].GetProperty("time_to_detect").GetInt32()));
        Assert.Equal(json.GetProperty("results").ToString(), JsonDocument.Parse(File.ReadAllText(results)).RootElement.GetProperty("results").ToString());
        Assert.Equal(3, XDocument.Load(junit).Descendants("testcase").Count());
    }

    [Theory]
    [InlineData("list", "it did not fire", "was not quiet")]
    [InlineData("watch", "it did not fire", "was not caught")]
    public void A_miss_ends_with_one(string verb, string one, string other)
    {
        using var folder = Content(verb);

        var run = Tool.Run("validate", "--no-builtin", "--content", Path.Combine(folder.Path, "content"), "-o", "table");

        Assert.Equal(1, run.Code);
        Assert.Contains(one, run.Output, StringComparison.Ordinal);
        Assert.Contains(other, run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Records_that_are_recognised_as_another_source_are_a_miss()
    {
        using var folder = Content("get");
        folder.Write("content/strategies/harbour/scenarios/r.yml", Scenario.Replace("source: kubernetes.audit", "source: docker.events", StringComparison.Ordinal));

        var run = Tool.Run("validate", "--no-builtin", "--content", Path.Combine(folder.Path, "content"), "-o", "table");

        Assert.Equal(1, run.Code);
        Assert.Contains("recognised as kubernetes.audit, which the scenario does not name", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_suppression_that_hides_the_attack_is_a_miss_and_is_named()
    {
        using var folder = Content("get");
        folder.Write("content/strategies/harbour/suppressions/s.yml", "id: everything-read\nreason: Reads are many.\nowner: harbour@example.org\nexpires: 2027-06-01\napplies_to: [6f1c0f36-5b1e-4a8c-9a44-0b6f5d1a2c01]\nwhen: {verb: get}\n");

        var run = Tool.Run("validate", "--no-builtin", "--content", Path.Combine(folder.Path, "content"), "-o", "table");

        Assert.Equal(1, run.Code);
        Assert.Contains("the suppression 'everything-read' covers it", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_not_there_is_refused()
    {
        Assert.Equal(2, Tool.Run("validate", "no-such-scenario").Code);
        Assert.Equal(2, Tool.Run("validate", "--jobs", "0").Code);
    }

    [Fact]
    public void A_scenario_for_a_detection_that_is_not_there_is_an_error_at_its_place()
    {
        using var folder = Content("get");
        folder.Write("content/strategies/harbour/scenarios/x.yml", Scenario.Replace("rule: Read", "rule: Red", StringComparison.Ordinal).Replace("id: read", "id: red", StringComparison.Ordinal));

        var run = Tool.Run("validate", "--no-builtin", "--content", Path.Combine(folder.Path, "content"));

        Assert.Equal(1, run.Code);
        Assert.Contains("strategies/harbour/scenarios/x.yml:6:17: error WG4007", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_change_of_rules_tells_what_is_gained_and_lost_and_calls_out_attacks_first()
    {
        using var before = Content("get");
        using var after = Content("list");
        var telemetry = before.Write("audit.ndjson", string.Concat(new[] { "get", "list", "list" }.Select((v, i) =>
            $$"""{"kind":"Event","apiVersion":"audit.k8s.io/v1","auditID":"{{i}}","verb":"{{v}}","requestURI":"/api","stage":"ResponseComplete","stageTimestamp":"2026-11-03T10:00:0{{i}}Z"}""" + "\n")));
        string[] arguments = ["rules", "diff", "--against", Path.Combine(before.Path, "content"), "--no-builtin", "--content", Path.Combine(after.Path, "content"), telemetry];

        var quiet = Tool.Run([.. arguments, "-o", "json"]);
        var told = Tool.Run([.. arguments, "--scenarios"]);

        Assert.Equal((0, 1), (quiet.Code, told.Code));
        var json = JsonDocument.Parse(quiet.Output).RootElement;
        Assert.Equal((2, 1), (json.GetProperty("gained").GetInt32(), json.GetProperty("lost").GetInt32()));
        Assert.StartsWith("Attacks that are no longer found:\n  read: Read", told.Output, StringComparison.Ordinal);
        Assert.Contains("Benign twins that are no longer quiet:\n  read: Read: twin 'a list'", told.Output, StringComparison.Ordinal);
        Assert.Contains("Read (high): 2 gained, 1 lost", told.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_rule_that_is_taken_away_loses_its_attack()
    {
        using var before = Content("get");
        using var after = Repository.Folder();
        after.Write("content/strategies/harbour/scenarios/r.yml", Scenario);

        var run = Tool.Run("rules", "diff", "--against", Path.Combine(before.Path, "content"), "--no-builtin", "--content", Path.Combine(after.Path, "content"), "--scenarios");

        Assert.Equal(1, run.Code);
        Assert.Contains("read: Read", run.Output, StringComparison.Ordinal);
    }

    private static TemporaryFolder Content(string verb)
    {
        var folder = Repository.Folder();
        folder.Write("content/strategies/harbour/detections/r.yml", Rule.Replace("VERB", verb, StringComparison.Ordinal));
        folder.Write("content/strategies/harbour/scenarios/r.yml", Scenario);
        return folder;
    }
}
