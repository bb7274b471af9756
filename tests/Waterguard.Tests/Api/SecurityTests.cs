using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Waterguard.Api.Access;
using Waterguard.Api.Live;
using Waterguard.Api.Routing;
using Xunit;

namespace Waterguard.Tests.Api;

/// <summary>Attacks on the API, one each. What each role may not do is in <see cref="RouteTests"/>.</summary>
public sealed class SecurityTests
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
    [InlineData("alerts/..%2f..%2faccounts")]
    [InlineData("strategies/..%2f..%2f..%2fetc%2fpasswd/document")]
    [InlineData("strategies/%2e%2e/document")]
    [InlineData("incidents/%00")]
    [InlineData("suppressions/..%5c..%5cx")]
    [InlineData("sources/../../../../etc/passwd")]
    public async Task A_path_leads_nowhere_but_to_what_is_named(string path)
    {
        await using var host = await ApiHost.StartAsync();
        var (response, body) = await host.SendAsync("GET", path, key: host.KeyOf(Role.Viewer));

        Assert.True(response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.BadRequest, $"{response.StatusCode}");
        Assert.DoesNotContain("root:", body?.ToJsonString() ?? "", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../../evil")]
    [InlineData("a/b")]
    [InlineData("a\nb")]
    [InlineData("UPPER")]
    public async Task A_suppressions_name_is_no_path(string id)
    {
        await using var host = await ApiHost.StartAsync();
        var body = new JsonObject { ["id"] = id, ["strategy"] = "container-runtime-evasion", ["reason"] = "r", ["owner"] = "o", ["expires"] = "2027-01-01", ["applies_to"] = new JsonArray("any"), ["when"] = new JsonObject { ["user.name"] = "x" } };

        Assert.Equal(HttpStatusCode.BadRequest, (await host.SendAsync("POST", "suppressions", body, host.KeyOf(Role.Analyst))).Response.StatusCode);
        body["id"] = "good";
        body["strategy"] = "../../x";
        Assert.Equal(HttpStatusCode.NotFound, (await host.SendAsync("POST", "suppressions", body, host.KeyOf(Role.Analyst))).Response.StatusCode);
        Assert.False(Directory.Exists(Path.Combine(host.Data, "content", "strategies")));
    }

    [Fact]
    public async Task Bodies_that_are_too_large_or_compressed_or_too_deep_are_refused()
    {
        await using var host = await ApiHost.StartAsync();
        var key = host.KeyOf(Role.Admin);
        using var bomb = new MemoryStream();
        await using (var gzip = new GZipStream(bomb, CompressionLevel.Fastest, leaveOpen: true)) await gzip.WriteAsync(new byte[32 << 20], TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await host.SendAsync("POST", "accounts", key: key, also: r => r.Content = Json(new byte[Dispatcher.MostBytes + 1]))).Response.StatusCode);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, (await host.SendAsync("POST", "accounts", key: key, also: r =>
        {
            r.Content = Json(bomb.ToArray());
            r.Content.Headers.ContentEncoding.Add("gzip");
        })).Response.StatusCode);
        foreach (var bad in new[] { new string('[', 10_000), "{\"name\":\"a\",\"name\":\"b\"}", "{", "null", "[]", "\"\\ud800\"", "{\"name\":\"\\ud800\",\"role\":\"viewer\",\"password\":\"a long enough passphrase\"}" })
            Assert.Equal(HttpStatusCode.BadRequest, (await host.SendAsync("POST", "accounts", key: key, also: r => r.Content = Json(Encoding.UTF8.GetBytes(bad)))).Response.StatusCode);
    }

    [Fact]
    public async Task Who_sends_a_request_drop_by_drop_is_let_go()
    {
        Assert.SkipWhen(Environment.GetEnvironmentVariable("WATERGUARD_FAST") is { Length: > 0 }, "It takes as long as headers may take.");
        await using var host = await ApiHost.StartAsync();
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, host.Address.Port, TestContext.Current.CancellationToken);
        var stream = client.GetStream();
        await stream.WriteAsync("GET /api/v1/me HTTP/1.1\r\nHost: localhost\r\nX: "u8.ToArray(), TestContext.Current.CancellationToken);
        using var deadline = new CancellationTokenSource(Hardening.HeadersWithin + TimeSpan.FromSeconds(20));
        var answer = new byte[4096];
        var read = await stream.ReadAsync(answer, deadline.Token);

        Assert.True(read == 0 || Encoding.ASCII.GetString(answer, 0, read).StartsWith("HTTP/1.1 408 ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Nothing_that_is_sent_becomes_a_header_or_a_line_of_the_log()
    {
        await using var host = await ApiHost.StartAsync();
        var key = host.KeyOf(Role.Analyst);
        const string Evil = "x\r\nSet-Cookie: evil=1\u001b[31m{\"level\":\"error\"}";
        var (started, _) = await host.SendAsync("GET", "openid/start?return=" + Uri.EscapeDataString("/\r\nSet-Cookie: evil=1"));
        Assert.Equal(HttpStatusCode.NotFound, started.StatusCode);
        foreach (var path in new[] { "alerts/" + Uri.EscapeDataString(Evil), "sources/" + Uri.EscapeDataString(Evil), "alerts?text=" + Uri.EscapeDataString(Evil) })
        {
            var (response, _) = await host.SendAsync("GET", path, key: key);
            Assert.False(response.Headers.Contains("Set-Cookie"));
        }

        await host.SendAsync("POST", "sessions", new JsonObject { ["name"] = Evil, ["password"] = "wrong wrong wrong" });
        host.Server.Parts.Log.Warn(Evil, ("name", Evil));
        Assert.All(host.Log.Split('\n', StringSplitOptions.RemoveEmptyEntries), l =>
        {
            Assert.DoesNotContain(l, char.IsControl);
            Assert.Equal(System.Text.Json.JsonValueKind.Object, System.Text.Json.JsonDocument.Parse(l).RootElement.ValueKind);
        });
        var (_, page) = await host.SendAsync("GET", "audit", key: host.KeyOf(Role.Admin));
        Assert.Contains(page!["items"]!.AsArray(), i => i!["subject"]!.GetValue<string>() == Evil);
    }

    [Fact]
    public async Task A_script_in_a_label_stays_text()
    {
        await using var host = await ApiHost.StartAsync();
        const string Script = "default/<script>alert(1)</script>";
        host.AddAlert("a1", pod: Script, title: Script);
        var key = host.KeyOf(Role.Viewer);
        foreach (var path in new[] { "alerts", "alerts/a1", "incidents" })
        {
            var (response, body) = await host.SendAsync("GET", path, key: key);
            Assert.Equal(("application/json", "nosniff"), (response.Content.Headers.ContentType!.MediaType, response.Headers.GetValues("X-Content-Type-Options").Single()));
            Assert.Contains("default-src 'none'", response.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
            Assert.Contains(Script, System.Text.RegularExpressions.Regex.Unescape(body!.ToJsonString()), StringComparison.Ordinal);
        }

        Assert.DoesNotContain("unsafe-inline", Hardening.ContentPolicy, StringComparison.Ordinal);
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
    public async Task Every_error_has_one_form_and_tells_nothing_of_the_inside()
    {
        await using var host = await ApiHost.StartAsync();
        var key = host.KeyOf(Role.Viewer);
        foreach (var (method, path, status) in new[] { ("GET", "nowhere", 404), ("DELETE", "alerts", 405), ("GET", "alerts?limit=0", 400), ("GET", "alerts/none", 404), ("GET", "alerts?since=yesterday", 400), ("GET", "alerts?cursor=x", 400) })
        {
            var (response, body) = await host.SendAsync(method, path, key: key);
            Assert.True((int)response.StatusCode == status, $"{method} {path}: {response.StatusCode}");
            Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.MediaType);
            Assert.Null(Problem.Shape.Flaw(body));
            Assert.Equal(response.Headers.GetValues("X-Request-Id").Single(), body!["request"]!.GetValue<string>());
            Assert.False(response.Headers.Contains("Server"));
        }

        await using (var database = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={Path.Combine(host.Data, "store.db")};Pooling=False"))
        {
            await database.OpenAsync(TestContext.Current.CancellationToken);
            await using var command = database.CreateCommand();
            command.CommandText = "DROP TABLE alerts";
            await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        var (broken, said) = await host.SendAsync("GET", "alerts/a1", key: key);
        Assert.True((int)broken.StatusCode >= 500, broken.StatusCode.ToString());
        Assert.DoesNotContain("   at ", said!.ToJsonString(), StringComparison.Ordinal);
        Assert.DoesNotContain("Sqlite", said.ToJsonString(), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Who_asks_too_often_waits_and_other_names_of_the_service_are_not_served()
    {
        await using var host = await ApiHost.StartAsync("http: {listen: '127.0.0.1:0', rate: 1, burst: 5, hosts: waterguard.example.org}\n");
        var (one, other) = (host.KeyOf(Role.Viewer), host.KeyOf(Role.Viewer));
        var statuses = new List<HttpResponseMessage>();
        for (var i = 0; i < 10; i++) statuses.Add((await host.SendAsync("GET", "me", key: one)).Response);

        Assert.Contains(statuses, s => s.StatusCode == HttpStatusCode.TooManyRequests && s.Headers.RetryAfter?.Delta > TimeSpan.Zero && s.Content.Headers.ContentType!.MediaType == Problem.Type);
        Assert.Equal(HttpStatusCode.OK, (await host.SendAsync("GET", "me", key: other)).Response.StatusCode);
        Assert.Equal(421, (int)(await host.SendAsync("GET", "me", key: other, also: r => r.Headers.Host = "evil.example")).Response.StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await host.SendAsync("GET", "me", key: other, also: r => r.Headers.Host = "waterguard.example.org")).Response.StatusCode);
    }

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

    [Fact]
    public void Who_listens_too_slowly_is_let_go_and_who_comes_back_misses_nothing_or_is_told()
    {
        var hub = new EventHub();
        var slow = hub.Listen("a", null)!;
        for (var i = 0; i <= EventHub.MostWaiting; i++) hub.Tell("alert", new JsonObject { ["n"] = i });

        Assert.True(slow.IsTooSlow);
        Assert.Equal((1, 0), (hub.Dropped, hub.Listeners));
        var back = hub.Listen("a", $"{hub.Run}-{EventHub.MostWaiting - 1}")!;
        Assert.False(back.HasMissed);
        Assert.Equal(2, back.Waiting.Reader.Count);
        Assert.True(hub.Listen("a", "another-run-7")!.HasMissed);
        Assert.NotNull(hub.Listen("a", null));
        Assert.NotNull(hub.Listen("a", null));
        Assert.Null(hub.Listen("a", null));
    }

    private static ByteArrayContent Json(byte[] bytes) => new(bytes) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
}
