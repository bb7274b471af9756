using System.Diagnostics;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Waterguard.Api.Pages;
using Waterguard.Api.Routing;
using Waterguard.Configuration;
using Waterguard.Service;
using Waterguard.Metrics;

namespace Waterguard.Api;

/// <summary>The server: what senders post, what people and programs ask, the web interface, and whether we are well.</summary>
internal sealed class HttpInterface : IAsyncDisposable
{
    private readonly WebApplication _app;

    private HttpInterface(WebApplication app) => _app = app;

    /// <summary>Where it listens: the port is the real one, also when any was asked for.</summary>
    public string Address => _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();

    /// <param name="trouble">What is wrong with the service now; null: nothing.</param>
    /// <exception cref="IOException">The address is taken, or the certificate cannot be read.</exception>
    public static async Task<HttpInterface> StartAsync(HttpConfiguration configuration, ApiServer api, Func<Task<string?>> trouble, ServiceLog log, ServiceMeter? meter = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().AddProvider(log).SetMinimumLevel(LogLevel.Warning);
        Hardening.AddRates(builder.Services, configuration);
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            Hardening.Bound(kestrel);
            kestrel.Listen(configuration.Listen, listen =>
            {
                if (configuration.Certificate is { } certificate) listen.UseHttps(Certificate(certificate, configuration.CertificateKey!));
            });
        });
        builder.WebHost.UseSockets(sockets => sockets.CreateBoundListenSocket = at => UntakenAnswers.Listen(at, UntakenAnswers.Within));
        var app = builder.Build();
        if (meter is not null) app.Use((context, next) => TimedAsync(context, next, meter));
        Hardening.Use(app, configuration, api.Access, api.Readers, log);
        WebPages.Use(app);
        api.Map(app);
        app.MapGet("/healthz", () => "ok\n");
        if (meter is not null) app.MapGet("/metrics", context => MetricsAsync(context, configuration, api, meter));
        app.MapGet("/readyz", async () => await trouble() is { } what ? Results.Text(what + "\n", statusCode: 503) : Results.Text("ready\n"));
        try
        {
            await app.StartAsync();
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }

        return new HttpInterface(app);
    }

    /// <summary>Takes no new requests, and waits a while for those under way.</summary>
    public async Task StopAsync(TimeSpan patience)
    {
        using var deadline = new CancellationTokenSource(patience);
        await _app.StopAsync(deadline.Token);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static async Task TimedAsync(HttpContext context, RequestDelegate next, ServiceMeter meter)
    {
        var began = Stopwatch.GetTimestamp();
        try
        {
            await next(context);
        }
        finally
        {
            var method = context.Request.Method is "GET" or "HEAD" or "POST" or "PUT" or "PATCH" or "DELETE" ? context.Request.Method : "other";
            var route = (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? "none";
            if (Activity.Current is { IsAllDataRequested: true } span)
            {
                // Names of the semantic conventions for HTTP; never the path itself, in which there may be anything.
                span.DisplayName = $"{method} {route}";
                span.SetTag("http.request.method", method).SetTag("http.route", route).SetTag("http.response.status_code", context.Response.StatusCode);
            }

            // A stream goes on for as long as somebody listens: that is no duration.
            if (context.Response.ContentType != "text/event-stream") meter.Request(method, route, context.Response.StatusCode, Stopwatch.GetElapsedTime(began));
        }
    }

    // Numbers tell of what goes on here: who may look at the rest may look at them, and on this machine anybody, where the configuration says so.
    private static async Task MetricsAsync(HttpContext context, HttpConfiguration configuration, ApiServer api, ServiceMeter meter)
    {
        try
        {
            var isOpen = configuration.OpenMetrics && context.Connection.RemoteIpAddress is { } address && System.Net.IPAddress.IsLoopback(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address);
            if (!isOpen && api.Access.Identify(context) is not { Role: not null }) throw new RefusedException(401, "Unauthorised", "Show an API key with the scope read, or sign in.");
            context.Response.ContentType = "text/plain; version=0.0.4; charset=utf-8";
            context.Response.Headers.CacheControl = "no-store";
            await context.Response.WriteAsync(meter.Text.Write(), context.RequestAborted);
        }
        catch (RefusedException refused)
        {
            await Problem.WriteAsync(context, refused);
        }
    }

    private static X509Certificate2 Certificate(string file, Sources.Configuration.Secret key)
    {
        var pem = key.Read(out var problem) ?? throw new IOException($"the private key of {file}: {problem}");
        using var certificate = X509Certificate2.CreateFromPem(File.ReadAllText(file), pem);
        // What was made from PEM has to be stored once before it can serve on every platform.
        return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
    }
}
