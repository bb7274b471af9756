using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Waterguard.Tests.Metrics;
using Xunit;

namespace Waterguard.Tests.Service;

/// <summary>The service under sustained load over HTTP, with every detection on: what it takes is judged, nothing is lost, memory stays. Ten minutes long with <c>./test --long</c>.</summary>
public sealed class LoadTests
{
    private const int Senders = 2, Together = 1000;

    private const string Usual = """
        {"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"Metadata","auditID":"","stage":"ResponseComplete","requestURI":"/api/v1/namespaces/tide/endpoints/tide-api","verb":"get","user":{"username":"system:serviceaccount:kube-system:endpoint-controller","uid":"4b0a","groups":["system:serviceaccounts","system:serviceaccounts:kube-system","system:authenticated"]},"sourceIPs":["10.20.0.3"],"userAgent":"kube-controller-manager/v1.35.1 (linux/amd64) kubernetes/8f1c0a3/system:serviceaccount:kube-system:endpoint-controller","objectRef":{"resource":"endpoints","namespace":"tide","name":"tide-api","apiVersion":"v1"},"responseStatus":{"metadata":{},"code":200},"annotations":{"authorization.k8s.io/decision":"allow","authorization.k8s.io/reason":"RBAC: allowed by ClusterRoleBinding \"system:controller:endpoint-controller\""}}
        """;

    [Fact]
    public async Task What_is_posted_without_a_pause_is_taken_judged_and_counted()
    {
        Assert.SkipWhen(Environment.GetEnvironmentVariable("WATERGUARD_FAST") is { Length: > 0 }, "It takes as long as it measures.");
        var isLong = Environment.GetEnvironmentVariable("WATERGUARD_LONG") is { Length: > 0 };
        var time = isLong ? TimeSpan.FromMinutes(10) : TimeSpan.FromSeconds(5);
        using var folder = Repository.Folder();
        using var service = await ServiceProcess.StartAsync(folder.Write("w.yaml", $"data: '{folder.Path}/data'\nhttp: {{listen: '127.0.0.1:0', open_metrics: true}}\narchive: {{enabled: false}}\ninputs:\n  - {{name: in, transport: http, source: kubernetes.audit, key: env:PATH}}\n"));
        using var client = new HttpClient { Timeout = TimeSpan.FromMinutes(2) };
        var records = await File.ReadAllLinesAsync(Repository.PathOf("samples", "kubernetes-audit.ndjson"), TestContext.Current.CancellationToken);
        var (sent, waits, number, bytes) = (0L, 0L, 0, 0L);
        var memory = new List<double>();
        var began = Stopwatch.GetTimestamp();
        async Task SendAsync()
        {
            while (Stopwatch.GetElapsedTime(began) < time)
            {
                var body = Batch(records, Interlocked.Increment(ref number));
                for (var isTaken = false; !isTaken;)
                {
                    using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(service.Address, "api/v1/ingest/kubernetes.audit")) { Content = new ByteArrayContent(body) { Headers = { ContentEncoding = { "gzip" }, ContentType = new MediaTypeHeaderValue("application/x-ndjson") } } };
                    request.Headers.TryAddWithoutValidation("X-Api-Key", Environment.GetEnvironmentVariable("PATH"));
                    using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
                    isTaken = response.StatusCode == HttpStatusCode.Accepted;
                    if (isTaken) break;
                    Assert.Equal(HttpStatusCode.TooManyRequests, response.StatusCode);
                    Interlocked.Increment(ref waits);
                    await Task.Delay(response.Headers.RetryAfter!.Delta!.Value, TestContext.Current.CancellationToken);
                }

                Interlocked.Add(ref sent, Together);
                Interlocked.Add(ref bytes, body.Length);
            }
        }

        async Task<IReadOnlyDictionary<string, double>> PageAsync() => MetricsPage.Read(await client.GetStringAsync(new Uri(service.Address, "metrics"), TestContext.Current.CancellationToken));
        var sending = Task.WhenAll(Enumerable.Range(0, Senders).Select(_ => Task.Run(SendAsync)));
        while (await Task.WhenAny(sending, Task.Delay(time / 10, TestContext.Current.CancellationToken)) != sending) memory.Add((await PageAsync())["process_resident_memory_bytes"]);
        await sending;
        var sendTime = Stopwatch.GetElapsedTime(began);
        IReadOnlyDictionary<string, double> page = new Dictionary<string, double>();
        await Until.True(async () => (page = await PageAsync())["waterguard_journal_waiting"] == 0, "all of it is judged", isLong ? 600 : 120);
        var wholeTime = Stopwatch.GetElapsedTime(began);

        Assert.Equal(sent, page["waterguard_received_total{input=\"in\"}"]);
        Assert.Equal(sent, page["waterguard_stored_total{input=\"in\"}"]);
        Assert.Equal(sent, page["waterguard_events_total{source=\"kubernetes.audit\"}"]);
        Assert.True(page["waterguard_alerts"] > 0);
        // Half of the way in everything is warm; what grows from there on grows with what correlations and incidents know, not with what went through.
        var (middle, end) = (memory[memory.Count / 2], memory[^1]);
        Assert.True(end < (middle * 1.5) + (64 << 20), $"memory grew from {middle / 1e6:F0} to {end / 1e6:F0} MB");
        var offline = await OfflineAsync(folder, records, number);
        var line = string.Create(CultureInfo.InvariantCulture, $"load: {sent} events in {sendTime.TotalSeconds:F0} s taken ({sent / sendTime.TotalSeconds:F0}/s), judged after {wholeTime.TotalSeconds:F0} s ({sent / wholeTime.TotalSeconds:F0}/s); scan of the same {offline:F0}/s, ratio {sent / wholeTime.TotalSeconds / offline:F2}; {page["waterguard_alerts"]} alerts, {waits} waits; from receipt to store p50 <= {Quantile(page, 0.5)} s, p99 <= {Quantile(page, 0.99)} s; memory {memory[0] / 1e6:F0}, {middle / 1e6:F0}, {end / 1e6:F0} MB");
        TestContext.Current.SendDiagnosticMessage(line);
        if (Environment.GetEnvironmentVariable("WATERGUARD_EVIDENCE") is { Length: > 0 } evidence) await File.AppendAllTextAsync(Path.Combine(evidence, "details.txt"), "- " + line + "\n", TestContext.Current.CancellationToken);
        Assert.Equal(0, await service.StopAsync());
    }

    // Each batch is of the present, and has ids of its own; who acts is one of a few, so that incidents stay a handful.
    private static string Text(string[] records, int number)
    {
        var text = new StringBuilder();
        var now = TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);
        for (var i = 0; i < Together; i++)
        {
            // One in five hundred is of the day that the samples tell; the rest is what a control plane does all day.
            var record = System.Text.Json.Nodes.JsonNode.Parse(i % 500 == 0 ? records[((number * Together) + i) / 500 % records.Length] : Usual)!.AsObject();
            record["auditID"] = string.Create(CultureInfo.InvariantCulture, $"{number:x8}-0000-4000-8000-{i:x12}");
            (record["requestReceivedTimestamp"], record["stageTimestamp"]) = (now, now);
            text.Append(record.ToJsonString()).Append('\n');
        }

        return text.ToString();
    }

    private static byte[] Batch(string[] records, int number)
    {
        using var packed = new MemoryStream();
        using (var stream = new GZipStream(packed, CompressionLevel.Fastest)) stream.Write(Encoding.UTF8.GetBytes(Text(records, number)));
        return packed.ToArray();
    }

    private static async Task<double> OfflineAsync(TemporaryFolder folder, string[] records, int batches)
    {
        var file = Path.Combine(folder.Path, "same.ndjson");
        var most = Math.Min(batches, 200);
        await using (var to = new StreamWriter(file)) for (var i = 1; i <= most; i++) await to.WriteAsync(Text(records, i));
        var stats = Path.Combine(folder.Path, "stats.json");
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", [Path.Combine(AppContext.BaseDirectory, "waterguard.dll"), "scan", file, "--source", "kubernetes.audit", "--jobs", "1", "--stats", stats, "-o", "json"]) { RedirectStandardOutput = true, UseShellExecute = false };
        using var scan = Process.Start(start)!;
        while (await scan.StandardOutput.ReadLineAsync() is not null)
        {
            // Only how long it takes is of interest.
        }

        await scan.WaitForExitAsync();
        using var json = JsonDocument.Parse(await File.ReadAllTextAsync(stats));
        return json.RootElement.GetProperty("events").GetInt64() / json.RootElement.GetProperty("run_seconds").GetDouble();
    }

    private static string Quantile(IReadOnlyDictionary<string, double> page, double share)
    {
        var all = page["waterguard_judgement_delay_seconds_count"];
        return page.Where(p => p.Key.StartsWith("waterguard_judgement_delay_seconds_bucket", StringComparison.Ordinal)).OrderBy(p => p.Value).First(p => p.Value >= all * share).Key.Split("le=\"")[1].TrimEnd('}', '"');
    }
}
