using System.Runtime.CompilerServices;
using System.Text.Json;
using Waterguard.Platforms.Outbound;
using Waterguard.Sources.Configuration;
using Waterguard.Sources.Transports.Cloud;
using Waterguard.Sources.Transports.Polling;

namespace Waterguard.Sources.Transports.GoogleLogging;

/// <summary>timeSeries.list of Cloud Monitoring; a record for each point, so that a point comes once.</summary>
internal sealed class CloudMonitoringApi : IPolledApi
{
    private readonly CloudCalls _calls;
    private readonly TimeProvider _time;
    private readonly Uri _endpoint;
    private readonly string _project;
    private readonly string[] _filters;

    public CloudMonitoringApi(SettingValues values, TransportSurroundings surroundings, TransportProgress progress)
    {
        _endpoint = AzureKeys.Endpoint(values, new Uri("https://monitoring.googleapis.com/"));
        (_project, _filters) = (values.Text("project")!, [.. values.Texts("filters")]);
        _time = surroundings.Time;
        _calls = new CloudCalls(new ApiClient(AllowedHosts.Of(_endpoint), GoogleKeys.Tokens(values, null, surroundings, "https://www.googleapis.com/auth/monitoring.read"), surroundings.Time, surroundings.Network), progress, surroundings.Time);
        // Points of Kubernetes metrics can be seen up to four minutes later.
        Streams = [new PollStream("points", "gcp.monitoring") { Every = values.Duration("every"), Step = TimeSpan.FromHours(1), Overlap = TimeSpan.FromMinutes(10), Settle = TimeSpan.FromMinutes(1), Start = TimeSpan.FromHours(1), Farthest = TimeSpan.FromDays(41) }];
    }

    public IReadOnlyList<PollStream> Streams { get; }

    public string Place => _project;

    public Task PrepareAsync(PollStream stream, CancellationToken cancel) => Task.CompletedTask;

    public async IAsyncEnumerable<IReadOnlyList<PolledRecord>> ReadAsync(PollStream stream, DateTimeOffset from, DateTimeOffset to, Remembered known, [EnumeratorCancellation] CancellationToken cancel)
    {
        foreach (var filter in _filters)
        {
            for (string? token = ""; token is not null;)
            {
                using var answer = JsonParts.Parse((await _calls.GetAsync(Address(filter, from, to, token, 10_000), cancel)).Body);
                yield return [.. answer.RootElement.Items("timeSeries").SelectMany(Points)];
                token = answer.RootElement.Text("nextPageToken") is { Length: > 0 } next ? next : null;
            }
        }
    }

    public string? Advice(PollStream stream, Exception refusal) => refusal is not ApiRefusedException refused ? null : refused.Status switch
    {
        403 when refused.Error.Message.Contains("SERVICE_DISABLED", StringComparison.Ordinal) || refused.Error.Message.Contains("has not been used", StringComparison.Ordinal) => "the Cloud Monitoring API is not enabled in the project: gcloud services enable monitoring.googleapis.com",
        403 => $"we may not read the metrics of {_project}: grant the service account the role Monitoring Viewer (roles/monitoring.viewer)",
        400 or 404 => $"a filter cannot be asked: {refused.Error.Message}",
        _ => null,
    };

    public async Task<IReadOnlyList<InputFinding>> CheckAsync(PollStream stream, InputProbe probe, CancellationToken cancel)
    {
        var now = _time.GetUtcNow();
        using var answer = JsonParts.Parse((await _calls.GetAsync(Address(_filters[0], now.AddMinutes(-30), now, "", 1), cancel)).Body);
        return PolledLook.At([.. answer.RootElement.Items("timeSeries").Take(1).Select(s => s.Bytes())], probe, _project, $"{_project}: may be read, and no series matches the first filter within half an hour");
    }

    public void Dispose() => _calls.Dispose();

    private Uri Address(string filter, DateTimeOffset from, DateTimeOffset to, string token, int size) => new(
        _endpoint, $"v3/{_project}/timeSeries?filter={Uri.EscapeDataString(filter)}&interval.startTime={JsonParts.Asked(from)}&interval.endTime={JsonParts.Asked(to)}&pageSize={size}{(token.Length > 0 ? "&pageToken=" + Uri.EscapeDataString(token) : "")}");

    private static IEnumerable<PolledRecord> Points(JsonElement series)
    {
        foreach (var point in series.Items("points"))
        {
            if (point.Part("interval")?.Time("endTime") is not { } time) continue;
            using var stream = new MemoryStream();
            using (var writer = new Utf8JsonWriter(stream))
            {
                writer.WriteStartObject();
                foreach (var part in series.EnumerateObject().Where(p => !p.NameEquals("points"u8))) part.WriteTo(writer);
                writer.WriteStartArray("points");
                point.WriteTo(writer);
                writer.WriteEndArray();
                writer.WriteEndObject();
            }

            var bytes = stream.ToArray();
            yield return new PolledRecord($"{series.Part("metric")?.GetRawText()}|{series.Part("resource")?.GetRawText()}|{time:O}", time, bytes);
        }
    }
}
