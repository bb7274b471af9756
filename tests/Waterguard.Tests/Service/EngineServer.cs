using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Waterguard.Tests.Service;

/// <summary>A Docker engine that nobody has to install: it tells events of the shapes that a real one told (the samples), on a unix socket, as a real one does
/// with <c>since</c>. Unlike a real one it remembers every event and not only the last 256, so that what a test loses was lost by us.</summary>
internal sealed class EngineServer : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly List<(long Time, string Line)> _events = [];
    private readonly Dictionary<string, string> _inspect = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _over = new();
    private WebApplication _app = null!;
    private int _connections;

    private EngineServer(string socket) => Socket = socket;

    public string Socket { get; }

    public int Connections => Volatile.Read(ref _connections);

    /// <summary>What must be in the journal: each event, a creation with its inspect document.</summary>
    public List<string> Expected { get; } = [];

    public static async Task<EngineServer> StartAsync(string socket)
    {
        var server = new EngineServer(socket);
        server._app = await LoopbackServer.StartAsync(
            app =>
            {
                app.MapGet("/info", () => Results.Text("""{"ID":"ENGINE-1","Name":"test","ServerVersion":"20.10"}""", "application/json"));
                app.MapGet("/containers/json", () => Results.Text("[]", "application/json"));
                app.MapGet("/containers/{id}/json", (string id) => server.Inspect(id) is { } document ? Results.Text(document, "application/json") : Results.NotFound());
                app.MapGet("/events", server.EventsAsync);
            },
            k => k.ListenUnixSocket(socket));
        return server;
    }

    /// <summary>Tells as many events as the round has records, as fast as the round lets it.</summary>
    public async Task Tell(KillRound round)
    {
        var shapes = File.ReadLines(Repository.PathOf("samples", "docker-events.ndjson")).Select(Split).ToArray();
        var time = (DateTimeOffset.UtcNow - DateTimeOffset.UnixEpoch).Ticks * 100;
        for (var number = 0; number < round.Records; number++)
        {
            await round.Room(number);
            var (line, inspect) = shapes[number % shapes.Length];
            // As engines make them: short forms of two are never the same.
            var id = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(BitConverter.GetBytes(number)));
            // Now and then two at the same nanosecond.
            if (number % 7 != 0) time += 1 + round.Random.Next(2_000_000);
            line = Stamped(line, id, time);
            lock (_lock)
            {
                _events.Add((time, line));
                if (inspect is not null) _inspect[id] = inspect;
                Expected.Add(inspect is null ? line : $"{line[..^1]},\"inspect\":{inspect}}}");
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        await _app.DisposeAsync();
        _over.Dispose();
    }

    private string? Inspect(string id)
    {
        lock (_lock) return _inspect.GetValueOrDefault(id);
    }

    private async Task EventsAsync(HttpContext context, string? since)
    {
        var parts = (since ?? "0.0").Split('.');
        var from = (long.Parse(parts[0], CultureInfo.InvariantCulture) * 1_000_000_000) + long.Parse(parts[1], CultureInfo.InvariantCulture);
        Interlocked.Increment(ref _connections);
        context.Response.ContentType = "application/json";
        await context.Response.StartAsync();
        using var over = CancellationTokenSource.CreateLinkedTokenSource(_over.Token, context.RequestAborted);
        try
        {
            for (var at = 0; !over.IsCancellationRequested;)
            {
                var text = new StringBuilder();
                lock (_lock)
                {
                    for (; at < _events.Count && text.Length < 64 * 1024; at++)
                    {
                        if (_events[at].Time >= from) text.Append(_events[at].Line).Append('\n');
                    }
                }

                if (text.Length == 0) await Task.Delay(5, over.Token);
                else await context.Response.WriteAsync(text.ToString(), over.Token);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // The other side is gone.
        }
    }

    private static (string Line, string? Inspect) Split(string sample)
    {
        var at = sample.IndexOf(",\"inspect\":", StringComparison.Ordinal);
        return at < 0 ? (sample, null) : (sample[..at] + "}", sample[(at + 11)..^1]);
    }

    private static string Stamped(string line, string id, long time)
    {
        const string Actor = "\"Actor\":{\"ID\":\"";
        var from = line.IndexOf(Actor, StringComparison.Ordinal) + Actor.Length;
        var old = line[from..line.IndexOf('"', from)];
        var nano = line.IndexOf("\"timeNano\":", StringComparison.Ordinal) + 11;
        var end = line.IndexOfAny([',', '}'], nano);
        line = line[..nano] + time.ToString(CultureInfo.InvariantCulture) + line[end..];
        return old.Length > 0 ? line.Replace(old, id, StringComparison.Ordinal) : line;
    }
}
