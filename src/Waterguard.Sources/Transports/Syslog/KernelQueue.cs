using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Waterguard.Sources.Transports.Syslog;

/// <summary>What the kernel tells of the queue of one UDP socket: what waits there, and what it had to drop because nobody took it in time.</summary>
internal sealed class KernelQueue(Socket socket)
{
    private const int MostBytes = 4 << 20;
    private const int Queues = 4, Inode = 9, Drops = 12;
    private readonly string _table = socket.AddressFamily == AddressFamily.InterNetworkV6 ? "/proc/net/udp6" : "/proc/net/udp";
    private readonly string? _inode = InodeOf(socket);

    /// <summary>Datagrams dropped since the socket was opened, and bytes that wait; null: the kernel does not tell.</summary>
    public (long Dropped, long Waiting)? Read()
    {
        if (_inode is null) return null;
        try
        {
            using var reader = new StreamReader(new FileStream(_table, FileMode.Open, FileAccess.Read, FileShare.ReadWrite), Encoding.ASCII);
            for (var read = 0; read < MostBytes && reader.ReadLine() is { } line; read += line.Length)
            {
                if (Of(line, _inode) is { } found) return found;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Another system, or a container that may not see it.
        }

        return null;
    }

    /// <summary>A line of the table, when it is of a socket.</summary>
    public static (long Dropped, long Waiting)? Of(string line, string inode)
    {
        var parts = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length <= Drops || parts[Inode] != inode || parts[Queues].Split(':') is not [_, var waiting]) return null;
        return long.TryParse(parts[Drops], NumberStyles.None, CultureInfo.InvariantCulture, out var dropped) && long.TryParse(waiting, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var bytes)
            ? (dropped, bytes) : null;
    }

    private static string? InodeOf(Socket socket)
    {
        try
        {
            const string Before = "socket:[";
            var target = new FileInfo(string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{socket.Handle}")).LinkTarget;
            return target?.StartsWith(Before, StringComparison.Ordinal) == true ? target[Before.Length..^1] : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
