using System.Runtime.CompilerServices;
using System.Text.Json;
using Waterguard.Platforms.Outbound;
using Waterguard.Sources.Configuration;
using Waterguard.Sources.Transports.Cloud;
using Waterguard.Sources.Transports.Polling;

namespace Waterguard.Sources.Transports.GoogleLogging;

/// <summary>entries.list of Cloud Logging. It allows 60 questions a minute to a project: a stream waits between them.</summary>
internal sealed class CloudLoggingApi : IPolledApi
{
    private const int PageSize = 1000;
    private static readonly TimeSpan Between = TimeSpan.FromSeconds(1.1);
    private readonly CloudCalls _calls;
    private readonly TimeProvider _time;
    private readonly Uri _endpoint;
    private readonly string[] _resources;
    private readonly string _filter;

    public CloudLoggingApi(SettingValues values, TransportSurroundings surroundings, TransportProgress progress)
    {
        _endpoint = AzureKeys.Endpoint(values, new Uri("https://logging.googleapis.com/"));
        _time = surroundings.Time;
        _calls = new CloudCalls(new ApiClient(AllowedHosts.Of(_endpoint), GoogleKeys.Tokens(values, null, surroundings, "https://www.googleapis.com/auth/logging.read"), surroundings.Time, surroundings.Network), progress, surroundings.Time);
        (_resources, _filter) = ([.. values.Texts("resources")], values.Text("filter") ?? "");
        Streams = [new PollStream("entries", null)
        {
            // By the time of receipt: late entries have it too, so a short overlap is enough.
            Every = values.Duration("every"), Step = TimeSpan.FromHours(1), Overlap = TimeSpan.FromMinutes(5), Late = TimeSpan.FromHours(1), Start = values.Duration("start"), Farthest = TimeSpan.FromDays(30),
        }];
    }

    public IReadOnlyList<PollStream> Streams { get; }

    public string Place => _resources[0];

    public Task PrepareAsync(PollStream stream, CancellationToken cancel) => Task.CompletedTask;

    public async IAsyncEnumerable<IReadOnlyList<PolledRecord>> ReadAsync(PollStream stream, DateTimeOffset from, DateTimeOffset to, Remembered known, [EnumeratorCancellation] CancellationToken cancel)
    {
        var filter = $"receiveTimestamp >= \"{JsonParts.Asked(from)}\" AND receiveTimestamp < \"{JsonParts.Asked(to)}\" AND timestamp >= \"{JsonParts.Asked(from.AddDays(-1))}\"";
        if (_filter.Length > 0) filter += $" AND ({_filter})";
        for (string? token = ""; token is not null;)
        {
            using var answer = await ListAsync(filter, token, PageSize, cancel);
            yield return [.. answer.RootElement.Items("entries").Select(Record)];
            token = answer.RootElement.Text("nextPageToken") is { Length: > 0 } next ? next : null;
            await Task.Delay(Between, _time, cancel);
        }
    }

    public string? Advice(PollStream stream, Exception refusal) => refusal is not ApiRefusedException refused ? null : refused.Status switch
    {
        403 when refused.Error.Message.Contains("SERVICE_DISABLED", StringComparison.Ordinal) || refused.Error.Message.Contains("has not been used", StringComparison.Ordinal) => "the Cloud Logging API is not enabled in the service account's project: gcloud services enable logging.googleapis.com",
        403 => $"we may not read the log entries of {string.Join(", ", _resources)}: grant the service account the role Logs Viewer (roles/logging.viewer), and for data access logs Private Logs Viewer (roles/logging.privateLogViewer)",
        404 => $"one of {string.Join(", ", _resources)} does not exist",
        429 => "the project's quota of 60 questions a minute is used up by others too; use a sink to Pub/Sub (transport pubsub) instead",
        _ => null,
    };

    public async Task<IReadOnlyList<InputFinding>> CheckAsync(PollStream stream, InputProbe probe, CancellationToken cancel)
    {
        using var answer = await ListAsync(_filter, "", 5, cancel);
        return PolledLook.At([.. answer.RootElement.Items("entries").Select(e => e.Bytes())], probe, _resources[0], $"{_resources[0]}: may be read, and nothing matches 'filter' in the last day. Data access audit logs are off by default: IAM > Audit Logs");
    }

    public void Dispose() => _calls.Dispose();

    // The same entry has the same insertId, time and log.
    private static PolledRecord Record(JsonElement entry)
    {
        var bytes = entry.Bytes();
        var id = entry.Text("insertId") is { } insert ? $"{entry.Text("logName")}|{entry.Text("timestamp")}|{insert}" : PolledRecord.IdOf(bytes);
        return new PolledRecord(id, entry.Time("receiveTimestamp") ?? entry.Time("timestamp") ?? default, bytes);
    }

    private async Task<JsonDocument> ListAsync(string filter, string token, int size, CancellationToken cancel)
    {
        using var stream = new MemoryStream();
        await using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartObject();
            writer.WriteStartArray("resourceNames");
            foreach (var resource in _resources) writer.WriteStringValue(resource);
            writer.WriteEndArray();
            writer.WriteString("filter", filter);
            writer.WriteString("orderBy", "timestamp asc");
            writer.WriteNumber("pageSize", size);
            if (token.Length > 0) writer.WriteString("pageToken", token);
            writer.WriteEndObject();
        }

        return JsonParts.Parse((await _calls.PostAsync(new Uri(_endpoint, "v2/entries:list"), stream.ToArray(), cancel)).Body);
    }
}
