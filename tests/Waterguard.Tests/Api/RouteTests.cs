using System.Net;
using System.Text.Json.Nodes;
using Waterguard.Api.Access;
using Waterguard.Api.Routing;
using Xunit;

namespace Waterguard.Tests.Api;

/// <summary>What holds for every route, by the one list of them.</summary>
public sealed class RouteTests
{
    // Routes that check whom they serve by themselves, or serve everybody.
    private static readonly string[] s_open =
    [
        "GET /sign-in", "POST /setup", "POST /sessions", "GET /openid/start", "GET /openid/callback", "GET /openapi.json", "POST /ingest/{source}", "POST /pubsub/{name}",
    ];

    [Fact]
    public async Task Every_role_is_refused_what_a_higher_one_may_and_nobody_may_anything()
    {
        await using var host = await ApiHost.StartAsync();
        var keys = Enum.GetValues<Role>().ToDictionary(r => r, host.KeyOf);
        Assert.Equal(s_open.Order(StringComparer.Ordinal), host.Server.Routes.Where(r => r.Need.Least is null).Select(r => $"{r.Method} {r.Path}").Order(StringComparer.Ordinal));
        var tried = 0;
        foreach (var route in host.Server.Routes.Where(r => r.Need.Least is not null))
        {
            var path = Filled(route);
            var (nobody, _) = await host.SendAsync(route.Method, path, route.Takes is null ? null : new JsonObject());
            Assert.Equal(HttpStatusCode.Unauthorized, nobody.StatusCode);
            foreach (var role in Enum.GetValues<Role>().Where(r => r < route.Need.Least))
            {
                var (refused, body) = await host.SendAsync(route.Method, path, route.Takes is null ? null : new JsonObject(), keys[role]);
                Assert.True(refused.StatusCode == HttpStatusCode.Forbidden, $"{role} may {route.Method} {route.Path}: {refused.StatusCode} {body}");
                tried++;
            }

            // With enough, it is not the role for which it is refused, if it is.
            if (route.Path == "/events") continue;
            var (let, said) = await host.SendAsync(route.Method, path, route.Takes is null ? null : new JsonObject(), keys[route.Need.Least!.Value]);
            Assert.False(let.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.InternalServerError, $"{route.Method} {route.Path}: {let.StatusCode} {said}");
        }

        // As many as there are roles below, over all routes; each of the three higher roles has some.
        Assert.Equal(host.Server.Routes.Sum(r => (int)(r.Need.Least ?? Role.Viewer)), tried);
        Assert.True(tried > 40, $"only {tried} refusals were tried");
    }

    [Fact]
    public async Task The_openapi_document_has_every_route_and_the_answers_have_the_shapes_that_it_says()
    {
        await using var host = await ApiHost.StartAsync();
        host.AddAlert("a1");
        host.AddAlert("a2", level: "low");
        var key = host.KeyOf(Role.Admin);
        var (_, document) = await host.SendAsync("GET", "openapi.json");

        Assert.Equal("3.1.0", document!["openapi"]!.GetValue<string>());
        foreach (var route in host.Server.Routes) Assert.NotNull(document["paths"]![route.Path]![route.Method.ToLowerInvariant()]!["responses"]![((int)route.Status).ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        Assert.Equal(host.Server.Routes.Count, document["paths"]!.AsObject().Sum(p => p.Value!.AsObject().Count));
        var looked = new List<string>();
        foreach (var route in host.Server.Routes.Where(r => r is { Method: "GET", Gives: not null } && !r.Path.Contains('{', StringComparison.Ordinal)))
        {
            var (response, body) = await host.SendAsync("GET", route.Path[1..], key: key);
            Assert.True(response.StatusCode == HttpStatusCode.OK, $"{route.Path}: {response.StatusCode} {body}");
            Assert.Null(route.Gives!.Flaw(body));
            looked.Add(route.Path);
        }

        Assert.True(looked.Count > 12, string.Join(' ', looked));
        var (_, alert) = await host.SendAsync("GET", "alerts/a1", key: key);
        Assert.Null(host.Server.Routes.Single(r => r.Path == "/alerts/{id}").Gives!.Flaw(alert));
    }

    [Fact]
    public async Task Every_route_that_changes_something_says_what_the_audit_log_calls_it()
    {
        await using var host = await ApiHost.StartAsync();

        // Records are data, not a change that a person makes.
        Assert.Equal(["/ingest/{source}", "/pubsub/{name}"], host.Server.Routes.Where(r => r.Changes && r.Audited is null).Select(r => r.Path));
        Assert.All(host.Server.Routes.Where(r => !r.Changes), r => Assert.Null(r.Audited));
    }

    [Fact]
    public async Task Changes_are_in_the_audit_log_under_the_names_that_their_routes_say()
    {
        await using var host = await ApiHost.StartAsync("notify:\n  channels: [{name: c, kind: syslog, server: '127.0.0.1:9', protocol: udp}]\ncanaries: [{name: azure, plant: external, source: azure.activitylogs}]\n");
        host.AddAlert("a1");
        var incident = host.Store.Find(new Waterguard.Storage.IncidentQuery()).Single().Id;
        await host.Server.Notifier.StepAsync(TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Created, (await host.SendAsync("POST", "setup", new JsonObject { ["token"] = host.Token, ["name"] = "root", ["password"] = ApiHost.Password })).Response.StatusCode);
        var session = await host.SignInAsync(Role.Admin, "root");
        async Task<(HttpResponseMessage Response, JsonNode? Body)> Do(string method, string path, string? body, string? match = null, HttpStatusCode status = HttpStatusCode.OK)
        {
            var done = await host.SendAsync(method, path, body is null ? null : JsonNode.Parse(body), session: session, also: r => r.Headers.TryAddWithoutValidation("If-Match", match));
            Assert.True(done.Response.StatusCode == status, $"{method} {path}: {done.Response.StatusCode} {done.Body}");
            return done;
        }

        var rule = host.Server.Parts.Generation.Rules.Rules.First(r => host.Server.Parts.Generation.StrategyOf(r.Header.Id) == "container-runtime-evasion").Header.Id;
        var suppression = $$"""{"id":"mine","strategy":"container-runtime-evasion","reason":"r","owner":"o","expires":"2027-01-01","applies_to":["{{rule}}"],"when":{"user.name":"nobody-has-this-name"},"force":true}""";
        await Do("POST", "accounts", $$"""{"name":"eve","role":"viewer","password":"{{ApiHost.Password}}"}""", status: HttpStatusCode.Created);
        await Do("PATCH", "accounts/eve", """{"role":"analyst"}""", "*");
        await Do("DELETE", "accounts/eve", null, "*", HttpStatusCode.NoContent);
        var key = (await Do("POST", "keys", """{"label":"l","scopes":["read"]}""", status: HttpStatusCode.Created)).Body!["id"]!.GetValue<string>();
        await Do("POST", $"keys/{key}/rotate", "{}", "*");
        await Do("DELETE", $"keys/{key}", null, "*", HttpStatusCode.NoContent);
        await Do("PATCH", $"incidents/{incident}", """{"acknowledge":true}""", "*");
        await Do("POST", "suppressions", suppression, status: HttpStatusCode.Created);
        await Do("POST", "suppressions/preview", suppression);
        await Do("PUT", "suppressions/mine", suppression, "*");
        await Do("DELETE", "suppressions/mine", null, "*", HttpStatusCode.NoContent);
        var silence = (await Do("POST", "silences", """{"matchers":[{"field":"level","value":"low"}],"until":"2026-11-23","reason":"r"}""", status: HttpStatusCode.Created)).Body!["id"]!.GetValue<string>();
        await Do("PUT", $"silences/{silence}", """{"matchers":[{"field":"level","value":"medium"}],"until":"2026-11-23","reason":"r"}""", "*");
        await Do("DELETE", $"silences/{silence}", null, "*", HttpStatusCode.NoContent);
        await Do("POST", "validation", """{"names":["container-runtime-evasion"]}""", status: HttpStatusCode.Accepted);
        await Do("POST", "channels/c/test", "{}");
        await Do("POST", "canaries/azure", null, status: HttpStatusCode.Created);
        await Do("POST", $"notifications/{host.Store.NotificationsOf(incident).Single().Id}/resend", "{}", status: HttpStatusCode.Conflict);
        session = (session.Cookie, session.Csrf);
        var changed = await Do("POST", "me/password", $$"""{"old":"{{ApiHost.Password}}","new":"another long passphrase"}""");
        session = (changed.Response.Headers.GetValues("Set-Cookie").Last().Split(';')[0], changed.Body!["csrf"]!.GetValue<string>());
        await Do("DELETE", "sessions/current", null, status: HttpStatusCode.NoContent);

        var noted = host.Store.Audit(long.MaxValue, 1000).Select(a => a.Entry).ToArray();
        // What responders do needs a real engine, where it is looked for too.
        Assert.Equal(ResponseTests.Audited, host.Server.Routes.Where(r => r.Audited is not null).Select(r => r.Audited!).Except(noted.Select(n => n.Action), StringComparer.Ordinal).Order(StringComparer.Ordinal));
        Assert.All(noted.Where(n => n.Action.StartsWith("suppression.", StringComparison.Ordinal)), n => Assert.Equal(("root", "admin", "127.0.0.1"), (n.Actor, n.Role, n.Address)));
        Assert.Null(host.Store.CheckAudit().BrokenAt);
        Assert.DoesNotContain(noted, n => System.Text.Encoding.UTF8.GetString(n.Detail.Span).Contains("passphrase", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_list_is_read_page_by_page_without_losing_or_repeating_anything()
    {
        await using var host = await ApiHost.StartAsync();
        for (var i = 0; i < 25; i++) host.AddAlert($"a{i:D2}", time: host.Time.GetUtcNow().AddSeconds(-i / 3));
        var key = host.KeyOf(Role.Viewer);
        var seen = new List<string>();
        string? cursor = null;
        do
        {
            var (_, page) = await host.SendAsync("GET", $"alerts?limit=7{(cursor is null ? "" : "&cursor=" + cursor)}", key: key);
            seen.AddRange(page!["items"]!.AsArray().Select(i => i!["id"]!.GetValue<string>()));
            cursor = page["next"]?.GetValue<string>();
        }
        while (cursor is not null);

        Assert.Equal(25, seen.Count);
        Assert.Equal(25, seen.Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public async Task What_has_not_changed_is_not_sent_again_and_what_was_changed_meanwhile_is_not_overwritten()
    {
        await using var host = await ApiHost.StartAsync();
        host.AddAlert("a1");
        var incident = host.Store.Find(new Waterguard.Storage.IncidentQuery()).Single().Id;
        var key = host.KeyOf(Role.Analyst);
        var (first, _) = await host.SendAsync("GET", $"incidents/{incident}", key: key);
        var tag = first.Headers.ETag!.Tag;

        Assert.Equal(HttpStatusCode.NotModified, (await host.SendAsync("GET", $"incidents/{incident}", key: key, also: r => r.Headers.TryAddWithoutValidation("If-None-Match", tag))).Response.StatusCode);
        Assert.Equal(428, (int)(await host.SendAsync("PATCH", $"incidents/{incident}", new JsonObject { ["acknowledge"] = true }, key)).Response.StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await host.SendAsync("PATCH", $"incidents/{incident}", new JsonObject { ["acknowledge"] = true }, key, also: r => r.Headers.TryAddWithoutValidation("If-Match", tag))).Response.StatusCode);
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await host.SendAsync("PATCH", $"incidents/{incident}", new JsonObject { ["assignee"] = "me" }, key, also: r => r.Headers.TryAddWithoutValidation("If-Match", tag))).Response.StatusCode);
        // An alert more changes what is told, not what people did.
        var (now, _) = await host.SendAsync("GET", $"incidents/{incident}", key: key);
        host.AddAlert("a2");
        Assert.Equal(HttpStatusCode.OK, (await host.SendAsync("GET", $"incidents/{incident}", key: key, also: r => r.Headers.TryAddWithoutValidation("If-None-Match", now.Headers.ETag!.Tag))).Response.StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await host.SendAsync("PATCH", $"incidents/{incident}", new JsonObject { ["note"] = "seen" }, key, also: r => r.Headers.TryAddWithoutValidation("If-Match", now.Headers.ETag!.Tag))).Response.StatusCode);
    }

    private static string Filled(ApiRoute route) => route.Path[1..].Replace("{id}", "x", StringComparison.Ordinal).Replace("{name}", "x", StringComparison.Ordinal);
}
