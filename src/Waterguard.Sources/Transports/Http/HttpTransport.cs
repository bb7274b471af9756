using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Waterguard.Content;
using Waterguard.Events;
using Waterguard.Events.Fields;
using Waterguard.Events.Framing;
using Waterguard.Sources.Configuration;

namespace Waterguard.Sources.Transports.Http;

/// <summary>What senders post to <c>/api/v1/ingest/SOURCE</c>. The server around it routes; this decides, and answers only when what it took is on disk.</summary>
/// <remarks>It never waits for anything but the disk: whoever sends (an API server's audit webhook above all) must not be slowed by us.</remarks>
public sealed class HttpTransport : ITransport
{
    private const int AtOnce = 64;
    private const int LongestKey = 256;
    private static readonly string[] KnownTypes = ["application/json", "application/x-ndjson", "application/ndjson", "application/jsonl", "application/octet-stream", "application/gzip", "text/plain", "text/csv"];

    private static readonly FieldTree Nothing = new FieldTree.Builder().Build();

    private readonly InputDefinition _input;
    private int _underWay;
    private readonly long _maxBody;
    private byte[]? _keyHash;
    private volatile IInputSink? _sink;

    private HttpTransport(InputDefinition input, TransportSurroundings surroundings)
    {
        (_input, Progress) = (input, new TransportProgress(surroundings.Time));
        _maxBody = input.Settings.Number("max_body");
    }

    /// <summary>The kind, for the catalog.</summary>
    public static TransportKind Kind { get; } = new(
        "http", "What senders post to /api/v1/ingest/SOURCE of the HTTP interface: the audit webhook of Kubernetes, log shippers, scripts.",
        [
            new Setting("key", SettingType.Secret, "The API key that senders show, as 'Authorization: Bearer KEY' or 'X-Api-Key: KEY'; or its hash, as sha256:HEX."),
            new Setting("anonymous", SettingType.Boolean, "Take records from anybody who reaches the port. Only where nobody else can.") { Default = "false" },
            new Setting("max_body", SettingType.Size, "The largest body, decompressed.") { Default = "32MiB", Least = 1024, Most = 256 << 20 },
        ],
        Create);

    /// <inheritdoc/>
    public string Name => _input.Name;

    /// <summary>The source that this input takes; null: any.</summary>
    public string? Source => _input.Source;

    /// <summary>The largest body, decompressed.</summary>
    public long MaxBody => _maxBody;

    /// <inheritdoc/>
    public TransportProgress Progress { get; }

    /// <inheritdoc/>
    public async Task RunAsync(IInputSink sink, CancellationToken stop)
    {
        _sink = sink;
        var stopped = new TaskCompletionSource();
        await using var _ = stop.Register(stopped.SetResult);
        await stopped.Task;
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<InputFinding>> CheckAsync(InputProbe probe, CancellationToken cancel)
    {
        string? problem = null;
        _ = _input.Settings.Secret("key")?.Read(out problem);
        return Task.FromResult<IReadOnlyList<InputFinding>>(
            [problem is null ? InputFinding.Says($"takes POST /api/v1/ingest/{Source ?? "SOURCE"} once the service runs") : InputFinding.Lacks($"the API key is missing: {problem}")]);
    }

    /// <summary>Whether the key that a sender shows is this input's. Takes the same time for any wrong key.</summary>
    public bool Knows(string? shown)
    {
        if (_input.Settings.Boolean("anonymous")) return true;
        var hash = _keyHash ??= HashOf(_input.Settings.Secret("key")?.Read(out _));
        return hash is not null && CryptographicOperations.FixedTimeEquals(hash, SHA256.HashData(Encoding.UTF8.GetBytes(shown ?? "")));
    }

    /// <summary>Takes one request. Never throws for what it holds.</summary>
    public async Task<IngestAnswer> ReceiveAsync(IngestRequest request, CancellationToken cancel)
    {
        if (_sink is not { } sink) return new IngestAnswer(503, "Not ready", "The service is starting or stopping.", RetryAfter: 1);
        if (request.ContentType is { } type && !KnownTypes.Contains(type, StringComparer.OrdinalIgnoreCase)) return Refuse(415, "Unsupported media type", $"{type} is not read here.");
        if (request.Encoding is not (null or "" or "identity" or "gzip")) return Refuse(415, "Unsupported encoding", "Only gzip, or none.");
        if (request.Key is { Length: > LongestKey }) return Refuse(400, "Bad idempotency key", $"More than {LongestKey} characters.");
        try
        {
            if (Interlocked.Increment(ref _underWay) <= AtOnce) return await TakeAsync(sink, request, cancel);
            Progress.Throttled();
            return new IngestAnswer(429, "Too many requests at once", RetryAfter: 1);
        }
        finally
        {
            Interlocked.Decrement(ref _underWay);
        }
    }

    private async Task<IngestAnswer> TakeAsync(IInputSink sink, IngestRequest request, CancellationToken cancel)
    {
        using var body = new MemoryStream();
        try
        {
            await using var content = request.Encoding == "gzip" ? new GZipStream(request.Body, CompressionMode.Decompress, leaveOpen: true) : request.Body;
            var buffer = new byte[64 * 1024];
            for (int read; (read = await content.ReadAsync(buffer, cancel)) > 0;)
            {
                if (body.Length + read > _maxBody) return Refuse(413, "Body too large", $"More than {_maxBody} bytes, decompressed.");
                body.Write(buffer, 0, read);
            }
        }
        catch (InvalidDataException)
        {
            return Refuse(400, "Bad gzip", "The body cannot be decompressed.");
        }

        var key = request.Key ?? "sha256:" + Convert.ToHexStringLower(SHA256.HashData(body.GetBuffer().AsSpan(0, (int)body.Length)));
        var (block, bad) = Split(body, request.Peer);
        if (block.Count == 0) return Refuse(400, "No records", bad.FirstOrDefault() ?? "The body is empty.");
        Progress.Read(block.Count + bad.Count);
        var batch = new TransportBatch("http", block.ToArray(), block.Count)
        {
            Source = _input.Source, Place = $"http:{request.Peer}", Key = key,
        };
        return Answer(await sink.DeliverAsync(batch, CancellationToken.None), block.Count, bad);
    }

    private IngestAnswer Answer(Delivery delivery, int records, List<string> bad)
    {
        switch (delivery)
        {
            case Delivery.Accepted or Delivery.Duplicate:
                if (delivery == Delivery.Accepted) Progress.Accepted(records);
                else Progress.Duplicates(records);
                foreach (var reason in bad) Progress.Rejected(reason);
                return new IngestAnswer(202, "Accepted", bad.Count == 0 ? "" : $"{bad.Count} records cannot be read", records, delivery == Delivery.Duplicate);
            case Delivery.Full:
                Progress.Read(-records - bad.Count);
                Progress.Throttled();
                return new IngestAnswer(429, "Full", "The journal is as large as it may be; try again later.", RetryAfter: 5);
            default:
                Progress.Read(-records - bad.Count);
                Progress.Failed("the journal cannot be written");
                return new IngestAnswer(503, "Cannot store", "The journal cannot be written; nothing was taken.", RetryAfter: 30);
        }
    }

    // Records that are no JSON are refused here, where their sender can be told.
    private static (RecordBlock Block, List<string> Bad) Split(MemoryStream body, string peer)
    {
        body.Position = 0;
        var block = new RecordBlock();
        var bad = new List<string>();
        using var reader = new RecordReader(body, peer);
        var batch = new RecordBatch();
        var (events, fields) = (new EventReader(), new EventBuffer());
        bool more;
        do
        {
            more = reader.Read(batch);
            bad.AddRange(batch.Problems.Select(p => p.Reason));
            foreach (var record in batch.Records)
            {
                var bytes = batch.Buffer.AsSpan(record.Start, record.Length);
                // As tolerant as what reads it later: a flaw in a part that nobody reads hides no record.
                if (events.TryRead(batch.Buffer, record.Start, record.Length, Nothing, fields, out var flaw)) block.Add(bytes, record.Line, record.Offset);
                else bad.Add(flaw!.Reason);
            }
        }
        while (more);
        return (block, bad);
    }

    private IngestAnswer Refuse(int status, string title, string detail)
    {
        Progress.Note("requests refused: " + title);
        return new IngestAnswer(status, title, detail);
    }

    private static byte[]? HashOf(string? secret)
    {
        if (secret is null) return null;
        if (!secret.StartsWith("sha256:", StringComparison.Ordinal)) return SHA256.HashData(Encoding.UTF8.GetBytes(secret));
        try
        {
            return Convert.FromHexString(secret.AsSpan(7));
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private static HttpTransport? Create(InputDefinition input, TransportSurroundings surroundings, DiagnosticBag bag)
    {
        var (key, anonymous) = (input.Settings.Secret("key"), input.Settings.Boolean("anonymous"));
        if ((key is null) != anonymous) bag.Error(ConfigurationCodes.Unusable, input.Settings.LocationOf("key"), "An http input has either a 'key', or 'anonymous: true'.");
        return (key is null) == anonymous ? new HttpTransport(input, surroundings) : null;
    }
}
