using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Waterguard.Tests.Sources.Transports.Cloud;

/// <summary>The places that give tokens: Entra ID over TLS, the metadata service of virtual machines, and that of App Service; and a list of Graph that wants such a token.</summary>
internal sealed class IdentityServer : IAsyncDisposable
{
    public const string Tenant = "6f1c2a3b-0000-4000-8000-0000000000aa";
    public const string Client = "6f1c2a3b-0000-4000-8000-0000000000bb";
    public const string HeaderSecret = "header-s3cret";
    private readonly TemporaryFolder _folder = Repository.Folder();
    private WebApplication _app = null!;

    /// <summary>What was asked for: the way, and the resource or scope.</summary>
    public ConcurrentQueue<string> Asked { get; } = new();

    /// <summary>The token of a cluster's service account that is accepted.</summary>
    public string Assertion { get; set; } = "federated-token";

    /// <summary>In clear text.</summary>
    public Uri Address { get; private set; } = null!;

    /// <summary>Over TLS.</summary>
    public Uri Authority { get; private set; } = null!;

    /// <summary>The certificate that makes the authority trusted.</summary>
    public string Certificate => Path.Combine(_folder.Path, "authority.pem");

    public static async Task<IdentityServer> StartAsync()
    {
        var server = new IdentityServer();
        using var key = RSA.Create(2048);
        using var made = LoopbackServer.Certificate(key);
        server._folder.Write("authority.pem", made.ExportCertificatePem());
        var certificate = made.WithKey();
        server._app = await LoopbackServer.StartAsync(server.Map, k =>
        {
            k.Listen(IPAddress.Loopback, 0);
            k.Listen(IPAddress.Loopback, 0, l => l.UseHttps(certificate));
        });
        (server.Address, server.Authority) = (server._app.Address(), server._app.Address("https"));
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _folder.Dispose();
    }

    private void Map(WebApplication app)
    {
        app.MapGet("/metadata/identity/oauth2/token", (HttpRequest request) => Metadata(request, "virtual machine", request.Headers["Metadata"] == "true", """{"error":"invalid_request","error_description":"Required metadata header not specified"}"""));
        app.MapGet("/msi/token", (HttpRequest request) => Metadata(request, "app service", request.Headers["X-IDENTITY-HEADER"] == HeaderSecret, """{"statusCode":401,"message":"Unauthorized"}"""));
        app.MapPost("/{tenant}/oauth2/v2.0/token", async (string tenant, HttpRequest request) =>
        {
            var form = await request.ReadFormAsync();
            Asked.Enqueue($"entra {form["grant_type"]} {form["client_id"]} {form["scope"].ToString().Split(' ')[0]}");
            var isKnown = tenant == Tenant && request.IsHttps && form["client_assertion_type"] == "urn:ietf:params:oauth:client-assertion-type:jwt-bearer" && form["client_assertion"] == Assertion;
            return isKnown ? Json(200, """{"token_type":"Bearer","expires_in":3599,"ext_expires_in":3599,"access_token":"of-entra"}""") : Json(401, """{"error":"invalid_client","error_description":"AADSTS700213: No matching federated identity record found for presented assertion subject 'system:serviceaccount:waterguard:waterguard'. Trace ID: x","error_codes":[700213]}""");
        });
        app.MapGet("/v1.0/auditLogs/directoryAudits", (HttpRequest request) => request.Headers.Authorization.ToString() is "Bearer of-entra" or "Bearer of-metadata" ? Json(200, """{"value":[]}""") : Json(401, """{"error":{"code":"InvalidAuthenticationToken","message":"Access token is empty."}}"""));
    }

    private IResult Metadata(HttpRequest request, string way, bool isGood, string refusal)
    {
        Asked.Enqueue($"{way} {request.Query["client_id"]} {request.Query["resource"]}");
        if (!isGood || request.Query["api-version"].Count == 0) return Json(way == "app service" ? 401 : 400, refusal);
        var until = TimeProvider.System.GetUtcNow().AddHours(8).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        return Json(200, $$"""{"access_token":"of-metadata","client_id":"{{Client}}","expires_in":"28800","expires_on":"{{until}}","not_before":"1","resource":"{{request.Query["resource"]}}","token_type":"Bearer"}""");
    }

    private static IResult Json(int status, string text) => Results.Text(text, "application/json; charset=utf-8", statusCode: status);
}
