using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Waterguard.Tests.Notify;

/// <summary>Whoever is posted to, on a port of this machine.</summary>
internal sealed class Receiver : IAsyncDisposable
{
    private WebApplication _app = null!;

    public Uri Address => _app.Address();

    /// <summary>What came, in order.</summary>
    public ConcurrentQueue<(string Path, string Body, IReadOnlyDictionary<string, string> Headers)> Requests { get; } = new();

    /// <summary>The answers of the next requests: status, and a header. Without any, 200; status 0 never answers.</summary>
    public ConcurrentQueue<(int Status, string Header, string Value)> Answers { get; } = new();

    public static async Task<Receiver> StartAsync()
    {
        var receiver = new Receiver();
        receiver._app = await LoopbackServer.StartAsync(app => app.Run(receiver.TakeAsync));
        return receiver;
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private async Task TakeAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body, Encoding.UTF8);
        var body = await reader.ReadToEndAsync();
        Requests.Enqueue((context.Request.Path, body, context.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase)));
        if (!Answers.TryDequeue(out var answer)) return;
        if (answer.Status == 0) await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        context.Response.StatusCode = answer.Status == 0 ? 500 : answer.Status;
        if (answer.Header.Length > 0) context.Response.Headers[answer.Header] = answer.Value;
    }
}
