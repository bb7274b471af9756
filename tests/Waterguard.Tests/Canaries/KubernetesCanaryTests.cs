using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Waterguard.Canaries;
using Waterguard.Service;
using Waterguard.Tests.Response.Kubernetes;
using Waterguard.Tests.Service;
using Xunit;

namespace Waterguard.Tests.Canaries;

/// <summary>A cluster is asked for a ConfigMap that there is not: the record of the question must come out.</summary>
public sealed class KubernetesCanaryTests
{
    [Fact]
    public async Task The_audit_record_of_the_question_comes_out_and_a_server_that_writes_none_shows()
    {
        Assert.SkipWhen(Environment.GetEnvironmentVariable("WATERGUARD_FAST") is { Length: > 0 }, "It runs the service, and waits for a marker that does not come.");
        await using var server = await ApiServer.StartAsync();
        using var folder = Repository.Folder();
        using var service = await ServiceProcess.StartAsync(folder.Write("w.yaml", $"data: '{folder.Path}/data'\nhttp: {{listen: '127.0.0.1:0'}}\ninputs:\n  - {{name: audit, transport: http, source: kubernetes.audit, key: env:PATH}}\n"
            + $"canaries:\n  - {{name: cluster, plant: kubernetes-configmap, at: '{Harbour.Kubeconfig(server, folder)}', source: kubernetes.audit, every: 10s, within: 5s}}\n"));
        using var root = await FirstAdministrator.SignInAsync(service, folder);
        using var sender = new HttpClient { BaseAddress = root.BaseAddress };
        server.Audit = batch => PostAsync(sender, batch);
        await Until.True(async () => await StateAsync(root) == "seen", "the marker comes out", 60, everyMilliseconds: 200);
        await Until.True(async () => !(await StrategyAsync(root)).Contains("the canary", StringComparison.Ordinal), "nothing speaks against the feed", 60, everyMilliseconds: 500);
        Assert.StartsWith("GET /api/v1/namespaces/waterguard-canary/configmaps/waterguard-canary-", Assert.Single(server.Requests.Distinct().Take(1)), StringComparison.Ordinal);

        server.Audit = null;
        await Until.True(async () => await StateAsync(root) == "missed", "the marker does not come out", 60, everyMilliseconds: 200);
        await Until.True(async () => (await StrategyAsync(root)).Contains("the canary 'cluster' did not come out of kubernetes.audit within 5 s", StringComparison.Ordinal), "the strategy says why", 60, everyMilliseconds: 500);
        Assert.All(server.Requests, r => Assert.StartsWith("GET ", r, StringComparison.Ordinal));
        Assert.Equal(0, await service.StopAsync());
        Assert.DoesNotContain(service.Alerts, a => a.Contains("waterguard-canary", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_server_that_refuses_or_has_such_an_object_is_told_of_at_once()
    {
        await using var server = await ApiServer.StartAsync();
        using var folder = Repository.Folder();
        var canary = new CanaryConfiguration("cluster", CanaryKind.KubernetesConfigMap, "k", "kubernetes.audit", TimeSpan.FromMinutes(15), TimeSpan.FromMinutes(1))
        {
            Cluster = Waterguard.Response.Actions.Kubernetes.Kubeconfig.Load(Harbour.Kubeconfig(server, folder)),
        };
        Assert.Null(await Planting.PlantAsync(canary, "waterguard-canary-a", TestContext.Current.CancellationToken));
        server.Put("api/v1/namespaces/waterguard-canary/configmaps/waterguard-canary-b", """{"kind":"ConfigMap","metadata":{"name":"waterguard-canary-b"} }""");
        Assert.Equal("the API server has a ConfigMap waterguard-canary-b, which nobody has made", await Planting.PlantAsync(canary, "waterguard-canary-b", TestContext.Current.CancellationToken));
        server.Forbid("get configmaps");
        Assert.StartsWith("403 Forbidden configmaps \"waterguard-canary-c\" is forbidden", await Planting.PlantAsync(canary, "waterguard-canary-c", TestContext.Current.CancellationToken), StringComparison.Ordinal);
        await server.DisposeAsync();
        Assert.Contains("does not answer", await Planting.PlantAsync(canary, "waterguard-canary-d", TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    private static async Task<string> StateAsync(HttpClient client) => (await GetAsync(client, "canaries"))["items"]![0]!["state"]!.GetValue<string>();

    // The reasons of the detections that are DEGRADED.
    private static async Task<string> StrategyAsync(HttpClient client) =>
        string.Join('\n', (await GetAsync(client, "strategies/cloud-container-evasion"))["detections"]!.AsArray().Where(d => d!["state"]?.ToString() == "DEGRADED").SelectMany(d => d!["reasons"]!.AsArray()).Select(r => r!["text"]!.GetValue<string>()));

    private static async Task<JsonNode> GetAsync(HttpClient client, string path) => JsonNode.Parse(await client.GetStringAsync(path))!;

    private static async Task PostAsync(HttpClient sender, JsonObject batch)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "ingest/kubernetes.audit") { Content = new StringContent(batch.ToJsonString(), Encoding.UTF8, "application/json") };
        request.Headers.TryAddWithoutValidation("X-Api-Key", Environment.GetEnvironmentVariable("PATH"));
        using var answer = await sender.SendAsync(request);
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
    }
}
