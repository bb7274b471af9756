using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Waterguard.Tests.Sources.Transports.Cloud;

/// <summary>A cloud's API on a port of this machine, with the faults that clouds have: planned ones, and by chance.</summary>
internal abstract class CloudServer : IAsyncDisposable
{
    private readonly ConcurrentQueue<Fault> _faults = new();
    private readonly Lock _lock = new();
    private WebApplication? _app;
    private Random? _random;
    private int _oneIn;

    /// <summary>The token that is accepted.</summary>
    public string Token { get; set; } = "good-token";

    public Uri Address { get; private set; } = null!;

    /// <summary>Method, path and query of all requests.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    /// <summary>The next request whose path holds a text fails so.</summary>
    public void Fail(string path, int status, string body = "", params (string Name, string Value)[] headers) => _faults.Enqueue(new Fault(path, status, body, headers));

    /// <summary>The next request whose path holds a text gets half of its answer.</summary>
    public void Cut(string path) => _faults.Enqueue(new Fault(path, 0, "", []));

    /// <summary>From now on one request in so many fails: throttled, broken, or cut in the middle.</summary>
    public void FailAtRandom(int oneIn, Random random) => (_random, _oneIn) = (random, oneIn);

    public async ValueTask DisposeAsync()
    {
        if (_app is not null) await _app.DisposeAsync();
    }

    protected static async Task<T> StartAsync<T>(T server)
        where T : CloudServer
    {
        server._app = await LoopbackServer.StartAsync(app =>
        {
            app.Use(server.FaultsAsync);
            server.Map(app);
        });
        server.Address = server._app.Address();
        return server;
    }

    protected abstract void Map(WebApplication app);

    /// <summary>The vendor's words for too much, and how it wraps an error.</summary>
    protected abstract (int Status, string Body) Throttled { get; }

    protected virtual string Error(string code, string message) => $$$"""{"error":{"code":"{{{code}}}","message":"{{{message}}}"}}""";

    protected static IResult Json(string text) => Results.Text(text, "application/json; charset=utf-8");

    protected IResult Refuse(int status, string code, string message) => Results.Text(Error(code, message), "application/json", statusCode: status);

    private async Task FaultsAsync(HttpContext context, RequestDelegate next)
    {
        var path = context.Request.Path + context.Request.QueryString.Value;
        Requests.Enqueue($"{context.Request.Method} {path}");
        if (Next(path) is { } fault)
        {
            if (fault.Status == 0)
            {
                await CutAsync(context, next);
                return;
            }

            foreach (var (name, value) in fault.Headers) context.Response.Headers[name] = value;
            context.Response.StatusCode = fault.Status;
            await context.Response.WriteAsync(fault.Body);
            return;
        }

        if (Token.Length > 0 && context.Request.Headers.Authorization.ToString() != "Bearer " + Token)
        {
            context.Response.StatusCode = 401;
            await context.Response.WriteAsync(Error("InvalidAuthenticationToken", "Access token has expired or is not yet valid."));
            return;
        }

        await next(context);
    }

    private Fault? Next(string path)
    {
        lock (_lock)
        {
            if (_faults.TryPeek(out var planned) && path.Contains(planned.Path, StringComparison.Ordinal)) return _faults.TryDequeue(out planned) ? planned : null;
            if (_random is null || _random.Next(_oneIn) != 0) return null;
            return _random.Next(3) switch
            {
                0 => new Fault(path, Throttled.Status, Throttled.Body, []),
                1 => new Fault(path, 503, "<html>Service Unavailable</html>", []),
                _ => new Fault(path, 0, "", []),
            };
        }
    }

    private static async Task CutAsync(HttpContext context, RequestDelegate next)
    {
        var real = context.Response.Body;
        using var whole = new MemoryStream();
        context.Response.Body = whole;
        await next(context);
        context.Response.Body = real;
        context.Response.ContentLength = whole.Length;
        await real.WriteAsync(whole.GetBuffer().AsMemory(0, (int)whole.Length / 2));
        await real.FlushAsync();
        context.Abort();
    }

    private sealed record Fault(string Path, int Status, string Body, (string Name, string Value)[] Headers);
}
