using System.Globalization;
using System.Net;

namespace Waterguard.Platforms.Host;

/// <summary>One connection of a network namespace.</summary>
/// <param name="Inode">Number of its socket, by which a process is tied to it; 0 where nobody holds it any more.</param>
public readonly record struct Connection(string Protocol, IPEndPoint Local, IPEndPoint Remote, ulong Inode);

/// <summary>Reads the kernel's tables of connections: <c>/proc/PID/net/tcp</c>, <c>tcp6</c>, <c>udp</c>, <c>udp6</c>.</summary>
public static class SocketTable
{
    private const string Established = "01";
    private const string Connecting = "02";

    /// <summary>Those that have another end: established, or asked for. A line that makes no sense is left out.</summary>
    public static IEnumerable<Connection> Read(string text, string protocol)
    {
        foreach (var line in text.Split('\n').Skip(1))
        {
            var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length < 10 || fields[3] is not (Established or Connecting)) continue;
            if (EndPoint(fields[1]) is { } local && EndPoint(fields[2]) is { Port: > 0 } remote && ulong.TryParse(fields[9], NumberStyles.None, CultureInfo.InvariantCulture, out var inode)) yield return new Connection(protocol, local, remote, inode);
        }
    }

    // Each word of four bytes is in the order of the machine.
    private static IPEndPoint? EndPoint(string text)
    {
        var colon = text.IndexOf(':');
        if (colon is not (8 or 32) || !ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var port)) return null;
        Span<byte> bytes = stackalloc byte[16];
        for (var word = 0; word < colon / 8; word++)
        {
            if (!uint.TryParse(text.AsSpan(word * 8, 8), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var value)) return null;
            BitConverter.TryWriteBytes(bytes[(word * 4)..], value);
        }

        var address = new IPAddress(bytes[..(colon / 2)]);
        return new IPEndPoint(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address, port);
    }
}
