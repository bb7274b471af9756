using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Waterguard.Api.Access;
using Xunit;

namespace Waterguard.Tests.Api;

/// <summary>Attacks on who may come in: keys, sessions, passwords, the first run; one each. What each role may not do is in <see cref="RouteTests"/>.</summary>
public sealed class AccessSecurityTests
{
    [Fact]
    public async Task A_key_with_another_scope_or_that_is_expired_removed_or_rotated_away_is_refused()
    {
        await using var host = await ApiHost.StartAsync();
        var keys = host.Server.Access.Keys;
        var (ingest, onlyIngests) = keys.Add("i", ["ingest:kubernetes.audit"], null, Caller.Service);
        var (brief, expires) = keys.Add("b", ["read"], host.Time.GetUtcNow().AddHours(1), Caller.Service);
        var rotated = keys.Rotate(brief, TimeSpan.FromMinutes(5), Caller.Service).Secret;
        async Task<int> Status(string key) => (int)(await host.SendAsync("GET", "alerts", key: key)).Response.StatusCode;

        Assert.Equal(403, await Status(onlyIngests));
        Assert.Equal((200, 200), (await Status(expires), await Status(rotated)));
        Assert.Equal(401, await Status(expires[..^1] + (expires[^1] == 'A' ? 'B' : 'A')));
        host.Time.Advance(TimeSpan.FromMinutes(6));
        Assert.Equal((401, 200), (await Status(expires), await Status(rotated)));
        host.Time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(401, await Status(rotated));
        keys.Remove(ingest, null, Caller.Service);
        Assert.Equal(401, await Status(onlyIngests));
        Assert.All(host.Store.List("api_key", null, 10), d => Assert.DoesNotContain(rotated.Split('_')[2], Encoding.UTF8.GetString(d.Json), StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_page_of_another_site_changes_nothing_with_the_cookie_alone()
    {
        await using var host = await ApiHost.StartAsync();
        var session = await host.SignInAsync(Role.Analyst);
        var silence = new JsonObject { ["matchers"] = new JsonArray(new JsonObject { ["field"] = "level", ["value"] = "low" }), ["until"] = "2026-11-23", ["reason"] = "r" };

        Assert.Equal(HttpStatusCode.Forbidden, (await host.SendAsync("POST", "silences", silence, session: (session.Cookie, ""))).Response.StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await host.SendAsync("POST", "silences", silence, session: (session.Cookie, session.Csrf[..^2] + "xx"))).Response.StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await host.SendAsync("POST", "silences", silence, session: session, also: r => r.Headers.TryAddWithoutValidation("Origin", "https://evil.example"))).Response.StatusCode);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, (await host.SendAsync("POST", "silences", session: session, also: r => r.Content = new StringContent(silence.ToJsonString(), Encoding.UTF8, "text/plain"))).Response.StatusCode);
        Assert.Empty(host.Store.List("silence", null, 10));
        Assert.Equal(HttpStatusCode.Created, (await host.SendAsync("POST", "silences", silence, session: session, also: r => r.Headers.TryAddWithoutValidation("Origin", host.Address.GetLeftPart(UriPartial.Authority)))).Response.StatusCode);
    }

    [Fact]
    public async Task The_cookie_is_out_of_reach_of_scripts_and_of_other_sites()
    {
        await using var host = await ApiHost.StartAsync();
        await host.SignInAsync(Role.Viewer);
        var (response, _) = await host.SendAsync("POST", "sessions", new JsonObject { ["name"] = "viewer-1", ["password"] = ApiHost.Password });
        var cookie = response.Headers.GetValues("Set-Cookie").Single();

        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=strict", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.All(host.Store.List("session", null, 10), d => Assert.DoesNotContain(cookie.Split('=', ';')[1], d.Id + Encoding.UTF8.GetString(d.Json), StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_session_that_somebody_planted_before_is_worth_nothing_after_the_sign_in()
    {
        await using var host = await ApiHost.StartAsync();
        var planted = await host.SignInAsync(Role.Viewer);
        host.Server.Access.Accounts.Add("boss", "", Role.Admin, ApiHost.Password, Caller.Service, "account.made");
        var (response, _) = await host.SendAsync("POST", "sessions", new JsonObject { ["name"] = "boss", ["password"] = ApiHost.Password }, session: (planted.Cookie, ""));

        Assert.DoesNotContain(response.Headers.GetValues("Set-Cookie"), c => c.StartsWith(planted.Cookie, StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.Unauthorized, (await host.SendAsync("GET", "me", session: (planted.Cookie, ""))).Response.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await host.SendAsync("GET", "me", session: ("waterguard=chosen-by-somebody-else-and-long-enough-to-be-looked-at", ""))).Response.StatusCode);
    }

    [Fact]
    public async Task Sessions_end_when_they_rest_grow_old_or_when_what_they_stand_for_changes()
    {
        await using var host = await ApiHost.StartAsync();
        async Task<HttpStatusCode> Status((string, string) session) => (await host.SendAsync("GET", "me", session: session)).Response.StatusCode;
        var resting = await host.SignInAsync(Role.Viewer);
        host.Time.Advance(Sessions.Idle - TimeSpan.FromMinutes(1));
        Assert.Equal(HttpStatusCode.OK, await Status(resting));
        host.Time.Advance(Sessions.Idle);
        Assert.Equal(HttpStatusCode.Unauthorized, await Status(resting));

        var old = await host.SignInAsync(Role.Viewer);
        for (var i = 0; i < 7 * 24 - 1; i++)
        {
            host.Time.Advance(TimeSpan.FromHours(1));
            Assert.Equal(HttpStatusCode.OK, await Status(old));
        }

        host.Time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(HttpStatusCode.Unauthorized, await Status(old));

        var (one, other) = (await host.SignInAsync(Role.Viewer), await host.SignInAsync(Role.Viewer));
        var accounts = host.Server.Access.Accounts;
        accounts.Change(accounts.Find("viewer-1")!, Role.Analyst, null, null, null, null, Caller.Service, "account.changed");
        Assert.Equal((HttpStatusCode.Unauthorized, HttpStatusCode.Unauthorized), (await Status(one), await Status(other)));
    }

    [Fact]
    public async Task Guessing_passwords_becomes_slow_and_shuts_nobody_else_out()
    {
        await using var host = await ApiHost.StartAsync();
        await host.SignInAsync(Role.Viewer, "ann");
        await host.SignInAsync(Role.Viewer, "bob");
        async Task<HttpResponseMessage> Try(string name, string password) => (await host.SendAsync("POST", "sessions", new JsonObject { ["name"] = name, ["password"] = password })).Response;
        for (var i = 0; i < Attempts.FreeByBoth; i++) Assert.Equal(HttpStatusCode.Unauthorized, (await Try("ann", "wrong wrong wrong")).StatusCode);

        var slowed = await Try("ann", ApiHost.Password);
        Assert.Equal(HttpStatusCode.TooManyRequests, slowed.StatusCode);
        Assert.True(slowed.Headers.RetryAfter?.Delta > TimeSpan.Zero);
        Assert.Equal(HttpStatusCode.Created, (await Try("bob", ApiHost.Password)).StatusCode);
        host.Time.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal(HttpStatusCode.Created, (await Try("ann", ApiHost.Password)).StatusCode);
        Assert.Contains(host.Store.Audit(long.MaxValue, 100), a => a.Entry is { Action: "session.refused", Subject: "ann" });
    }

    [Theory]
    [InlineData("/incidents/1?x=2", "/incidents/1?x=2")]
    [InlineData("https://evil.example/", "/")]
    [InlineData("//evil.example/", "/")]
    [InlineData("/\\evil.example/", "/")]
    [InlineData("/a\\..\\b", "/")]
    [InlineData("javascript:alert(1)", "/")]
    [InlineData("/a\r\nb", "/")]
    [InlineData(null, "/")]
    public void After_the_sign_in_nobody_is_sent_to_another_site(string? asked, string goes) => Assert.Equal(goes, OpenIdSignIn.Local(asked));

    [Fact]
    public async Task The_token_of_the_first_run_serves_once_and_only_who_may_read_the_data_folder_can_read_it()
    {
        await using var host = await ApiHost.StartAsync();
        var token = host.Token;
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(host.Data, "first-run-token")));
        async Task<HttpStatusCode> Setup(string with, string name, string password = ApiHost.Password) => (await host.SendAsync("POST", "setup", new JsonObject { ["token"] = with, ["name"] = name, ["password"] = password })).Response.StatusCode;

        Assert.Equal(HttpStatusCode.Forbidden, await Setup("wrong", "root"));
        Assert.Equal(HttpStatusCode.BadRequest, await Setup(token, "root", "short"));
        Assert.Equal(HttpStatusCode.BadRequest, await Setup(token, "root", "password1234"));
        Assert.Equal(HttpStatusCode.Created, await Setup(token, "root"));
        Assert.Equal(HttpStatusCode.Forbidden, await Setup(token, "root2"));
        Assert.False(File.Exists(Path.Combine(host.Data, "first-run-token")));
        Assert.Contains(token, host.Log, StringComparison.Ordinal);
    }
}
