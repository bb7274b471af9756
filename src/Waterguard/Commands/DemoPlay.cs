using System.Collections.Immutable;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Waterguard.Api.Access;
using Waterguard.Emulation;
using Waterguard.Pipeline;
using Waterguard.Validation;

namespace Waterguard.Commands;

/// <summary>What happens in the demo: an account, scenarios that are posted as collectors would post them, and what came of them.</summary>
internal static class DemoPlay
{
    /// <summary>Scenarios of both strategies, in the order in which an intruder might act.</summary>
    public static ImmutableArray<string> Acts { get; } =
        ["anonymous-binding", "exec-by-person", "exec-payload", "host-network", "host-path", "docker-exec-shell", "ephemeral-container", "admission-removed", "azure-diagnostics-removed"];

    /// <summary>The sources of their records.</summary>
    public static ImmutableArray<string> Sources { get; } = ["azure.activitylogs", "docker.events", "kubernetes.audit"];

    /// <exception cref="HttpRequestException">The service refused something.</exception>
    public static async Task RunAsync(Uri address, string data, TimeSpan pace, CancellationToken stop)
    {
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri(address, "api/v1/") };
        var token = (await File.ReadAllTextAsync(Path.Combine(data, "first-run-token"), stop)).Trim();
        var password = Tokens.Make()[..20];
        var me = await PostAsync(client, "setup", new JsonObject { ["token"] = token, ["name"] = "demo", ["password"] = password }, stop);
        client.DefaultRequestHeaders.TryAddWithoutValidation(AccessControl.CsrfHeader, me["csrf"]!.GetValue<string>());
        var key = (await PostAsync(client, "keys", new JsonObject { ["label"] = "looking", ["scopes"] = new JsonArray("read") }, stop))["key"]!.GetValue<string>();
        Console.Error.WriteLine($"Waterguard is at {address}   sign in as  demo  with  {password}   (Ctrl-C stops it, and removes everything)");
        Console.Error.WriteLine("An intruder acts in a cluster, on an engine and in a subscription that are only told of. Alerts:");

        var generation = GenerationLoader.Load(ContentOptions.Default with { Examples = false });
        var scenarios = ScenarioCatalog.Load(generation, ContentOptions.Default).Scenarios.ToDictionary(s => s.Scenario.Id, StringComparer.Ordinal);
        foreach (var act in Acts)
        {
            var telemetry = ScenarioRunner.DetonationAt(scenarios[act].Scenario, TimeProvider.System.GetUtcNow());
            foreach (var source in telemetry.Sources) await IngestAsync(client, source.Source, source.Bytes, stop);
            await Task.Delay(pace, TimeProvider.System, stop);
        }

        await IncidentsAsync(client, address, key, stop);
    }

    private static async Task IncidentsAsync(HttpClient client, Uri address, string key, CancellationToken stop)
    {
        var items = new JsonArray();
        for (var tries = 0; items.Count == 0 && tries < 60; tries++)
        {
            await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, stop);
            items = JsonNode.Parse(await client.GetStringAsync("incidents?limit=10", stop))!["items"]!.AsArray();
        }

        Console.Error.WriteLine("\nIncidents:");
        foreach (var incident in items) Console.Error.WriteLine($"  {incident!["level"]!.GetValue<string>().ToUpperInvariant(),-8}  risk {incident["risk"],-3}  {incident["count"],2} alerts  {incident["title"]!.GetValue<string>()}");
        Console.Error.WriteLine($"\nThe story of one, as the API tells it (this key may look at everything here):\n  curl -s -H 'X-Api-Key: {key}' {address}api/v1/incidents/{items.FirstOrDefault()?["id"]}\nOr look with a browser: {address}   Ctrl-C stops it.");
    }

    private static async Task IngestAsync(HttpClient client, string source, ImmutableArray<byte> records, CancellationToken stop)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "ingest/" + source) { Content = new ByteArrayContent([.. records]) { Headers = { ContentType = new MediaTypeHeaderValue("application/x-ndjson") } } };
        request.Headers.TryAddWithoutValidation("X-Api-Key", Environment.GetEnvironmentVariable("WATERGUARD_DEMO_KEY"));
        using var response = await client.SendAsync(request, stop);
        if (response.StatusCode != System.Net.HttpStatusCode.Accepted) throw new HttpRequestException($"{source}: {(int)response.StatusCode} {await response.Content.ReadAsStringAsync(stop)}");
    }

    private static async Task<JsonNode> PostAsync(HttpClient client, string path, JsonObject body, CancellationToken stop)
    {
        using var response = await client.PostAsync(path, new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json"), stop);
        var text = await response.Content.ReadAsStringAsync(stop);
        return response.IsSuccessStatusCode ? JsonNode.Parse(text)! : throw new HttpRequestException($"{path}: {(int)response.StatusCode} {text}");
    }
}
