using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Waterguard.Platforms.Kubernetes;
using Waterguard.Response.Actions.Kubernetes;
using Xunit;

namespace Waterguard.Tests.Response.Kubernetes;

/// <summary>A server that wants a certificate is shown the one of the kubeconfig.</summary>
public sealed class ClientCertificateTests
{
    [Fact]
    public async Task The_certificate_of_a_kubeconfig_is_shown()
    {
        using var key = RSA.Create(2048);
        using var own = Certificate("CN=responder", key);
        using var serverKey = RSA.Create(2048);
        using var server = Certificate("CN=localhost", serverKey);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        using var served = X509CertificateLoader.LoadPkcs12(server.Export(X509ContentType.Pkcs12), null);
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0, l => l.UseHttps(h =>
        {
            (h.ServerCertificate, h.ClientCertificateMode) = (served, ClientCertificateMode.RequireCertificate);
            h.AllowAnyClientCertificate();
        })));
        await using var app = builder.Build();
        app.Run(c => c.Response.WriteAsync($"{{\"metadata\":{{\"name\":\"{c.Connection.ClientCertificate!.Subject}\"}}}}"));
        await app.StartAsync(TestContext.Current.CancellationToken);
        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        using var folder = Repository.Folder();
        folder.Write("ca.pem", server.ExportCertificatePem());
        folder.Write("key.pem", key.ExportPkcs8PrivateKeyPem());
        var file = folder.Write("config", $$"""
            current-context: c
            clusters: [{name: c, cluster: {server: "{{address}}", certificate-authority: ca.pem} }]
            contexts: [{name: c, context: {cluster: c, user: u} }]
            users: [{name: u, user: {client-certificate-data: {{Convert.ToBase64String(Encoding.UTF8.GetBytes(own.ExportCertificatePem()))}}, client-key: key.pem} }]
            """);

        using var api = new KubernetesApi(Kubeconfig.Load(file), TimeProvider.System);
        Assert.Equal("CN=responder", (await api.GetAsync("api/v1/nodes/x", CancellationToken.None))!.Name);
    }

    private static X509Certificate2 Certificate(string subject, RSA key)
    {
        var asked = new CertificateRequest(subject, key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        asked.CertificateExtensions.Add(names.Build());
        return asked.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100));
    }
}
