using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Xunit;

namespace Waterguard.Tests.Service;

/// <summary>Rules and lists may change while the service runs: sound content takes the place of the old, other content does not, and what correlations know stays.</summary>
public sealed class ContentReloadTests
{
    private const string Rules = """
        title: Bad address
        id: 6d2f1b1c-8f6e-4b52-9f5d-0c5cf0e6b011
        level: high
        logsource: {product: any}
        detection: {s: {address|lookup: bad}, condition: s}
        ---
        title: Refused
        id: 6d2f1b1c-8f6e-4b52-9f5d-0c5cf0e6b012
        name: refused
        level: low
        logsource: {product: any}
        detection: {s: {kind: refused}, condition: s}
        ---
        title: Refused again and again
        id: 6d2f1b1c-8f6e-4b52-9f5d-0c5cf0e6b013
        level: high
        correlation: {type: event_count, rules: [refused], group-by: [user], timespan: 5m, condition: {gte: 3}}
        """;

    [Fact]
    public async Task A_list_that_grows_is_used_broken_content_is_not_and_counts_go_on()
    {
        using var folder = Repository.Folder();
        var rules = folder.Write("rules/r.yml", Rules);
        var list = folder.Write("lists/bad.txt", "203.0.113.1\n");
        var source = folder.Write("content/sources/lab.yml", "name: lab\nlogsources: any\nrecognise: {kind: {exists: true}, at: {exists: true}}\ntime: [at]\nsample: |\n  {\"at\":\"2026-11-02T12:00:00Z\",\"kind\":\"other\"}\n");
        var configuration = folder.Write("w.yaml", string.Create(
            CultureInfo.InvariantCulture,
            $"data: '{folder.Path}/data'\nhttp: {{listen: '127.0.0.1:0'}}\ncontent: {{builtin: false, folders: ['{Path.GetDirectoryName(Path.GetDirectoryName(source))}'], rules: ['{rules}'], lists: ['{Path.GetDirectoryName(list)}']}}\ninputs:\n  - {{name: in, transport: http, source: lab, key: env:PATH}}\n"));
        using var client = new HttpClient();
        using var service = await ServiceProcess.StartAsync(configuration);
        await PostAsync(client, service, Record(0, "seen", "203.0.113.2"), Record(1, "refused"), Record(2, "refused"));

        File.WriteAllText(list, "203.0.113.1\n203.0.113.2\n");
        await Until.True(() => service.Log.Any(l => l.Contains("content changed", StringComparison.Ordinal)), "the longer list is in use");
        Assert.Empty(service.Alerts);
        await PostAsync(client, service, Record(3, "seen", "203.0.113.2"));
        await Until.True(() => service.Alerts.Count == 1, "the new entry alerts");

        File.WriteAllText(rules, "title: [broken\n");
        await Until.True(() => service.Log.Any(l => l.Contains("the old one stays in use", StringComparison.Ordinal)), "broken content is refused");
        await PostAsync(client, service, Record(4, "refused"));
        await Until.True(() => service.Alerts.Count == 2, "the count that began under older content is full");
        Assert.Equal(0, await service.StopAsync());
        Assert.Equal(["Bad address", "Refused again and again"], service.Alerts.Select(a => JsonDocument.Parse(a).RootElement.GetProperty("title").GetString()));
    }

    private static string Record(int second, string kind, string address = "192.0.2.1") =>
        $"{{\"at\":\"{new DateTimeOffset(2026, 11, 2, 12, 0, second, TimeSpan.Zero):O}\",\"kind\":\"{kind}\",\"user\":\"ann\",\"address\":\"{address}\"}}";

    private static async Task PostAsync(HttpClient client, ServiceProcess service, params string[] records)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(service.Address, "api/v1/ingest/lab")) { Content = new StringContent(string.Join('\n', records), Encoding.UTF8, "application/x-ndjson") };
        request.Headers.TryAddWithoutValidation("X-Api-Key", Environment.GetEnvironmentVariable("PATH"));
        using var response = await client.SendAsync(request);
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
    }
}
