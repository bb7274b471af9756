using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Waterguard.Alerting.Output;
using Waterguard.Notify.Outbound;

namespace Waterguard.Notify.Channels;

/// <summary>Syslog as RFC 5424 has it, its message in the Common Event Format. By TCP and TLS a message has its length before it (RFC 6587, RFC 5425). The protocol has no word for "taken": what was handed to the network counts.</summary>
internal sealed class SyslogChannel(OutboundGuard guard, string host, int port, string protocol, string? authority) : IChannel
{
    // Local use 0; what a datagram may hold everywhere.
    private const int Facility = 16, MostDatagram = 2048, MostBytes = 64 * 1024;

    public async Task SendAsync(Message message, CancellationToken cancel)
    {
        var bytes = Encoding.UTF8.GetBytes(Line(message, Environment.MachineName));
        try
        {
            using var socket = await guard.ConnectAsync(host, port, cancel, datagrams: protocol == "udp");
            if (protocol == "udp")
            {
                await socket.SendAsync(Cut(bytes, MostDatagram), cancel);
                return;
            }

            var body = Cut(bytes, MostBytes);
            await using var plain = new NetworkStream(socket);
            await using var stream = protocol == "tls" ? await OutboundGuard.SecureAsync(plain, host, authority, cancel) : (Stream)plain;
            byte[] framed = [.. Encoding.ASCII.GetBytes(body.Length.ToString(CultureInfo.InvariantCulture) + " "), .. body.Span];
            await stream.WriteAsync(framed, cancel);
            await stream.FlushAsync(cancel);
            if (stream is System.Net.Security.SslStream secure) await secure.ShutdownAsync();
            socket.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            throw DeliveryException.Passing($"{host}:{port}: {e.Message}");
        }
    }

    public void Dispose()
    {
    }

    /// <summary>The whole line.</summary>
    public static string Line(Message m, string machine)
    {
        var severity = m.Incident.Level switch { 4 => 2, 3 => 3, 2 => 4, 1 => 5, _ => 6 };
        var cef = new StringBuilder(string.Create(CultureInfo.InvariantCulture, $"CEF:0|Waterguard|Waterguard|0.1|{Header(m.Kind)}|{Header(m.Incident.Title)}|{m.Incident.Level * 2 + 2}|"));
        foreach (var (name, value) in Extension(m)) cef.Append(name).Append('=').Append(Value(value)).Append(' ');
        return string.Create(CultureInfo.InvariantCulture, $"<{Facility * 8 + severity}>1 {AlertJson.Time(m.At)} {Printable(machine, 255)} waterguard - {Printable(m.Kind, 32)} - {cef.ToString().TrimEnd()}");
    }

    private static IEnumerable<(string Name, string Value)> Extension(Message m)
    {
        yield return ("rt", m.At.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture));
        yield return ("start", m.Incident.Start.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture));
        yield return ("end", m.Incident.End.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture));
        yield return ("externalId", m.Incident.Id);
        yield return ("cnt", m.Incident.Count.ToString(CultureInfo.InvariantCulture));
        yield return ("cat", string.Join(",", m.Strategies));
        yield return ("outcome", m.Status);
        yield return ("cs1Label", "entities");
        yield return ("cs1", string.Join("; ", m.Entities.Select(e => $"{e.Key}: {string.Join(", ", e.Value.Take(5))}")));
        yield return ("cs2Label", "notification");
        yield return ("cs2", m.Id);
        if (m.Link is not null) yield return ("request", m.Link);
        yield return ("msg", m.Alerts.Count > 0 ? m.Alerts[0]["reason"]?.GetValue<string>() ?? "" : "");
    }

    /// <summary>In the header a backslash and a bar are escaped, and there are no line ends.</summary>
    public static string Header(string text) => Message.Line(text, 512).Replace(@"\", @"\\", StringComparison.Ordinal).Replace("|", @"\|", StringComparison.Ordinal);

    /// <summary>In the extension a backslash, an equals sign and line ends are.</summary>
    public static string Value(string text) =>
        Message.Line(text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n').Replace("\n", "\u2424", StringComparison.Ordinal), 1000).Replace(@"\", @"\\", StringComparison.Ordinal).Replace("=", @"\=", StringComparison.Ordinal).Replace("\u2424", @"\n", StringComparison.Ordinal);

    private static string Printable(string text, int most) => text.Length == 0 ? "-" : new string([.. text.Where(c => c is > ' ' and < '\u007f').Take(most)]) is { Length: > 0 } name ? name : "-";

    // A character is not cut in two.
    private static ReadOnlyMemory<byte> Cut(byte[] bytes, int most)
    {
        if (bytes.Length <= most) return bytes;
        var end = most;
        while (end > 0 && (bytes[end] & 0xC0) == 0x80) end--;
        return bytes.AsMemory(0, end);
    }
}
