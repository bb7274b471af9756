using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Waterguard.Api.Access;
using Xunit;

namespace Waterguard.Tests.Api;

/// <summary>Sign-in by the word of a provider: a small one that does what the standard says.</summary>
public sealed class OpenIdTests
{
    [Fact]
    public async Task Whoever_the_provider_vouches_for_gets_the_role_of_its_groups()
    {
        await using var provider = await Provider.StartAsync();
        await using var host = await ApiHost.StartAsync(provider.Settings);
        var trip = await BeginAsync(host, provider);
        provider.Claims["roles"] = new JsonArray("others", "soc");
        var back = await EndAsync(host, trip);

        Assert.Equal(HttpStatusCode.OK, back.StatusCode);
        Assert.Contains("url=/incidents/1", await back.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        var cookie = back.Headers.GetValues("Set-Cookie").Select(c => c.Split(';')[0]).Single(c => c.StartsWith("waterguard=", StringComparison.Ordinal));
        var (_, me) = await host.SendAsync("GET", "me", session: (cookie, ""));
        Assert.Equal(("analyst", "Ann"), (me!["role"]!.GetValue<string>(), me["full_name"]!.GetValue<string>()));
        // A trip serves once.
        Assert.Equal(HttpStatusCode.Forbidden, (await EndAsync(host, trip)).StatusCode);
    }

    [Theory]
    [InlineData("nonce")]
    [InlineData("audience")]
    [InlineData("issuer")]
    [InlineData("expired")]
    [InlineData("signature")]
    [InlineData("none")]
    [InlineData("browser")]
    [InlineData("state")]
    [InlineData("roles")]
    public async Task A_word_that_is_not_good_signs_nobody_in(string flaw)
    {
        await using var provider = await Provider.StartAsync();
        await using var host = await ApiHost.StartAsync(provider.Settings);
        var trip = await BeginAsync(host, provider);
        provider.Flaw = flaw;
        if (flaw == "roles") provider.Claims["roles"] = new JsonArray("others");
        if (flaw == "browser") trip = trip with { Browser = "waterguard-trip=another" };
        if (flaw == "state") trip = trip with { State = new string('x', trip.State.Length) };
        var back = await EndAsync(host, trip);

        Assert.Equal(HttpStatusCode.Forbidden, back.StatusCode);
        Assert.DoesNotContain(back.Headers.TryGetValues("Set-Cookie", out var cookies) ? cookies : [], c => c.StartsWith("waterguard=", StringComparison.Ordinal));
        Assert.Empty(host.Store.List("session", null, 10));
    }

    [Fact]
    public async Task What_a_provider_says_of_itself_is_asked_again_after_a_day_and_serves_on_while_it_does_not_answer()
    {
        await using var provider = await Provider.StartAsync();
        await using var host = await ApiHost.StartAsync(provider.Settings);
        await BeginAsync(host, provider);
        host.Time.Advance(TimeSpan.FromHours(23));
        await BeginAsync(host, provider);
        Assert.Equal(1, provider.Asked);
        host.Time.Advance(TimeSpan.FromHours(2));
        provider.Flaw = "away";
        await BeginAsync(host, provider);
        await BeginAsync(host, provider);
        Assert.Equal(2, provider.Asked);
        (provider.Flaw, provider.AuthoriseAt) = ("", "/elsewhere");
        host.Time.Advance(TimeSpan.FromMinutes(2));
        var (response, _) = await host.SendAsync("GET", "openid/start");
        Assert.Equal(("/elsewhere", 3), (response.Headers.Location!.AbsolutePath, provider.Asked));
    }

    [Fact]
    public async Task A_provider_that_keeps_other_keys_elsewhere_is_followed_and_invented_keys_do_not_make_it_be_asked_again_and_again()
    {
        await using var provider = await Provider.StartAsync();
        await using var host = await ApiHost.StartAsync(provider.Settings);
        Assert.Equal(HttpStatusCode.OK, (await EndAsync(host, await BeginAsync(host, provider))).StatusCode);
        host.Time.Advance(TimeSpan.FromMinutes(2));
        (provider.KeysAt, provider.KeyName) = ("/other-keys", "k2");
        Assert.Equal(HttpStatusCode.OK, (await EndAsync(host, await BeginAsync(host, provider))).StatusCode);
        Assert.Equal(2, provider.Asked);
        provider.Flaw = "unknown key";
        for (var i = 0; i < 3; i++) Assert.Equal(HttpStatusCode.Forbidden, (await EndAsync(host, await BeginAsync(host, provider))).StatusCode);
        Assert.Equal(2, provider.Asked);
    }

    private static async Task<Trip> BeginAsync(ApiHost host, Provider provider)
    {
        var (response, _) = await host.SendAsync("GET", "openid/start?return=" + Uri.EscapeDataString("/incidents/1"));
        Assert.Equal(HttpStatusCode.Found, response.StatusCode);
        var to = response.Headers.Location!;
        var query = System.Web.HttpUtility.ParseQueryString(to.Query);
        Assert.Equal(("code", "S256", "us"), (query["response_type"], query["code_challenge_method"], query["client_id"]));
        (provider.Nonce, provider.Challenge) = (query["nonce"]!, query["code_challenge"]!);
        return new Trip(query["state"]!, response.Headers.GetValues("Set-Cookie").Single().Split(';')[0]);
    }

    private static async Task<HttpResponseMessage> EndAsync(ApiHost host, Trip trip) => (await host.SendAsync("GET", $"openid/callback?code=the-code&state={trip.State}", also: r => r.Headers.TryAddWithoutValidation("Cookie", trip.Browser))).Response;

    private sealed record Trip(string State, string Browser);

    private sealed class Provider : IAsyncDisposable
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

        public JsonObject Claims { get; } = new() { ["sub"] = "ann-1", ["name"] = "Ann", ["roles"] = new JsonArray("soc") };

        public string Settings => $"access: {{issuer: '{Issuer}', client_id: us, public_url: 'http://127.0.0.1:8478', analysts: soc, admins: bosses}}\n";

        private string Issuer => _app!.Urls.First();

        public static async Task<Provider> StartAsync()
        {
            var provider = new Provider();
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            var app = provider._app = builder.Build();
            app.MapGet("/.well-known/openid-configuration", provider.Metadata);
            app.MapGet("/{keys}", (string keys) => "/" + keys == provider.KeysAt ? Results.Text(provider.Keys().ToJsonString(), "application/json") : Results.NotFound());
            app.MapPost("/token", async (HttpRequest request) =>
            {
                var form = await request.ReadFormAsync();
                var challenge = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(form["code_verifier"].ToString())));
                return form["code"] == "the-code" && challenge == provider.Challenge ? Results.Text(new JsonObject { ["id_token"] = provider.Token() }.ToJsonString(), "application/json") : Results.StatusCode(400);
            });
            await app.StartAsync();
            return provider;
        }

        public async ValueTask DisposeAsync()
        {
            await _app!.DisposeAsync();
            _key.Dispose();
            _other.Dispose();
        }

        private IResult Metadata()
        {
            Asked++;
            // An answer that is none, and at once: a failure of the network would be tried again for a while.
            if (Flaw == "away") return Results.Text("not now", "text/plain");
            return Results.Text(new JsonObject { ["issuer"] = Issuer, ["authorization_endpoint"] = Issuer + AuthoriseAt, ["token_endpoint"] = Issuer + "/token", ["jwks_uri"] = Issuer + KeysAt }.ToJsonString(), "application/json");
        }

        private JsonObject Keys()
        {
            var key = _key.ExportParameters(false);
            return new JsonObject { ["keys"] = new JsonArray(new JsonObject { ["kty"] = "RSA", ["kid"] = KeyName, ["n"] = Base64Url.EncodeToString(key.Modulus), ["e"] = Base64Url.EncodeToString(key.Exponent) }) };
        }

        private string Token()
        {
            var now = new FakeTime().GetUtcNow().ToUnixTimeSeconds();
            var claims = Claims.DeepClone().AsObject();
            (claims["iss"], claims["aud"], claims["nonce"]) = (Flaw == "issuer" ? "https://evil.example" : Issuer, Flaw == "audience" ? "them" : "us", Flaw == "nonce" ? "another" : Nonce);
            (claims["iat"], claims["exp"]) = (now - 3600, Flaw == "expired" ? now - 120 : now + 300);
            var head = new JsonObject { ["alg"] = Flaw == "none" ? "none" : "RS256", ["kid"] = Flaw == "unknown key" ? "nobody-has-it" : KeyName };
            var text = $"{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(head.ToJsonString()))}.{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(claims.ToJsonString()))}";
            return $"{text}.{(Flaw == "none" ? "" : Base64Url.EncodeToString((Flaw == "signature" ? _other : _key).SignData(Encoding.ASCII.GetBytes(text), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)))}";
        }
    }
}
