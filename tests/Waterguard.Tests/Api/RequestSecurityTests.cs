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

/// <summary>Attacks by what is asked: paths, bodies, slowness, floods, other names; one each.</summary>
public sealed class RequestSecurityTests
{
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
