using System.Net;
using System.Text.Json.Nodes;
using Xunit;

namespace Waterguard.Tests.Api;

/// <summary>Sign-in by the word of a provider: a small one that does what the standard says.</summary>
public sealed class OpenIdTests
{
    [Fact]
    public async Task Whoever_the_provider_vouches_for_gets_the_role_of_its_groups()
    {
        await using var provider = await OpenIdServer.StartAsync(new FakeTime());
        await using var host = await ApiHost.StartAsync(provider.Settings("http://127.0.0.1:8478"));
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
        await using var provider = await OpenIdServer.StartAsync(new FakeTime());
        await using var host = await ApiHost.StartAsync(provider.Settings("http://127.0.0.1:8478"));
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
        await using var provider = await OpenIdServer.StartAsync(new FakeTime());
        await using var host = await ApiHost.StartAsync(provider.Settings("http://127.0.0.1:8478"));
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
        await using var provider = await OpenIdServer.StartAsync(new FakeTime());
        await using var host = await ApiHost.StartAsync(provider.Settings("http://127.0.0.1:8478"));
        Assert.Equal(HttpStatusCode.OK, (await EndAsync(host, await BeginAsync(host, provider))).StatusCode);
        host.Time.Advance(TimeSpan.FromMinutes(2));
        (provider.KeysAt, provider.KeyName) = ("/other-keys", "k2");
        Assert.Equal(HttpStatusCode.OK, (await EndAsync(host, await BeginAsync(host, provider))).StatusCode);
        Assert.Equal(2, provider.Asked);
        provider.Flaw = "unknown key";
        for (var i = 0; i < 3; i++) Assert.Equal(HttpStatusCode.Forbidden, (await EndAsync(host, await BeginAsync(host, provider))).StatusCode);
        Assert.Equal(2, provider.Asked);
    }

    private static async Task<Trip> BeginAsync(ApiHost host, OpenIdServer provider)
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
}
