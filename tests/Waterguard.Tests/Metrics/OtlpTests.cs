using Waterguard.Configuration;
using Waterguard.Content;
using Waterguard.Tests.Service;
using Xunit;

namespace Waterguard.Tests.Metrics;

/// <summary>The service's own telemetry, sent by a real service to a collector on this machine.</summary>
public sealed class OtlpTests
{
    [Fact]
    public async Task Traces_logs_and_metrics_reach_the_collector_with_its_key()
    {
        using var folder = Repository.Folder();
        await using var collector = await Collector.StartAsync();
        using var service = await StartAsync(folder, $"{{endpoint: '{collector.Address}', key: 'file:{folder.Write("key", "k-17\n")}', key_header: X-Collector-Key, sample: 100, every: 1s}}");
        using var client = new HttpClient();
        await PostAsync(client, service);
        await Until.True(() => collector.Has("metrics", "waterguard.received", "k-17") && collector.Has("metrics", "dotnet.gc.heap", "k-17"), "metrics come");
        await Until.True(() => collector.Has("traces", "judge", "k-17") && collector.Has("traces", "commit") && collector.Has("traces", "POST /api/v1/ingest/{"), "spans of judging, committing and of requests come");
        await Until.True(() => collector.Has("logs", "serving", "k-17"), "what is logged comes");
        var page = await MetricsAsync(client, service);
        Assert.True(page["waterguard_otlp_requests_total{signal=\"metrics\",state=\"sent\"}"] > 0);
        Assert.Equal(0, await service.StopAsync());
        Assert.True(collector.Has("logs", "stopping"), "what was said last is sent before the end");
        Assert.DoesNotContain(service.Log, l => l.Contains("k-17", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_collector_that_refuses_is_counted_and_said_once_and_the_service_goes_on()
    {
        using var folder = Repository.Folder();
        await using var collector = await Collector.StartAsync();
        collector.Status = 403;
        using var service = await StartAsync(folder, $"{{endpoint: '{collector.Address}', signals: [metrics], every: 1s}}");
        using var client = new HttpClient();
        await Until.True(() => collector.Requests >= 2, "it was asked twice");
        await PostAsync(client, service);
        await Until.True(async () => (await MetricsAsync(client, service)).GetValueOrDefault("waterguard_otlp_requests_total{signal=\"metrics\",state=\"failed\"}") >= 2, "failures are counted");
        Assert.Single(service.Log, l => l.Contains("does not take telemetry", StringComparison.Ordinal) && l.Contains("403", StringComparison.Ordinal));
        collector.Status = 200;
        await Until.True(() => service.Log.Any(l => l.Contains("takes telemetry again", StringComparison.Ordinal)), "it is said when it goes on");
        Assert.Equal(0, await service.StopAsync());
    }

    [Theory]
    [InlineData("{}", "'otlp' needs an 'endpoint'")]
    [InlineData("{endpoint: 'collector:4318'}", "is not an http or https address")]
    [InlineData("{endpoint: 'https://me:secret@collector:4318'}", "a key belongs into 'key'")]
    [InlineData("{endpoint: 'http://collector:4318', key: env:PATH}", "by https only")]
    [InlineData("{endpoint: 'https://collector:4318', key_header: 'X: y'}", "is not the name of a header")]
    [InlineData("{endpoint: 'https://collector:4318', signals: [trace]}", "There is no signal 'trace'")]
    [InlineData("{endpoint: 'https://collector:4318', sample: 101}", "sample")]
    public void What_cannot_be_meant_is_refused_with_its_line(string otlp, string words)
    {
        var bag = new DiagnosticBag();
        Assert.Null(ServiceConfiguration.Load("w.yaml", System.Text.Encoding.UTF8.GetBytes($"data: x\ninputs:\n  - {{name: in, transport: http, anonymous: true}}\notlp: {otlp}\n"), bag));
        Assert.Contains(bag.ToSorted(), d => d.Message.Contains(words, StringComparison.Ordinal) && d.Location.Line == 4);
    }

    private static Task<ServiceProcess> StartAsync(TemporaryFolder folder, string otlp) =>
        ServiceProcess.StartAsync(folder.Write("w.yaml", $"data: '{folder.Path}/data'\nhttp: {{listen: '127.0.0.1:0', open_metrics: true}}\notlp: {otlp}\ninputs:\n  - {{name: in, transport: http, anonymous: true, source: json}}\n"));

    private static async Task PostAsync(HttpClient client, ServiceProcess service)
    {
        using var body = new StringContent("{\"a\":1}\n", System.Text.Encoding.UTF8, "application/x-ndjson");
        using var answer = await client.PostAsync(new Uri(service.Address, "api/v1/ingest/json"), body, TestContext.Current.CancellationToken);
        Assert.Equal(202, (int)answer.StatusCode);
    }

    private static async Task<IReadOnlyDictionary<string, double>> MetricsAsync(HttpClient client, ServiceProcess service) => MetricsPage.Read(await client.GetStringAsync(new Uri(service.Address, "metrics"), TestContext.Current.CancellationToken));
}
