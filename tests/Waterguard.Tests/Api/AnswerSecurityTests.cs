using System.Net;
using System.Text.Json.Nodes;
using Waterguard.Api.Access;
using Waterguard.Api.Routing;
using Xunit;

namespace Waterguard.Tests.Api;

/// <summary>What is sent by attackers, and what goes wrong inside, in our answers and in the log; one each.</summary>
public sealed class AnswerSecurityTests
{
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
}
