using System.IO.Compression;
using System.Net.Http.Headers;
using System.Threading.Channels;

namespace Waterguard.Sensing;

/// <summary>Where a sensor's lines go: standard output, a file, or a service. A service that cannot be reached is tried again; what does not fit in meanwhile is left out, the oldest first, and counted. Thread-safe.</summary>
internal sealed class SensorOutput : IAsyncDisposable
{
    private const int MostLines = 65_536;
    private const int MostOfBatch = 2_000;
    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(30);

    private readonly Stream? _stream;
    private readonly HttpClient? _client;
    private readonly Func<string> _key = () => "";
    private readonly Uri? _service;
    private readonly Channel<(string Source, byte[] Line)> _waiting;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _sending = Task.CompletedTask;
    private readonly Action<string> _warn;
    private long _dropped;

    private SensorOutput(Stream? stream, Uri? service, Func<string>? key, Action<string> warn)
    {
        (_stream, _service, _warn) = (stream, service, warn);
        _waiting = Channel.CreateBounded<(string, byte[])>(new BoundedChannelOptions(MostLines) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true }, _ => Interlocked.Increment(ref _dropped));
        if (service is null) return;
        _key = key!;
        _client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, ConnectTimeout = TimeSpan.FromSeconds(10) }) { Timeout = TimeSpan.FromSeconds(30) };
        _sending = Task.Run(() => SendAsync(_stop.Token));
    }

    /// <summary>Lines that were left out because the service could not be reached for too long.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>Lines to a stream, which it disposes of.</summary>
    public static SensorOutput To(Stream stream) => new(stream, null, null, _ => { });

    /// <summary>Lines to a service's ingestion.</summary>
    /// <param name="service">Its root, such as <c>https://waterguard.example:8478/</c>.</param>
    /// <param name="key">Gives the API key; asked for each request, so that it may be renewed.</param>
    public static SensorOutput To(Uri service, Func<string> key, Action<string> warn) => new(null, service, key, warn);

    /// <summary>One line of a source.</summary>
    public void Tell(string source, byte[] line)
    {
        if (_stream is null)
        {
            _waiting.Writer.TryWrite((source, line));
            return;
        }

        lock (_stream)
        {
            _stream.Write(line);
            _stream.Flush();
        }
    }

    /// <summary>Sends what waits, as far as it goes within a few seconds.</summary>
    public async ValueTask DisposeAsync()
    {
        _waiting.Writer.TryComplete();
        _stop.CancelAfter(TimeSpan.FromSeconds(5));
        await _sending;
        _client?.Dispose();
        if (_stream is not null) await _stream.DisposeAsync();
        _stop.Dispose();
    }

    private async Task SendAsync(CancellationToken stop)
    {
        try
        {
            while (await _waiting.Reader.WaitToReadAsync(stop))
            {
                var batch = new List<(string Source, byte[] Line)>();
                while (batch.Count < MostOfBatch && _waiting.Reader.TryRead(out var one)) batch.Add(one);
                foreach (var group in batch.GroupBy(b => b.Source, StringComparer.Ordinal)) await SendAsync(group.Key, [.. group.Select(g => g.Line)], stop);
            }
        }
        catch (OperationCanceledException)
        {
            // What still waits is lost with the process, and the service sees that a sensor fell silent.
        }
    }

    private async Task SendAsync(string source, byte[][] lines, CancellationToken stop)
    {
        var body = Packed(lines);
        var name = Guid.NewGuid().ToString("N"); // the same batch, sent again, is told by it
        for (var pause = TimeSpan.FromSeconds(1); ; pause = pause * 2 < s_longestPause ? pause * 2 : s_longestPause)
        {
            try
            {
                using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_service!, "api/v1/ingest/" + source)) { Content = new ByteArrayContent(body) };
                request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/x-ndjson");
                request.Content.Headers.ContentEncoding.Add("gzip");
                request.Headers.TryAddWithoutValidation("X-Api-Key", _key());
                request.Headers.TryAddWithoutValidation("Idempotency-Key", name);
                using var response = await _client!.SendAsync(request, stop);
                if (response.IsSuccessStatusCode) return;
                if ((int)response.StatusCode is >= 400 and < 500 and not (401 or 408 or 429))
                {
                    Interlocked.Add(ref _dropped, lines.Length);
                    _warn($"the service refuses {lines.Length} lines of {source}: {(int)response.StatusCode}");
                    return;
                }

                _warn($"the service answers {(int)response.StatusCode}; trying again");
                if (response.Headers.RetryAfter?.Delta is { } after && after > pause) pause = after < s_longestPause ? after : s_longestPause;
            }
            catch (Exception e) when (e is HttpRequestException or IOException or UnauthorizedAccessException || (e is OperationCanceledException && !stop.IsCancellationRequested))
            {
                _warn($"the service cannot be reached: {e.Message}; trying again");
            }

            await Task.Delay(pause, stop);
        }
    }

    private static byte[] Packed(byte[][] lines)
    {
        using var stream = new MemoryStream();
        using (var packing = new GZipStream(stream, CompressionLevel.Fastest, leaveOpen: true))
        {
            foreach (var line in lines) packing.Write(line);
        }

        return stream.ToArray();
    }
}
