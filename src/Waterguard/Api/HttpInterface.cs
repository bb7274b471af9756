using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Waterguard.Api.Pages;
using Waterguard.Api.Routing;
using Waterguard.Configuration;
using Waterguard.Service;

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
    public static async Task<HttpInterface> StartAsync(HttpConfiguration configuration, ApiServer api, Func<Task<string?>> trouble, ServiceLog log)
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
        var app = builder.Build();
        Hardening.Use(app, configuration, api.Access, log);
        WebPages.Use(app);
        api.Map(app);
        app.MapGet("/healthz", () => "ok\n");
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

    private static X509Certificate2 Certificate(string file, Sources.Configuration.Secret key)
    {
        var pem = key.Read(out var problem) ?? throw new IOException($"the private key of {file}: {problem}");
        using var certificate = X509Certificate2.CreateFromPem(File.ReadAllText(file), pem);
        // What was made from PEM has to be stored once before it can serve on every platform.
        return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
    }
}
