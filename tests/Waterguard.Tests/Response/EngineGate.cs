using System.Net.Sockets;

namespace Waterguard.Tests.Response;

/// <summary>When a process that talks with an engine is ended.</summary>
internal enum KillMoment
{
    /// <summary>Before the engine has the request.</summary>
    Unsent,

    /// <summary>The engine has it, and nobody hears the answer.</summary>
    InFlight,

    /// <summary>Just after the engine's answer began to come.</summary>
    Answered,
}

/// <summary>A socket before an engine's, that ends whoever talks through it at a chosen request: no moment in the middle of a step is left to luck.</summary>
internal sealed class EngineGate : IDisposable
{
    private static readonly string[] s_verbs = ["GET /", "POST /", "DELETE /", "PUT /"];
    private readonly Socket _listening = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly string _engine;
    private readonly Lock _lock = new();
    private KillMoment _moment;
    private Action _kill = () => { };
    private string _verb = "";
    private int _left;

    public EngineGate(string engine, string path)
    {
        (_engine, Path) = (engine, path);
        _listening.Bind(new UnixDomainSocketEndPoint(path));
        _listening.Listen(16);
        _ = AcceptAsync();
    }

    public string Path { get; }

    /// <summary>Whether it has killed since it was last set.</summary>
    public bool HasKilled { get; private set; }

    /// <summary>Sets it.</summary>
    /// <param name="request">Which request, from 1; 0: none.</param>
    /// <param name="verb">Only such requests count: <c>POST</c>; empty: all do.</param>
    public void Set(int request, string verb, KillMoment moment, Action kill)
    {
        lock (_lock) (_left, _verb, _moment, _kill, HasKilled) = (request, verb, moment, kill, false);
    }

    public void Dispose() => _listening.Dispose();

    private async Task AcceptAsync()
    {
        try
        {
            while (true) _ = ServeAsync(await _listening.AcceptAsync());
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(Socket client)
    {
        using var engine = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        using (client)
        {
            try
            {
                await engine.ConnectAsync(new UnixDomainSocketEndPoint(_engine));
                var answered = new TaskCompletionSource<Action>(TaskCreationOptions.RunContinuationsAsynchronously);
                await Task.WhenAll(AskAsync(client, engine, answered), TellAsync(engine, client, answered));
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // Who was killed hangs up in the middle.
            }
        }
    }

    private async Task AskAsync(Socket client, Socket engine, TaskCompletionSource<Action> answered)
    {
        var buffer = new byte[1 << 16];
        for (int read; (read = await client.ReceiveAsync(buffer)) > 0;)
        {
            var kill = Due(System.Text.Encoding.ASCII.GetString(buffer, 0, Math.Min(read, 16)));
            if (kill is not null && _moment == KillMoment.Unsent)
            {
                kill();
                break;
            }

            if (kill is not null && _moment == KillMoment.Answered) answered.TrySetResult(kill);
            await engine.SendAsync(buffer.AsMemory(0, read));
            if (kill is not null && _moment == KillMoment.InFlight) kill();
        }

        // The engine goes on with what it has, as it does when a client dies.
        engine.Shutdown(SocketShutdown.Send);
    }

    private static async Task TellAsync(Socket engine, Socket client, TaskCompletionSource<Action> answered)
    {
        var buffer = new byte[1 << 16];
        for (int read; (read = await engine.ReceiveAsync(buffer)) > 0;)
        {
            await client.SendAsync(buffer.AsMemory(0, read));
            if (answered.Task.IsCompleted) (await answered.Task)();
        }

        client.Shutdown(SocketShutdown.Send);
    }

    // A request comes in one piece: ours are small.
    private Action? Due(string begins)
    {
        lock (_lock)
        {
            if (_left == 0 || !s_verbs.Any(v => begins.StartsWith(v, StringComparison.Ordinal)) || !begins.StartsWith(_verb, StringComparison.Ordinal) || --_left > 0) return null;
            HasKilled = true;
            return _kill;
        }
    }
}
