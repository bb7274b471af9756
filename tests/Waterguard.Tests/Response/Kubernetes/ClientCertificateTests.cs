using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Https;
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
        using var own = LoopbackServer.Certificate(key, "CN=responder");
        using var serverKey = RSA.Create(2048);
        using var server = LoopbackServer.Certificate(serverKey);
        using var served = server.WithKey();
        await using var app = await LoopbackServer.StartAsync(
            a => a.Run(c => c.Response.WriteAsync($"{{\"metadata\":{{\"name\":\"{c.Connection.ClientCertificate!.Subject}\"}}}}")),
            k => k.Listen(IPAddress.Loopback, 0, l => l.UseHttps(h =>
            {
                (h.ServerCertificate, h.ClientCertificateMode) = (served, ClientCertificateMode.RequireCertificate);
                h.AllowAnyClientCertificate();
            })));
        using var folder = Repository.Folder();
        folder.Write("ca.pem", server.ExportCertificatePem());
        folder.Write("key.pem", key.ExportPkcs8PrivateKeyPem());
        var file = folder.Write("config", $$"""
            current-context: c
            clusters: [{name: c, cluster: {server: "{{app.Address("https")}}", certificate-authority: ca.pem} }]
            contexts: [{name: c, context: {cluster: c, user: u} }]
            users: [{name: u, user: {client-certificate-data: {{Convert.ToBase64String(Encoding.UTF8.GetBytes(own.ExportCertificatePem()))}}, client-key: key.pem} }]
            """);

        using var api = new KubernetesApi(Kubeconfig.Load(file), TimeProvider.System);
        Assert.Equal("CN=responder", (await api.GetAsync("api/v1/nodes/x", CancellationToken.None))!.Name);
    }
}
