using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Waterguard.Tests.CommandLine;
using Waterguard.Tests.Service;
using Xunit;

namespace Waterguard.Tests.Strategies.State;

/// <summary>What is missing of the telemetry turns the detections that need it, and only those, and the reason names it; when it is back, so are they.</summary>
public sealed class StatusCommandTests
{
    private const string Exec = "Command run in a pod by a person";
    private const string Privileged = "Privileged container";
    private const string Impersonation = "Somebody acted as another identity";

    [Fact]
    public void A_field_that_is_removed_on_the_way_makes_blind_what_needs_it_and_names_it()
    {
        using var folder = Repository.Folder();
        var whole = Status(folder.Write("whole/audit.log", Log(_ => { })));
        var cut = Status(folder.Write("cut/audit.log", Log(r => r.Remove("objectRef"))));

        Assert.Equal("ARMED", State(whole, Exec));
        Assert.Equal("BLIND", State(cut, Exec));
        Assert.Contains("the object of the request", Reason(cut, Exec), StringComparison.Ordinal);
        Assert.Equal("ARMED", State(cut, Impersonation));
    }

    [Fact]
    public void A_lower_audit_level_makes_blind_what_reads_bodies_and_says_what_to_switch_on()
    {
        using var folder = Repository.Folder();
        var cut = Status(folder.Write("metadata/audit.log", Log(r =>
        {
            r["level"] = "Metadata";
            r.Remove("requestObject");
            r.Remove("responseObject");
        })));
        Assert.Equal("BLIND", State(cut, Privileged));
        Assert.Contains("level Request or RequestResponse", Reason(cut, Privileged), StringComparison.Ordinal);
        Assert.Equal("ARMED", State(cut, Impersonation));
    }

    [Fact]
    public void A_source_that_nobody_delivers_makes_its_detections_blind_and_absences_degraded()
    {
        using var folder = Repository.Folder();
        var status = Status(folder.Write("audit.log", Log(_ => { })));
        Assert.Equal("DEGRADED", status.GetProperty("strategies")[1].GetProperty("state").GetString());
        Assert.Contains(Detections(status), d => d.GetProperty("state").GetString() == "BLIND" && d.GetProperty("reasons")[0].GetProperty("text").GetString() == "docker.events was not heard of");
        Assert.Contains(Detections(status), d => d.GetProperty("reasons").EnumerateArray().Any(r => r.GetProperty("by").GetString() == "learning"));
        Assert.Contains("metrics-are-delivered", status.GetProperty("strategies")[0].GetProperty("assumptions").EnumerateArray().Where(a => a.GetProperty("holds").ValueKind == JsonValueKind.False).Select(a => a.GetProperty("id").GetString()));
    }

    [Fact]
    public async Task A_source_that_is_cut_off_from_a_running_service_turns_its_detections_blind_and_back_when_it_returns()
    {
        using var folder = Repository.Folder();
        var configuration = folder.Write("w.yaml", string.Create(
            CultureInfo.InvariantCulture, $"data: '{folder.Path}/data'\nhttp: {{listen: '127.0.0.1:0'}}\ninputs:\n  - {{name: audit, transport: http, source: kubernetes.audit, key: env:PATH}}\n"));
        using var client = new HttpClient();
        using var service = await ServiceProcess.StartAsync(configuration);
        await LabService.PostToAsync(client, service, "kubernetes.audit", Log(_ => { }));
        Assert.Equal("ARMED", State(Live(configuration, "5m"), Impersonation));

        JsonElement silent = default;
        await Until.True(() => State(silent = Live(configuration, "1s"), Impersonation) == "BLIND", "the source is silent");
        Assert.StartsWith("kubernetes.audit has been silent since", Reason(silent, Impersonation), StringComparison.Ordinal);

        await LabService.PostToAsync(client, service, "kubernetes.audit", Log(r => r["auditID"] = "another"));
        Assert.Equal("ARMED", State(Live(configuration, "5m"), Impersonation));
        Assert.Equal(0, await service.StopAsync());
    }

    [Fact]
    public void A_layer_and_a_page_show_the_state_that_the_telemetry_gives()
    {
        using var folder = Repository.Folder();
        var log = folder.Write("audit.log", Log(_ => { }));
        var layer = Path.Combine(folder.Path, "layer.json");
        var coverage = Tool.Run("coverage", "--telemetry", log, "--navigator", layer);
        Assert.Equal(0, coverage.Code);
        using var json = JsonDocument.Parse(File.ReadAllText(layer));
        var colours = json.RootElement.GetProperty("techniques").EnumerateArray().GroupBy(t => t.GetProperty("color").GetString()!, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Count(), StringComparer.Ordinal);
        Assert.True(colours["#31a354"] > 5 && colours["#de2d26"] > 5, coverage.Error); // what Kubernetes shows is armed, what only a cloud would show is blind
        Assert.DoesNotContain("#9ecae1", colours.Keys);

        var page = Tool.Run("strategy", "render", "container-runtime-evasion", "--telemetry", log).Output;
        Assert.Contains("State: **DEGRADED**", page, StringComparison.Ordinal);
        Assert.Contains("docker.events was not heard of", page, StringComparison.Ordinal);
    }

    [Fact]
    public void An_integrity_tool_that_does_not_watch_what_it_should_degrades_what_relies_on_it()
    {
        using var folder = Repository.Folder();
        var log = folder.Write("audit.log", Log(_ => { }));
        var narrow = folder.Write("narrow.conf", "/etc/passwd R\n");
        var whole = folder.Write("whole.conf", Tool.Run("sources", "config", "aide").Output);

        Assert.Matches("^False .*narrow.conf watches 0 of [0-9]+ critical paths, and not /", Aide(log, narrow));
        Assert.Matches("^True .*whole.conf watches (all )?[0-9]+ (of [0-9]+ )?critical paths", Aide(log, whole));
        Assert.Equal("Null was not looked at", Aide(log, null));
        Assert.Equal(2, Tool.Run("strategy", "status", log, "--watches", "tripwire=/etc/x").Code);
    }

    [Fact]
    public void Wrong_usage_is_said_in_one_line()
    {
        var nothing = Tool.Run("strategy", "status");
        Assert.Equal(2, nothing.Code);
        Assert.Equal("waterguard: strategy status: either telemetry in files, or --config of a service\n", nothing.Error);
        Assert.Equal(2, Tool.Run("strategy", "status", ".", "--strategy", "no-such").Code);
        Assert.Equal(2, Tool.Run("strategy", "status", "no-such-file").Code);
    }

    private static JsonElement Status(string log) => Json(Tool.Run("strategy", "status", log, "-o", "json"));

    private static JsonElement Live(string configuration, string silentAfter) => Json(Tool.Run("strategy", "status", "--config", configuration, "--silent-after", silentAfter, "-o", "json"));

    private static string Aide(string log, string? configuration)
    {
        var status = Json(configuration is null ? Tool.Run("strategy", "status", log, "-o", "json") : Tool.Run("strategy", "status", log, "-o", "json", "--watches", $"aide={configuration}"));
        var assumption = status.GetProperty("strategies").EnumerateArray().SelectMany(s => s.GetProperty("assumptions").EnumerateArray()).Single(a => a.GetProperty("id").GetString() == "aide-watches-the-platform");
        return $"{assumption.GetProperty("holds").ValueKind} {assumption.GetProperty("observed").GetString()}";
    }

    private static JsonElement Json(ToolResult result)
    {
        Assert.True(result.Code == 0, result.Error);
        return JsonDocument.Parse(result.Output).RootElement;
    }

    private static IEnumerable<JsonElement> Detections(JsonElement status) => status.GetProperty("strategies").EnumerateArray().SelectMany(s => s.GetProperty("detections").EnumerateArray());

    private static JsonElement Of(JsonElement status, string title) => Detections(status).Single(d => d.GetProperty("title").GetString() == title);

    private static string? State(JsonElement status, string title) => Of(status, title).GetProperty("state").GetString();

    private static string Reason(JsonElement status, string title) => Of(status, title).GetProperty("reasons")[0].GetProperty("text").GetString()!;

    // Forty ordinary requests with their bodies, as an API server logs them at RequestResponse.
    private static string Log(Action<JsonObject> change) => string.Join('\n', Enumerable.Range(0, 40).Select(i =>
    {
        var pod = "{\"metadata\":{\"name\":\"shop-1\",\"namespace\":\"shop\"},\"spec\":{\"containers\":[{\"name\":\"app\",\"image\":\"registry.example/shop:1\",\"securityContext\":{\"privileged\":false}}],\"hostNetwork\":false}}";
        var record = JsonNode.Parse($"{{\"kind\":\"Event\",\"apiVersion\":\"audit.k8s.io/v1\",\"level\":\"RequestResponse\",\"auditID\":\"6e3f0000-0000-4000-8000-{i:000000000000}\",\"stage\":\"ResponseComplete\",\"requestURI\":\"/api/v1/namespaces/shop/pods\",\"verb\":\"create\",\"user\":{{\"username\":\"deployer\",\"groups\":[\"system:authenticated\"]}},\"sourceIPs\":[\"192.0.2.1\"],\"userAgent\":\"kubectl/v1.36\",\"objectRef\":{{\"resource\":\"pods\",\"namespace\":\"shop\",\"name\":\"shop-1\",\"apiVersion\":\"v1\"}},\"responseStatus\":{{\"code\":201}},\"requestObject\":{pod},\"responseObject\":{pod},\"requestReceivedTimestamp\":\"2026-11-02T09:00:{i:00}.000000Z\",\"stageTimestamp\":\"2026-11-02T09:00:{i:00}.100000Z\"}}")!.AsObject();
        change(record);
        return record.ToJsonString();
    })) + "\n";
}
