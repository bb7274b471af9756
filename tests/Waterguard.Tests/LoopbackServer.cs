using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;

namespace Waterguard.Tests;

/// <summary>A web server on this machine, for tests in which somebody else's has to answer.</summary>
internal static class LoopbackServer
{
    /// <summary>Starts one that says nothing on the console.</summary>
    /// <param name="routes">What it answers.</param>
    /// <param name="listen">Where it listens; on a free port of loopback by default.</param>
    /// <param name="sockets">What its sockets are like; usual ones by default.</param>
    public static async Task<WebApplication> StartAsync(Action<WebApplication> routes, Action<KestrelServerOptions>? listen = null, Action<SocketTransportOptions>? sockets = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(listen ?? (k => k.Listen(IPAddress.Loopback, 0)));
        if (sockets is not null) builder.WebHost.UseSockets(sockets);
        var app = builder.Build();
        routes(app);
        await app.StartAsync();
        return app;
    }

    /// <summary>Where a started one is found, with a slash at the end.</summary>
    public static Uri Address(this WebApplication app, string scheme = "http") => new(app.Urls.Single(u => u.StartsWith(scheme + ":", StringComparison.Ordinal)) + "/");

    /// <summary>A certificate of its own authority for this machine's address, good long before and after now.</summary>
    public static X509Certificate2 Certificate(RSA key, string subject = "CN=localhost")
    {
        var asked = new CertificateRequest(subject, key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        asked.CertificateExtensions.Add(names.Build());
        return asked.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100));
    }

    /// <summary>The same with its key inside, as a server needs it.</summary>
    public static X509Certificate2 WithKey(this X509Certificate2 certificate) => X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
}
