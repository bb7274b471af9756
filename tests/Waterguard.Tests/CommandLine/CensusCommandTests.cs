using System.Text.Json;
using Waterguard.Tests.Census;
using Xunit;

namespace Waterguard.Tests.CommandLine;

/// <summary><c>waterguard census</c>, from bytes to what people read.</summary>
public sealed class CensusCommandTests
{
    private static readonly DateTimeOffset Ten = Harbour.Start.AddMinutes(10);

    [Fact]
    public void It_tells_containers_witnesses_with_their_silences_and_disagreements_as_json_and_as_a_table()
    {
        using var folder = Repository.Folder();
        var files = Write(folder);

        var json = Tool.Run(["census", "-o", "json", .. files]);
        var table = Tool.Run(null, new Dictionary<string, string>(StringComparer.Ordinal) { ["COLUMNS"] = "200" }, ["census", "-o", "table", .. files]);

        Assert.Equal(0, json.Code);
        var root = JsonDocument.Parse(json.Output).RootElement;
        var hidden = Assert.Single(root.GetProperty("containers").EnumerateArray(), c => c.GetProperty("container").GetString() == "hidden1");
        Assert.Equal((Harbour.EngineHost, 0, "sensor/cgroup"), (hidden.GetProperty("host").GetString(), hidden.GetProperty("claimed_by").GetArrayLength(), hidden.GetProperty("seen_by")[0].GetString()));
        Assert.Equal("unclaimed", Assert.Single(root.GetProperty("disagreements").EnumerateArray()).GetProperty("waterguard").GetProperty("disagreement").GetProperty("kind").GetString());
        Assert.Contains(root.GetProperty("containers").EnumerateArray(), c => c.GetProperty("claimed_by").ToString().Contains("kubernetes.audit", StringComparison.Ordinal)
            && c.GetProperty("seen_by").ToString().Contains("sensor", StringComparison.Ordinal) && c.GetProperty("addresses").GetArrayLength() == 1 && c.GetProperty("intervals")[0].GetProperty("to").GetString() is not null);
        var witnesses = root.GetProperty("witnesses").EnumerateArray().ToArray();
        Assert.Equal(["docker.events", "kubernetes.audit", "sensor"], witnesses.Select(w => w.GetProperty("witness").GetString()!).Distinct(StringComparer.Ordinal));
        Assert.True(root.GetProperty("counts").GetProperty("facts").GetInt64() > 100);
        Assert.Contains("hidden1", table.Output, StringComparison.Ordinal);
        Assert.Contains("unclaimed", table.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void What_was_there_at_a_time_is_told_and_filters_leave_the_rest_out()
    {
        using var folder = Repository.Folder();
        var files = Write(folder);

        Assert.Equal(["hidden1"], Ids("--unclaimed", "--at", "2026-11-02T08:12:00Z", "--host", Harbour.EngineHost));
        Assert.Empty(Ids("--unclaimed", "--at", "2026-11-02T08:05:00Z", "--host", Harbour.EngineHost, "--image", "no-such"));
        Assert.All(Containers("--namespace", "tide"), c => Assert.Equal("tide", c.GetProperty("namespace").GetString()));

        string[] Ids(params string[] arguments) => [.. Containers(arguments).Select(c => c.GetProperty("container").GetString()!).Where(c => !c.StartsWith("resident", StringComparison.Ordinal))];
        JsonElement[] Containers(params string[] arguments) => [.. JsonDocument.Parse(Tool.Run(["census", "-o", "json", .. arguments, .. files]).Output).RootElement.GetProperty("containers").EnumerateArray()];
    }

    [Fact]
    public void Without_a_path_and_without_a_journal_it_says_so()
    {
        using var folder = Repository.Folder();
        var config = folder.Write("w.yaml", $"data: '{folder.Path}/data'\ninputs:\n  - {{name: in, transport: http, source: json, key: env:PATH}}\nhttp: {{listen: '127.0.0.1:0'}}\n");

        var result = Tool.Run("census", "--config", config);

        Assert.Equal(2, result.Code);
        Assert.Contains("there is no journal", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--at", "noon")]
    [InlineData("--label", "nothing")]
    [InlineData("-o", "xml")]
    public void Wrong_usage_is_refused(string option, string value)
    {
        var result = Tool.Run("census", option, value, ".");

        Assert.Equal(2, result.Code);
        Assert.Contains(value, result.Error, StringComparison.Ordinal);
    }

    private static string[] Write(TemporaryFolder folder)
    {
        var harbour = new Harbour(11).WithDailyLife(60);
        harbour.Runs(Harbour.EngineHost, Ten, Ten.AddMinutes(5), "hidden1", "\"waterguard.runtime_namespace\":\"wganch\"");
        return [folder.Write("audit.ndjson", Harbour.Bytes(harbour.Audit)), folder.Write("engine.ndjson", Harbour.Bytes(harbour.Engine)), folder.Write("sensors.ndjson", Harbour.Bytes(harbour.Sensors))];
    }
}
