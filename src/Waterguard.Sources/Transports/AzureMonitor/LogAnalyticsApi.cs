using System.Runtime.CompilerServices;
using System.Text.Json;
using Waterguard.Platforms.Outbound;
using Waterguard.Sources.Configuration;
using Waterguard.Sources.Transports.Cloud;
using Waterguard.Sources.Transports.Polling;

namespace Waterguard.Sources.Transports.AzureMonitor;

/// <summary>Tables of a Log Analytics workspace, asked by the time at which their rows came in. A span whose answer would be cut is asked for in halves.</summary>
internal sealed class LogAnalyticsApi : IPolledApi
{
    private const string Ingested = "WaterguardIngested";
    private const int MostRows = 500_000;
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(10);
    private readonly CloudCalls _calls;
    private readonly TransportProgress _progress;
    private readonly Uri _query;
    private readonly string _workspace;

    public LogAnalyticsApi(SettingValues values, TransportSurroundings surroundings, TransportProgress progress)
    {
        var endpoint = AzureKeys.Endpoint(values, AzureKeys.Cloud(values).LogAnalytics);
        (_progress, _workspace) = (progress, values.Text("workspace")!);
        _query = new Uri(endpoint, $"v1/workspaces/{Uri.EscapeDataString(_workspace)}/query");
        _calls = new CloudCalls(new ApiClient(AllowedHosts.Of(endpoint), AzureKeys.Tokens(values, AzureKeys.Cloud(values).LogAnalytics, surroundings), surroundings.Time, surroundings.Network), progress, surroundings.Time);
        // Rows can be asked for a little after they came in.
        Streams = [.. values.Texts("tables").Select(t => new PollStream(t, null) { Every = values.Duration("every"), Step = TimeSpan.FromHours(1), Overlap = TimeSpan.FromMinutes(10), Settle = TimeSpan.FromMinutes(1), Start = values.Duration("start"), Farthest = TimeSpan.FromDays(90) })];
    }

    public IReadOnlyList<PollStream> Streams { get; }

    public string Place => _query.Host;

    public Task PrepareAsync(PollStream stream, CancellationToken cancel) => Task.CompletedTask;

    public async IAsyncEnumerable<IReadOnlyList<PolledRecord>> ReadAsync(PollStream stream, DateTimeOffset from, DateTimeOffset to, Remembered known, [EnumeratorCancellation] CancellationToken cancel)
    {
        var spans = new Stack<(DateTimeOffset From, DateTimeOffset To)>([(from, to)]);
        while (spans.TryPop(out var span))
        {
            var query = $"{stream.Name} | extend {Ingested} = ingestion_time() | where {Ingested} >= datetime({JsonParts.Asked(span.From)}) and {Ingested} < datetime({JsonParts.Asked(span.To)})";
            var (rows, isWhole) = await AskAsync(query, span.To, cancel);
            if (!isWhole && span.To - span.From > Shortest)
            {
                var middle = span.From + ((span.To - span.From) / 2);
                spans.Push((middle, span.To));
                spans.Push((span.From, middle));
                continue;
            }

            if (!isWhole) _progress.Note("answers that were cut");
            yield return rows;
        }
    }

    public string? Advice(PollStream stream, Exception refusal) => refusal is not ApiRefusedException refused ? null : refused.Error.Code switch
    {
        "InsufficientAccessError" => $"we may not read workspace {_workspace}: give the identity the role Log Analytics Reader on it (Access control (IAM))",
        "WorkspaceNotFoundError" or "PathNotFoundError" => $"there is no workspace {_workspace}: 'workspace' is the Workspace ID of its overview, not its name",
        "BadArgumentError" or "SemanticError" => $"the table {stream.Name} cannot be asked ({refused.Error.Message}): is it there? Send the log category to this workspace by a diagnostic setting; tables of the Basic plan cannot be read this way",
        _ => refused.Status is 401 or 403 ? $"we may not read workspace {_workspace}: role Log Analytics Reader ({refused.Error.Message})" : null,
    };

    public async Task<IReadOnlyList<InputFinding>> CheckAsync(PollStream stream, InputProbe probe, CancellationToken cancel)
    {
        var (rows, _) = await AskAsync($"{stream.Name} | where ingestion_time() > ago(1d) | take 5", default, cancel);
        return PolledLook.At([.. rows.Select(r => r.Bytes.ToArray())], probe, stream.Name, $"{stream.Name}: may be read, but nothing came in within a day; is its diagnostic setting on?");
    }

    public void Dispose() => _calls.Dispose();

    private async Task<(IReadOnlyList<PolledRecord> Rows, bool IsWhole)> AskAsync(string query, DateTimeOffset otherwise, CancellationToken cancel)
    {
        try
        {
            using var answer = JsonParts.Parse((await _calls.PostAsync(_query, JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, string>(StringComparer.Ordinal) { ["query"] = query }), cancel)).Body);
            var table = answer.RootElement.Items("tables").FirstOrDefault();
            var columns = table.Items("columns").Select(c => c.Text("name") ?? "").ToArray();
            var rows = table.Items("rows").Select(r => Row(columns, r, otherwise)).ToArray();
            return (rows, answer.RootElement.Part("error") is null && rows.Length < MostRows);
        }
        catch (AnswerTooLargeException)
        {
            return ([], false);
        }
    }

    private static PolledRecord Row(string[] columns, JsonElement row, DateTimeOffset otherwise)
    {
        using var stream = new MemoryStream();
        var (id, ingested) = ((string?)null, (DateTimeOffset?)null);
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartObject();
            foreach (var (name, value) in columns.Zip(row.ValueKind == JsonValueKind.Array ? row.EnumerateArray() : []))
            {
                if (name == Ingested) ingested = value.ValueKind == JsonValueKind.String && value.TryGetDateTimeOffset(out var at) ? at : null;
                if (name == "_ItemId" && value.ValueKind == JsonValueKind.String) id = value.GetString();
                // A column that the row does not use.
                if (name == Ingested || value.ValueKind == JsonValueKind.Null || (value.ValueKind == JsonValueKind.String && value.ValueEquals(""u8))) continue;
                writer.WritePropertyName(name);
                value.WriteTo(writer);
            }

            writer.WriteEndObject();
        }

        var bytes = stream.ToArray();
        return new PolledRecord(id is { Length: > 0 } ? id : $"{ingested:O}|{PolledRecord.IdOf(bytes)}", ingested ?? otherwise, bytes);
    }
}
