using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Waterguard.Notify;
using Waterguard.Notify.Channels;
using Waterguard.Notify.Outbound;
using Waterguard.Storage;
using Xunit;

namespace Waterguard.Tests.Notify;

/// <summary>What each channel sends, when names are an adversary's words.</summary>
public sealed partial class ChannelTests
{
    private const string Hostile = "a\"},{\"x\":\"<!channel> <https://evil.example|here>&|\\=]\r\nSubject: forged\u202e\0{{key}}";

    private static readonly OutboundGuard s_guard = new(["127.0.0.1"]);

    internal static Message Message(string title = Hostile) => new(
        "id1", "new", new DateTimeOffset(2026, 11, 22, 10, 0, 0, TimeSpan.Zero), new StoredIncident("inc1", title, 3, 73, IncidentStatus.Open, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch, 1, null), "open",
        [new JsonObject { ["time"] = "t", ["title"] = title, ["reason"] = title, ["strategy"] = "s", ["entities"] = new JsonObject { ["pod"] = new JsonArray(title) } }], "https://w.example/1");

    [Fact]
    public async Task A_slack_message_holds_no_link_and_no_mention_of_others()
    {
        await using var receiver = await Receiver.StartAsync();
        using var channel = new SlackChannel(new Posting(s_guard, () => receiver.Address + "x", null, TimeProvider.System));
        await channel.SendAsync(Message(), TestContext.Current.CancellationToken);
        var text = JsonNode.Parse(Assert.Single(receiver.Requests).Body)!["text"]!.GetValue<string>();
        Assert.DoesNotContain('<', text);
        Assert.Contains("&lt;!channel&gt;", text, StringComparison.Ordinal);
        Assert.DoesNotContain("\nSubject", text, StringComparison.Ordinal);
        Assert.DoesNotContain('\u202e', text);
    }

    [Fact]
    public async Task A_signed_post_can_be_verified_as_the_documentation_says_and_an_old_or_changed_one_cannot()
    {
        await using var receiver = await Receiver.StartAsync();
        var time = new FakeTime();
        using var channel = new WebhookChannel(new Posting(s_guard, () => receiver.Address + "x", null, time), () => "secret", time);
        await channel.SendAsync(Message(), TestContext.Current.CancellationToken);
        var (_, body, headers) = Assert.Single(receiver.Requests);
        var signature = headers[WebhookChannel.SignatureHeader];
        Assert.True(Verify("secret", signature, body, time.GetUtcNow()));
        Assert.False(Verify("other", signature, body, time.GetUtcNow()));
        Assert.False(Verify("secret", signature, body + " ", time.GetUtcNow()));
        Assert.False(Verify("secret", signature, body, time.GetUtcNow().AddMinutes(6)));
        Assert.Equal("id1", headers["Idempotency-Key"]);
        Assert.Equal(Hostile, JsonNode.Parse(body)!["incident"]!["title"]!.GetValue<string>());
    }

    [Theory]
    [InlineData(MessageTemplate.Pager)]
    [InlineData(MessageTemplate.Ticket)]
    [InlineData("""{"a":"{{title}}","n":{{risk}},"e":"{{entities}} {{unused}}"}""")]
    public void Whatever_is_put_into_a_template_it_stays_the_json_that_it_was(string text)
    {
        if (MessageTemplate.Parse(text, out var problem) is not { } template)
        {
            Assert.Contains("there is no place {{unused}}", problem!, StringComparison.Ordinal);
            return;
        }

        using var hostile = JsonDocument.Parse(template.Render(Message(), "the key"));
        using var plain = JsonDocument.Parse(template.Render(Message("plain"), "the key"));
        Assert.Equal(Names(plain.RootElement), Names(hostile.RootElement));
    }

    [Theory]
    [InlineData("""{"a":{{title}}}""")]
    [InlineData("""{"a":"{{title}}" """)]
    [InlineData("""["{{titel}}"]""")]
    public void A_template_whose_places_are_not_within_quotes_is_refused(string text) => Assert.Null(MessageTemplate.Parse(text, out _));

    [Fact]
    public void A_line_of_syslog_is_one_line_whose_fields_cannot_be_forged()
    {
        var line = SyslogChannel.Line(Message(), "host");
        Assert.Matches(@"^<131>1 2026-11-22T10:00:00\.000Z host waterguard - new - CEF:0\|Waterguard\|Waterguard\|0\.1\|new\|", line);
        Assert.DoesNotContain('\n', line);
        Assert.DoesNotContain('\r', line);
        // Seven bars that are not escaped end the header; then no equals sign of a value stands alone.
        var header = Regex.Split(line[line.IndexOf("CEF:", StringComparison.Ordinal)..], @"(?<!\\)(?:\\\\)*\|", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1));
        Assert.Equal("8", header[6]);
        Assert.Contains(@"\=", line, StringComparison.Ordinal);
        Assert.Contains(@"\nSubject: forged", line, StringComparison.Ordinal);
        Assert.Equal(1, Pair().Count(line[line.IndexOf("externalId", StringComparison.Ordinal)..].Split(" cnt=")[0]));
    }

    [Fact]
    public async Task Syslog_goes_by_datagram_and_by_connection()
    {
        using var udp = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        await new SyslogChannel(s_guard, "127.0.0.1", ((IPEndPoint)udp.Client.LocalEndPoint!).Port, "udp", null).SendAsync(Message(), TestContext.Current.CancellationToken);
        Assert.StartsWith("<131>1 ", Encoding.UTF8.GetString((await udp.ReceiveAsync(TestContext.Current.CancellationToken)).Buffer), StringComparison.Ordinal);

        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var sending = new SyslogChannel(s_guard, "127.0.0.1", ((IPEndPoint)listener.LocalEndpoint).Port, "tcp", null).SendAsync(Message(), TestContext.Current.CancellationToken);
        using var client = await listener.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
        using var reader = new StreamReader(client.GetStream());
        var text = await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
        await sending;
        var (length, rest) = (text[..text.IndexOf(' ', StringComparison.Ordinal)], text[(text.IndexOf(' ', StringComparison.Ordinal) + 1)..]);
        Assert.Equal(int.Parse(length, System.Globalization.CultureInfo.InvariantCulture), Encoding.UTF8.GetByteCount(rest));
    }

    // As docs/notifications.md tells receivers to do it.
    private static bool Verify(string secret, string header, string body, DateTimeOffset now)
    {
        var parts = header.Split(',').Select(p => p.Split('=', 2)).ToDictionary(p => p[0], p => p[1], StringComparer.Ordinal);
        var at = DateTimeOffset.FromUnixTimeSeconds(long.Parse(parts["t"], System.Globalization.CultureInfo.InvariantCulture));
        var expected = System.Security.Cryptography.HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(parts["t"] + "." + body));
        return (now - at).Duration() <= TimeSpan.FromMinutes(5) && System.Security.Cryptography.CryptographicOperations.FixedTimeEquals(expected, Convert.FromHexString(parts["v1"]));
    }

    private static string Names(JsonElement of) => of.ValueKind switch
    {
        JsonValueKind.Object => string.Join(',', of.EnumerateObject().Select(p => p.Name + Names(p.Value))),
        _ => of.ValueKind.ToString(),
    };

    [GeneratedRegex(@"(?<!\\)=", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Pair();
}
