using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Waterguard.Tests.Api;

/// <summary>A small provider of OpenID Connect that does what the standard says: it tells of itself, has a page to sign in, and vouches for whoever did.</summary>
internal sealed class OpenIdServer(TimeProvider time) : IAsyncDisposable
{
    private readonly RSA _key = RSA.Create(2048);
    private readonly RSA _other = RSA.Create(2048);
    private WebApplication? _app;

    public string Flaw { get; set; } = "";

    /// <summary>How often it was asked what it says of itself.</summary>
    public int Asked { get; private set; }

    public string AuthoriseAt { get; set; } = "/authorise";

    public string KeysAt { get; set; } = "/keys";

    public string KeyName { get; set; } = "k1";

    public string Nonce { get; set; } = "";

    public string Challenge { get; set; } = "";

    /// <summary>What it says of who has signed in last.</summary>
    public JsonObject Claims { get; private set; } = new() { ["sub"] = "ann-1", ["name"] = "Ann", ["roles"] = new JsonArray("soc") };

    /// <summary>Where it is: another site than ours, for browsers.</summary>
    public string Issuer => _app!.Urls.First().Replace("127.0.0.1", "localhost", StringComparison.Ordinal);

    /// <summary>The service's settings.</summary>
    public string Settings(string home) => $"access: {{issuer: '{Issuer}', client_id: us, public_url: '{home}', analysts: soc, admins: bosses}}\n";

    public static async Task<OpenIdServer> StartAsync(TimeProvider time)
    {
        var provider = new OpenIdServer(time);
        provider._app = await LoopbackServer.StartAsync(provider.Map);
        return provider;
    }

    public async ValueTask DisposeAsync()
    {
        await _app!.DisposeAsync();
        _key.Dispose();
        _other.Dispose();
    }

    private void Map(WebApplication app)
    {
        app.MapGet("/.well-known/openid-configuration", Metadata);
        app.MapGet("/{keys}", (string keys) => "/" + keys == KeysAt ? Results.Text(Keys().ToJsonString(), "application/json") : Results.NotFound());
        app.MapGet("/authorise", Page);
        app.MapGet("/signed-in", SendBack);
        app.MapPost("/token", async (HttpRequest request) =>
        {
            var form = await request.ReadFormAsync();
            var challenge = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(form["code_verifier"].ToString())));
            return form["code"] == "the-code" && challenge == Challenge ? Results.Text(new JsonObject { ["id_token"] = Token() }.ToJsonString(), "application/json") : Results.StatusCode(400);
        });
    }

    private IResult Metadata()
    {
        Asked++;
        // An answer that is none, and at once: a failure of the network would be tried again for a while.
        if (Flaw == "away") return Results.Text("not now", "text/plain");
        return Results.Text(new JsonObject { ["issuer"] = Issuer, ["authorization_endpoint"] = Issuer + AuthoriseAt, ["token_endpoint"] = Issuer + "/token", ["jwks_uri"] = Issuer + KeysAt }.ToJsonString(), "application/json");
    }

    private IResult Page(HttpRequest request)
    {
        (Nonce, Challenge) = (request.Query["nonce"].ToString(), request.Query["code_challenge"].ToString());
        string Hidden(string name) => $"<input type=\"hidden\" name=\"{name}\" value=\"{WebUtility.HtmlEncode(request.Query[name])}\">";
        return Results.Text($"<!doctype html><html lang=\"en\"><head><title>Provider</title><link rel=\"icon\" href=\"data:,\"></head><body><h1>The provider</h1><form action=\"/signed-in\">{Hidden("state")}{Hidden("redirect_uri")}<label>Who <input name=\"who\"></label><label>Group <input name=\"group\"></label><button>Continue</button><button name=\"refuse\" value=\"yes\">Cancel</button></form></body></html>", "text/html");
    }

    private IResult SendBack(HttpRequest request)
    {
        var name = request.Query["who"].ToString();
        Claims = new JsonObject { ["sub"] = name + "-1", ["name"] = name, ["roles"] = new JsonArray(request.Query["group"].ToString()) };
        return Results.Redirect($"{request.Query["redirect_uri"]}?{(request.Query["refuse"].Count > 0 ? "error=access_denied" : "code=the-code")}&state={request.Query["state"]}");
    }

    private JsonObject Keys()
    {
        var key = _key.ExportParameters(false);
        return new JsonObject { ["keys"] = new JsonArray(new JsonObject { ["kty"] = "RSA", ["kid"] = KeyName, ["n"] = Base64Url.EncodeToString(key.Modulus), ["e"] = Base64Url.EncodeToString(key.Exponent) }) };
    }

    private string Token()
    {
        var now = time.GetUtcNow().ToUnixTimeSeconds();
        var claims = Claims.DeepClone().AsObject();
        (claims["iss"], claims["aud"], claims["nonce"]) = (Flaw == "issuer" ? "https://evil.example" : Issuer, Flaw == "audience" ? "them" : "us", Flaw == "nonce" ? "another" : Nonce);
        (claims["iat"], claims["exp"]) = (now - 3600, Flaw == "expired" ? now - 120 : now + 300);
        var head = new JsonObject { ["alg"] = Flaw == "none" ? "none" : "RS256", ["kid"] = Flaw == "unknown key" ? "nobody-has-it" : KeyName };
        var text = $"{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(head.ToJsonString()))}.{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(claims.ToJsonString()))}";
        return $"{text}.{(Flaw == "none" ? "" : Base64Url.EncodeToString((Flaw == "signature" ? _other : _key).SignData(Encoding.ASCII.GetBytes(text), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)))}";
    }
}
