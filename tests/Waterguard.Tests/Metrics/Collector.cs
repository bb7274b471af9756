using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Waterguard.Tests.Metrics;

/// <summary>Takes OTLP by HTTP on loopback, and keeps what came by signal.</summary>
internal sealed class Collector : IAsyncDisposable
{
    private readonly ConcurrentQueue<(string Signal, string? Key, string Text)> _came = [];
    private WebApplication _app = null!;

    public string Address => _app.Urls.First();

    /// <summary>What is answered.</summary>
    public int Status { get; set; } = 200;

    /// <summary>Requests so far, refused ones too.</summary>
    public int Requests { get; private set; }

    public static async Task<Collector> StartAsync()
    {
        var collector = new Collector();
        collector._app = await LoopbackServer.StartAsync(app => app.MapPost("/v1/{signal}", collector.TakeAsync));
        return collector;
    }

    /// <summary>Whether a signal has brought a text, with a key. Texts stand in protobuf as they are.</summary>
    public bool Has(string signal, string text, string? key = null) => _came.Any(c => c.Signal == signal && (key is null || c.Key == key) && c.Text.Contains(text, StringComparison.Ordinal));

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task TakeAsync(HttpContext context, string signal)
    {
        Requests++;
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        context.Response.StatusCode = Status;
        if (Status == 200 && context.Request.ContentType == "application/x-protobuf") _came.Enqueue((signal, context.Request.Headers["X-Collector-Key"], Encoding.Latin1.GetString(body.ToArray())));
    }
}
