using System.Security.Cryptography;
using Waterguard.Content;
using Waterguard.Sources.Configuration;

namespace Waterguard.Sources.Transports.Http;

/// <summary>What senders post to <c>/api/v1/ingest/SOURCE</c>. The server around it routes; this decides, and answers only when what it took is on disk.</summary>
/// <remarks>It never waits for anything but the disk: whoever sends (an API server's audit webhook above all) must not be slowed by us.</remarks>
public sealed class HttpTransport : ITransport
{
    private const int LongestKey = 256;
    private static readonly string[] KnownTypes = ["application/json", "application/x-ndjson", "application/ndjson", "application/jsonl", "application/octet-stream", "application/gzip", "text/plain", "text/csv"];

    private readonly InputDefinition _input;
    private readonly PostedBodies _bodies;
    private readonly IngestKey _key;
    private volatile IInputSink? _sink;

    private HttpTransport(InputDefinition input, TransportSurroundings surroundings)
    {
        (_input, Progress) = (input, new TransportProgress(surroundings.Time));
        MaxBody = input.Settings.Number("max_body");
        (_bodies, _key) = (new PostedBodies(Progress, MaxBody), new IngestKey(input.Settings.Secret("key")));
    }

    /// <summary>The kind, for the catalog.</summary>
    public static TransportKind Kind { get; } = new(
        "http", "What senders post to /api/v1/ingest/SOURCE of the HTTP interface: the audit webhook of Kubernetes, log shippers, scripts.",
        [
            new Setting("key", SettingType.Secret, "The API key that senders show, as 'Authorization: Bearer KEY' or 'X-Api-Key: KEY'; or its hash, as sha256:HEX."),
            new Setting("anonymous", SettingType.Boolean, "Take records from anybody who reaches the port. Only where nobody else can.") { Default = "false" },
            new Setting("max_body", SettingType.Size, "The largest body, decompressed.") { Default = "32MiB", Least = 1024, Most = 256 << 20 },
        ],
        Create) { OpensHttp = true };

    /// <inheritdoc/>
    public string Name => _input.Name;

    /// <summary>The source that this input takes; null: any.</summary>
    public string? Source => _input.Source;

    /// <summary>The largest body, decompressed.</summary>
    public long MaxBody { get; }

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
        var problem = _key.Problem();
        return Task.FromResult<IReadOnlyList<InputFinding>>(
            [problem is null ? InputFinding.Says($"takes POST /api/v1/ingest/{Source ?? "SOURCE"} once the service runs") : InputFinding.Lacks($"the API key is missing: {problem}")]);
    }

    /// <summary>Whether the key that a sender shows is this input's. Takes the same time for any wrong key.</summary>
    public bool Knows(string? shown) => _input.Settings.Boolean("anonymous") || _key.Knows(shown);

    /// <summary>Takes one request. Never throws for what it holds.</summary>
    public async Task<IngestAnswer> ReceiveAsync(IngestRequest request, CancellationToken cancel)
    {
        if (_sink is not { } sink) return new IngestAnswer(503, "Not ready", "The service is starting or stopping.", RetryAfter: 1);
        if (request.ContentType is { } type && !KnownTypes.Contains(type, StringComparer.OrdinalIgnoreCase)) return _bodies.Refuse(415, "Unsupported media type", $"{type} is not read here.");
        if (request.Key is { Length: > LongestKey }) return _bodies.Refuse(400, "Bad idempotency key", $"More than {LongestKey} characters.");
        return await _bodies.TakeAsync(request.Body, request.Encoding, body => TakeAsync(sink, request, body), cancel);
    }

    private async Task<IngestAnswer> TakeAsync(IInputSink sink, IngestRequest request, MemoryStream body)
    {
        var key = request.Key ?? "sha256:" + Convert.ToHexStringLower(SHA256.HashData(body.GetBuffer().AsSpan(0, (int)body.Length)));
        var (block, bad) = PostedBodies.Split(body, request.Peer);
        if (block.Count == 0) return _bodies.Refuse(400, "No records", bad.FirstOrDefault() ?? "The body is empty.");
        var batch = new TransportBatch("http", block.ToArray(), block.Count)
        {
            Source = _input.Source, Place = $"http:{request.Peer}", Key = key,
        };
        return _bodies.Answer(await sink.DeliverAsync(batch, CancellationToken.None), block.Count, bad);
    }

    private static HttpTransport? Create(InputDefinition input, TransportSurroundings surroundings, DiagnosticBag bag)
    {
        var (key, anonymous) = (input.Settings.Secret("key"), input.Settings.Boolean("anonymous"));
        if ((key is null) != anonymous) bag.Error(ConfigurationCodes.Unusable, input.Settings.LocationOf("key"), "An http input has either a 'key', or 'anonymous: true'.");
        return (key is null) == anonymous ? new HttpTransport(input, surroundings) : null;
    }
}
