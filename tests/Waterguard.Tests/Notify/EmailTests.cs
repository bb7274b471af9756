using System.Text;
using Waterguard.Notify;
using Waterguard.Notify.Channels;
using Waterguard.Notify.Outbound;
using Xunit;

namespace Waterguard.Tests.Notify;

/// <summary>Mails, as a server gets them.</summary>
public sealed class EmailTests
{
    private static readonly OutboundGuard s_guard = new(["127.0.0.1"]);

    [Theory]
    [InlineData("starttls")]
    [InlineData("tls")]
    public async Task A_mail_is_handed_over_behind_tls_by_who_signs_in(string security)
    {
        await using var server = new MailServer { IsSecureAtOnce = security == "tls" };
        await Channel(server, security, server.Pem).SendAsync(ChannelTests.Message(), TestContext.Current.CancellationToken);
        var (from, to, mail, auth, isSecure) = Assert.Single(server.Mails);
        Assert.Equal(("<w@example.org>", "<a@example.org> <b@example.org>", "\0soc\0pass word", true), (from, to, auth, isSecure));
        var head = mail[..mail.IndexOf("\r\n\r\n", StringComparison.Ordinal)].Replace("\r\n ", " ", StringComparison.Ordinal).Split("\r\n");
        Assert.Equal(["From", "To", "Subject", "Date", "Message-ID", "References", "Auto-Submitted", "MIME-Version", "Content-Type", "Content-Transfer-Encoding"], head.Select(h => h.Split(':')[0]));
        Assert.All(mail.Split("\r\n"), l => Assert.True(l.Length <= 78 && l.All(char.IsAscii), l));
        var subject = string.Concat(head[2]["Subject: ".Length..].Split(' ').Select(w => Encoding.UTF8.GetString(Convert.FromBase64String(w["=?utf-8?B?".Length..^2]))));
        Assert.StartsWith("[HIGH] a\"},{", subject, StringComparison.Ordinal);
        Assert.Contains("incident inc1, risk 73", Encoding.UTF8.GetString(Convert.FromBase64String(mail[(mail.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..])), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_tls_nothing_is_said_that_somebody_could_hear()
    {
        await using var server = new MailServer { OffersTls = false };
        var refused = await Assert.ThrowsAsync<DeliveryException>(() => Channel(server, "starttls", server.Pem).SendAsync(ChannelTests.Message(), TestContext.Current.CancellationToken));
        Assert.Contains("offers no STARTTLS", refused.Message, StringComparison.Ordinal);
        Assert.Equal(["EHLO"], server.Commands);
    }

    [Fact]
    public async Task A_server_that_cannot_show_who_it_is_gets_nothing()
    {
        await using var server = new MailServer();
        var refused = await Assert.ThrowsAsync<DeliveryException>(() => Channel(server, "starttls", null).SendAsync(ChannelTests.Message(), TestContext.Current.CancellationToken));
        Assert.Contains("TLS with 127.0.0.1 failed", refused.Message, StringComparison.Ordinal);
        Assert.Empty(server.Mails);
        Assert.DoesNotContain("AUTH", server.Commands);
    }

    [Theory]
    [InlineData("451 later", true)]
    [InlineData("550 no such user", false)]
    public async Task A_server_says_whether_trying_again_helps(string answer, bool isPassing)
    {
        await using var server = new MailServer { Refusal = answer };
        var refused = await Assert.ThrowsAsync<DeliveryException>(() => Channel(server, "starttls", server.Pem).SendAsync(ChannelTests.Message(), TestContext.Current.CancellationToken));
        Assert.Equal(isPassing, refused.IsPassing);
        Assert.Contains(answer[4..], refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a@example.org", true)]
    [InlineData("a@example.org\r\nRCPT TO:<b@example.org>", false)]
    [InlineData("a> b@example.org", false)]
    [InlineData("a,b@example.org", false)]
    [InlineData("nobody", false)]
    public void An_address_cannot_hold_a_command(string text, bool isAddress) => Assert.Equal(isAddress, EmailTerms.IsAddress(text));

    private static EmailChannel Channel(MailServer server, string security, string? authority) =>
        new(s_guard, new EmailTerms("127.0.0.1", server.Port, security, "w@example.org", ["a@example.org", "b@example.org"], "soc", () => "pass word", authority));
}
