using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Waterguard.Tests.Notify;

/// <summary>A mail server that takes mails: with STARTTLS or TLS at once, and AUTH PLAIN behind it.</summary>
internal sealed class MailServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly X509Certificate2 _certificate;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;

    public MailServer()
    {
        using var key = RSA.Create(2048);
        var asked = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        asked.CertificateExtensions.Add(names.Build());
        asked.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var made = asked.CreateSelfSigned(DateTimeOffset.UnixEpoch, new DateTimeOffset(2199, 1, 1, 0, 0, 0, TimeSpan.Zero));
        _certificate = X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
        _listener.Start();
        _running = Task.Run(RunAsync);
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public string Pem => _certificate.ExportCertificatePem();

    /// <summary>TLS from the first byte.</summary>
    public bool IsSecureAtOnce { get; init; }

    public bool OffersTls { get; init; } = true;

    /// <summary>What is answered instead of 250 to a receiver.</summary>
    public string? Refusal { get; set; }

    public ConcurrentQueue<(string From, string To, string Mail, string Auth, bool IsSecure)> Mails { get; } = new();

    public ConcurrentQueue<string> Commands { get; } = new();

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _running;
        _certificate.Dispose();
        _stop.Dispose();
        _listener.Dispose();
    }

    private async Task RunAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                using var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                await TalkAsync(client.GetStream());
            }
            catch (Exception e) when (e is IOException or OperationCanceledException or SocketException or System.Security.Authentication.AuthenticationException)
            {
                // Who called is gone, or did not like our certificate.
            }
        }
    }

    private async Task<Stream> SecureAsync(Stream stream)
    {
        var secure = new SslStream(stream);
        await secure.AuthenticateAsServerAsync(_certificate);
        return secure;
    }

    private async Task TalkAsync(Stream stream)
    {
        var isSecure = IsSecureAtOnce;
        if (isSecure) stream = await SecureAsync(stream);
        var (from, to, auth) = ("", new List<string>(), "");
        await SayAsync(stream, "220 mail.test ESMTP");
        while (await LineAsync(stream) is { } line)
        {
            Commands.Enqueue(line.Split(' ')[0]);
            if (line.StartsWith("EHLO ", StringComparison.Ordinal)) await SayAsync(stream, $"250-mail.test\r\n{(OffersTls && !isSecure ? "250-STARTTLS\r\n" : "")}{(isSecure ? "250-AUTH LOGIN PLAIN\r\n" : "")}250 8BITMIME");
            else if (line == "STARTTLS")
            {
                await SayAsync(stream, "220 go ahead");
                (stream, isSecure) = (await SecureAsync(stream), true);
            }
            else if (line.StartsWith("AUTH PLAIN ", StringComparison.Ordinal))
            {
                auth = Encoding.UTF8.GetString(Convert.FromBase64String(line[11..]));
                await SayAsync(stream, auth == "\0soc\0pass word" ? "235 welcome" : "535 no");
            }
            else if (line.StartsWith("MAIL FROM:", StringComparison.Ordinal))
            {
                from = line[10..];
                await SayAsync(stream, "250 ok");
            }
            else if (line.StartsWith("RCPT TO:", StringComparison.Ordinal))
            {
                to.Add(line[8..]);
                await SayAsync(stream, Refusal ?? "250 ok");
            }
            else if (line == "DATA")
            {
                await SayAsync(stream, "354 go on");
                var mail = new StringBuilder();
                while (await LineAsync(stream) is { } part && part != ".") mail.Append(part.StartsWith("..", StringComparison.Ordinal) ? part[1..] : part).Append("\r\n");
                Mails.Enqueue((from, string.Join(' ', to), mail.ToString(), auth, isSecure));
                await SayAsync(stream, "250 taken");
            }
            else
            {
                await SayAsync(stream, line == "QUIT" ? "221 bye" : "500 what");
                if (line == "QUIT") break;
            }
        }

        await stream.DisposeAsync();
    }

    private static async Task SayAsync(Stream stream, string text)
    {
        await stream.WriteAsync(Encoding.ASCII.GetBytes(text + "\r\n"));
        await stream.FlushAsync();
    }

    private static async Task<string?> LineAsync(Stream stream)
    {
        var line = new List<byte>();
        var one = new byte[1];
        while (await stream.ReadAsync(one) == 1)
        {
            if (one[0] == '\n') return Encoding.UTF8.GetString([.. line]).TrimEnd('\r');
            line.Add(one[0]);
        }

        return null;
    }
}
