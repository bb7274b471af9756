using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Waterguard.Platforms.Outbound;
using Waterguard.Sources.Configuration;
using Waterguard.Sources.Transports.Cloud;
using Waterguard.Sources.Transports.Polling;

namespace Waterguard.Sources.Transports.AzureMonitor;

/// <summary>Metrics of many resources at once, by the batch API of Azure Monitor; a record for each value, of the shape that Azure exports.</summary>
internal sealed class AzureMetricsApi : IPolledApi
{
    private const int ResourcesAtOnce = 50;
    private readonly CloudCalls _calls;
    private readonly Uri _endpoint;
    private readonly string _subscription;
    private readonly string _question;
    private readonly ImmutableArray<string> _resources;

    public AzureMetricsApi(SettingValues values, TransportSurroundings surroundings, TransportProgress progress)
    {
        _endpoint = AzureKeys.Endpoint(values, AzureKeys.Cloud(values).Metrics);
        _resources = values.Texts("resources");
        // Answers name the subscription of a batch: all of its resources must be of one.
        _subscription = _resources[0].Split('/') is [_, _, var id, ..] ? id : "";
        _question = $"metricnamespace={Uri.EscapeDataString(values.Text("namespace")!)}&metricnames={Uri.EscapeDataString(string.Join(',', values.Texts("metrics")))}&aggregation=average,maximum&interval=PT1M&api-version=2023-10-01"
            + (values.Text("filter") is { } filter ? "&filter=" + Uri.EscapeDataString(filter) : "");
        _calls = new CloudCalls(new ApiClient(AllowedHosts.Of(_endpoint), AzureKeys.Tokens(values, AzureKeys.Cloud(values).Metrics, surroundings), surroundings.Time, surroundings.Network), progress, surroundings.Time);
        Streams = [new PollStream("metrics", "container.metrics") { Every = values.Duration("every"), Step = TimeSpan.FromHours(1), Overlap = TimeSpan.FromMinutes(5), Settle = TimeSpan.FromMinutes(3), Start = TimeSpan.FromHours(1), Farthest = TimeSpan.FromDays(30) }];
    }

    public IReadOnlyList<PollStream> Streams { get; }

    public string Place => _endpoint.Host;

    public Task PrepareAsync(PollStream stream, CancellationToken cancel) => Task.CompletedTask;

    public async IAsyncEnumerable<IReadOnlyList<PolledRecord>> ReadAsync(PollStream stream, DateTimeOffset from, DateTimeOffset to, Remembered known, [EnumeratorCancellation] CancellationToken cancel)
    {
        foreach (var some in _resources.Chunk(ResourcesAtOnce))
        {
            var address = new Uri(_endpoint, $"subscriptions/{Uri.EscapeDataString(_subscription)}/metrics:getBatch?starttime={JsonParts.Asked(from)}&endtime={JsonParts.Asked(to)}&{_question}");
            using var answer = JsonParts.Parse((await _calls.PostAsync(address, JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, string[]>(StringComparer.Ordinal) { ["resourceids"] = some }), cancel)).Body);
            yield return [.. answer.RootElement.Items("values").SelectMany(Values)];
        }
    }

    public string? Advice(PollStream stream, Exception refusal) => refusal is not ApiRefusedException refused ? null : refused.Status switch
    {
        401 or 403 => $"we may not read metrics of subscription {_subscription}: give the identity the role Monitoring Reader on it (Access control (IAM)) ({refused.Error.Code})",
        404 => $"'endpoint' must be the metrics endpoint of the resources' region, such as https://westeurope.metrics.monitor.azure.com ({refused.Error.Message})",
        400 => $"the question makes no sense to Azure Monitor: {refused.Error.Message}",
        _ => null,
    };

    public async Task<IReadOnlyList<InputFinding>> CheckAsync(PollStream stream, InputProbe probe, CancellationToken cancel)
    {
        var address = new Uri(_endpoint, $"subscriptions/{Uri.EscapeDataString(_subscription)}/metrics:getBatch?{_question}");
        using var answer = JsonParts.Parse((await _calls.PostAsync(address, JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, string[]>(StringComparer.Ordinal) { ["resourceids"] = [_resources[0]] }), cancel)).Body);
        return PolledLook.At([.. answer.RootElement.Items("values").SelectMany(Values).Take(5).Select(v => v.Bytes.ToArray())], probe, "metrics", "metrics: may be read, and have no values within the last hour");
    }

    public void Dispose() => _calls.Dispose();

    private static IEnumerable<PolledRecord> Values(JsonElement resource)
    {
        var (id, grain) = (resource.Text("resourceid") ?? "", resource.Text("interval") ?? "PT1M");
        foreach (var metric in resource.Items("value"))
        {
            var name = metric.Part("name")?.Text("value") ?? "";
            foreach (var series in metric.Items("timeseries"))
            {
                foreach (var value in series.Items("data"))
                {
                    // A minute that has not been counted yet has no values.
                    if (value.Time("timeStamp") is not { } time || value.EnumerateObject().All(p => p.Value.ValueKind != JsonValueKind.Number)) continue;
                    var bytes = Write(id, grain, name, series, value);
                    yield return new PolledRecord($"{id}|{name}|{time:O}|{string.Join('|', series.Items("metadatavalues").Select(m => m.Text("value")))}", time, bytes);
                }
            }
        }
    }

    private static byte[] Write(string id, string grain, string name, JsonElement series, JsonElement value)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartObject();
            writer.WriteString("time", value.Text("timeStamp"));
            writer.WriteString("resourceId", id);
            writer.WriteString("metricName", name);
            writer.WriteString("timeGrain", grain);
            foreach (var number in value.EnumerateObject().Where(p => p.Value.ValueKind == JsonValueKind.Number)) number.WriteTo(writer);
            writer.WriteStartObject("dimension");
            foreach (var dimension in series.Items("metadatavalues")) writer.WriteString(dimension.Part("name")?.Text("value") ?? "", dimension.Text("value"));
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        return stream.ToArray();
    }
}
