using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Waterguard.Alerting.Output;
using Waterguard.Notify.Outbound;

namespace Waterguard.Notify.Channels;

/// <summary>Hands a mail to a mail server.</summary>
internal sealed class EmailChannel(OutboundGuard guard, EmailTerms terms) : IChannel
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    public async Task SendAsync(Message message, CancellationToken cancel)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        deadline.CancelAfter(s_patience);
        try
        {
            using var socket = await guard.ConnectAsync(terms.Host, terms.Port, deadline.Token);
            await using var smtp = new SmtpConversation(new NetworkStream(socket), terms.Host, terms.Authority);
            await smtp.BeginAsync(terms.Security, deadline.Token);
            if (terms.User is { } user) await smtp.SignInAsync(user, terms.Password!(), deadline.Token);
            await smtp.SendAsync(terms.From, terms.To, Mail(message, terms), deadline.Token);
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            throw DeliveryException.Passing($"{terms.Host}:{terms.Port}: {e.Message}");
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw DeliveryException.Passing($"{terms.Host}:{terms.Port} did not answer in time");
        }
    }

    public void Dispose()
    {
    }

    /// <summary>The mail: what others wrote is only in encoded words and an encoded body, so that it can make no header.</summary>
    public static string Mail(Message message, EmailTerms terms)
    {
        var text = new StringBuilder();
        text.Append("From: ").Append(terms.From).Append("\r\nTo: ").AppendJoin(", ", terms.To).Append("\r\n");
        text.Append("Subject: ").Append(Words(message.Headline)).Append("\r\n");
        text.Append(CultureInfo.InvariantCulture, $"Date: {message.At.ToUniversalTime():ddd, dd MMM yyyy HH:mm:ss} +0000\r\n");
        text.Append("Message-ID: <").Append(message.Id).Append("@waterguard.invalid>\r\n");
        // Programs for mail put together what belongs to one incident.
        text.Append("References: <").Append(message.Incident.Id).Append("@waterguard.invalid>\r\n");
        text.Append("Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n");
        text.Append(Convert.ToBase64String(Encoding.UTF8.GetBytes(message.Text()), Base64FormattingOptions.InsertLineBreaks)).Append("\r\n");
        return text.ToString();
    }

    // RFC 2047: an encoded word has 75 characters at most, and whole characters in it.
    private static string Words(string text)
    {
        var words = new List<string>();
        var piece = new List<byte>();
        void End()
        {
            if (piece.Count > 0) words.Add($"=?utf-8?B?{Convert.ToBase64String([.. piece])}?=");
            piece.Clear();
        }

        foreach (var rune in text.EnumerateRunes())
        {
            var bytes = Encoding.UTF8.GetBytes(rune.ToString());
            if (piece.Count + bytes.Length > 42) End();
            piece.AddRange(bytes);
        }

        End();
        return string.Join("\r\n ", words);
    }
}

/// <summary>How a mail goes out.</summary>
/// <param name="Security"><c>starttls</c>, <c>tls</c> or <c>none</c>.</param>
internal sealed record EmailTerms(string Host, int Port, string Security, string From, IReadOnlyList<string> To, string? User, Func<string>? Password, string? Authority)
{
    /// <summary>Whether a text is an address that can be put into a command and a header as it is.</summary>
    public static bool IsAddress(string text) => text.Length <= 254 && text.IndexOf('@') is > 0 and var at && at < text.Length - 1 && text.LastIndexOf('@') == at && text.All(c => c is > ' ' and < '\u007f' and not ('<' or '>' or ',' or ';' or ':' or '"' or '(' or ')' or '\\' or '[' or ']'));
}
