using System.Globalization;
using System.Text;
using Waterguard.Notify.Outbound;

namespace Waterguard.Notify.Channels;

/// <summary>What is said to a mail server (RFC 5321, 3207, 4954): only what handing over one mail takes.</summary>
internal sealed class SmtpConversation(Stream stream, string host, string? authority) : IAsyncDisposable
{
    private const int MostLine = 2048, MostLines = 100;
    private readonly byte[] _buffer = new byte[4096];
    private Stream _stream = stream;
    private int _start;
    private int _end;
    private bool _isSecure;
    private HashSet<string> _can = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Greets, and goes over to TLS where that is wanted. A server that should and cannot is refused: nothing goes out in clear text by somebody's interference.</summary>
    public async Task BeginAsync(string security, CancellationToken cancel)
    {
        if (security == "tls") await SecureAsync(cancel);
        await ExpectAsync(220, cancel);
        await HelloAsync(cancel);
        if (security != "starttls") return;
        if (!_can.Contains("STARTTLS")) throw DeliveryException.Lasting($"{host} offers no STARTTLS");
        await AskAsync("STARTTLS", 220, cancel);
        // What came before the handshake could have been put there by somebody else.
        if (_end > _start) throw DeliveryException.Lasting($"{host} said more than it should before TLS");
        await SecureAsync(cancel);
        await HelloAsync(cancel);
    }

    public async Task SignInAsync(string user, string password, CancellationToken cancel)
    {
        if (!_isSecure) throw DeliveryException.Lasting("a password is shown only behind TLS");
        var ways = _can.FirstOrDefault(c => c.StartsWith("AUTH ", StringComparison.OrdinalIgnoreCase))?.ToUpperInvariant().Split(' ') ?? [];
        if (ways.Contains("PLAIN", StringComparer.Ordinal))
        {
            await AskAsync("AUTH PLAIN " + Base64($"\0{user}\0{password}"), 235, cancel);
            return;
        }

        if (!ways.Contains("LOGIN", StringComparer.Ordinal)) throw DeliveryException.Lasting($"{host} knows neither AUTH PLAIN nor LOGIN");
        await AskAsync("AUTH LOGIN", 334, cancel);
        await AskAsync(Base64(user), 334, cancel);
        await AskAsync(Base64(password), 235, cancel);
    }

    /// <param name="mail">Lines that end with CR LF.</param>
    public async Task SendAsync(string from, IReadOnlyList<string> to, string mail, CancellationToken cancel)
    {
        await AskAsync($"MAIL FROM:<{from}>", 250, cancel);
        foreach (var one in to) await AskAsync($"RCPT TO:<{one}>", 250, cancel);
        await AskAsync("DATA", 354, cancel);
        // A line that begins with a dot gets another one: alone it would be the end.
        await WriteAsync(("\r\n" + mail).Replace("\r\n.", "\r\n..", StringComparison.Ordinal)[2..] + ".\r\n", cancel);
        await ExpectAsync(250, cancel);
        try
        {
            await AskAsync("QUIT", 221, cancel);
        }
        catch (Exception e) when (e is DeliveryException or IOException)
        {
            // The mail is taken; how they part is nobody's concern.
        }
    }

    public ValueTask DisposeAsync() => _stream.DisposeAsync();

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private async Task SecureAsync(CancellationToken cancel)
    {
        _stream = await OutboundGuard.SecureAsync(_stream, host, authority, cancel);
        _isSecure = true;
    }

    private async Task HelloAsync(CancellationToken cancel)
    {
        await WriteAsync("EHLO waterguard.invalid\r\n", cancel);
        _can = new HashSet<string>((await ExpectAsync(250, cancel)).Skip(1), StringComparer.OrdinalIgnoreCase);
    }

    private async Task AskAsync(string line, int code, CancellationToken cancel)
    {
        await WriteAsync(line + "\r\n", cancel);
        await ExpectAsync(code, cancel);
    }

    private async Task WriteAsync(string text, CancellationToken cancel)
    {
        await _stream.WriteAsync(Encoding.UTF8.GetBytes(text), cancel);
        await _stream.FlushAsync(cancel);
    }

    private async Task<List<string>> ExpectAsync(int code, CancellationToken cancel)
    {
        var lines = new List<string>();
        while (true)
        {
            var line = await LineAsync(cancel);
            if (line.Length < 3 || !int.TryParse(line.AsSpan(0, 3), NumberStyles.None, CultureInfo.InvariantCulture, out var said) || lines.Count >= MostLines) throw DeliveryException.Passing($"{host} does not speak SMTP");
            lines.Add(line.Length > 4 ? line[4..].Trim() : "");
            if (line.Length > 3 && line[3] == '-') continue;
            if (said == code || (code == 250 && said == 251)) return lines;
            // 4xx: try again; 5xx: do not.
            throw new DeliveryException($"{host} answered {said}: {Message.Line(string.Join(' ', lines), 200)}", isPassing: said < 500, null);
        }
    }

    private async Task<string> LineAsync(CancellationToken cancel)
    {
        var line = new List<byte>();
        while (true)
        {
            if (_start == _end)
            {
                (_start, _end) = (0, await _stream.ReadAsync(_buffer, cancel));
                if (_end == 0) throw new IOException("the connection was closed");
            }

            var next = _buffer[_start++];
            if (next == '\n') return Encoding.UTF8.GetString([.. line]).TrimEnd('\r');
            if (line.Count >= MostLine) throw DeliveryException.Passing($"{host} does not speak SMTP");
            line.Add(next);
        }
    }
}
