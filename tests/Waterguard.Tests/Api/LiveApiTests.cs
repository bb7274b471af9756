using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Waterguard.Tests.Service;
using Xunit;

namespace Waterguard.Tests.Api;

/// <summary>The API of the built service, from its first run on.</summary>
public sealed class LiveApiTests
{
    private const string Record = """
        {"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"RequestResponse","auditID":"x1","stage":"ResponseComplete","requestURI":"/api/v1/namespaces/default/pods","verb":"create","user":{"username":"mallory"},"sourceIPs":["10.1.2.3"],"objectRef":{"resource":"pods","namespace":"default","name":"evil","apiVersion":"v1"},"responseStatus":{"code":201},"requestObject":{"kind":"Pod","metadata":{"name":"evil","namespace":"default"},"spec":{"hostPID":true,"containers":[{"name":"c","image":"x/y"}]}},"requestReceivedTimestamp":"2026-11-22T10:00:00.000000Z","stageTimestamp":"2026-11-22T10:00:00.000000Z"}
        """;

    [Fact]
    public async Task From_the_first_run_to_an_alert_and_a_suppression_that_is_in_use()
    {
        Assert.SkipWhen(Environment.GetEnvironmentVariable("WATERGUARD_FAST") is { Length: > 0 }, "It runs the service.");
        using var folder = Repository.Folder();
        using var service = await ServiceProcess.StartAsync(folder.Write("w.yaml", $"data: '{folder.Path}/data'\nhttp: {{listen: '127.0.0.1:0'}}\ninputs:\n  - {{name: in, transport: http, source: kubernetes.audit, key: env:PATH}}\n"));
        using var client = new HttpClient { BaseAddress = new Uri(service.Address, "api/v1/") };
        var token = (await File.ReadAllTextAsync(Path.Combine(folder.Path, "data", "first-run-token"), TestContext.Current.CancellationToken)).Trim();
        var me = await SendAsync(client, "setup", new JsonObject { ["token"] = token, ["name"] = "root", ["password"] = ApiHost.Password });
        client.DefaultRequestHeaders.Add("X-Waterguard-Csrf", me["csrf"]!.GetValue<string>());
        var collector = (await SendAsync(client, "keys", new JsonObject { ["label"] = "c", ["scopes"] = new JsonArray("ingest:kubernetes.audit") }))["key"]!.GetValue<string>();
        using (var sender = new HttpClient { BaseAddress = client.BaseAddress })
        {
            sender.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", collector);
            using var other = await sender.PostAsync("ingest/docker.events", new StringContent(Record, Encoding.UTF8, "application/json"), TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.Forbidden, other.StatusCode);
            using var taken = await sender.PostAsync("ingest/kubernetes.audit", new StringContent(Record, Encoding.UTF8, "application/json"), TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.Accepted, taken.StatusCode);
            using var refused = await sender.GetAsync("alerts", TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        }

        JsonNode? alert = null;
        await Until.True(async () => (alert = (await GetAsync(client, "alerts?entity=identity:mallory&level=high"))["items"]!.AsArray().FirstOrDefault()) is not null, "the alert is there", everyMilliseconds: 250);
        Assert.Single((await GetAsync(client, "incidents"))["items"]!.AsArray());
        Assert.Equal("evil", (await GetAsync(client, "census/containers"))["items"]!.AsArray().Single()!["pod"]!.GetValue<string>());
        Assert.Equal(2, (await GetAsync(client, "strategies"))["items"]!.AsArray().Count);
        await SendAsync(client, "suppressions", new JsonObject
        {
            ["id"] = "ours", ["strategy"] = "container-runtime-evasion", ["reason"] = "r", ["owner"] = "o", ["expires"] = "2099-01-01", ["applies_to"] = new JsonArray(alert!["rule"]!["id"]!.GetValue<string>()), ["when"] = new JsonObject { ["user.name"] = "mallory" },
        });
        await Until.True(async () => (await GetAsync(client, "suppressions/ours"))["in_use"]!.GetValue<bool>(), "the suppression is in use", everyMilliseconds: 250);
        Assert.Equal(0, await service.StopAsync());
        Assert.DoesNotContain(service.Log, l => l.Contains(collector, StringComparison.Ordinal) || l.Contains(ApiHost.Password, StringComparison.Ordinal));
    }

    private static async Task<JsonNode> GetAsync(HttpClient client, string path) => JsonNode.Parse(await client.GetStringAsync(path))!;

    private static async Task<JsonNode> SendAsync(HttpClient client, string path, JsonObject body)
    {
        using var response = await client.PostAsync(path, new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json"));
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, text);
        return JsonNode.Parse(text)!;
    }
}
