using System.Globalization;
using System.Net;
using Waterguard.Platforms.Host;

namespace Waterguard.Sensing;

/// <summary>What the network namespaces of containers show: their addresses, how much went through, and whom they talk to. On the host's own network a connection is a container's when one of its
/// processes holds the socket. Not thread-safe.</summary>
internal sealed class ContainerNetwork(ProcFiles files)
{
    private const int MostKnown = 100_000;
    private static readonly (string File, string Protocol)[] s_tables = [("net/tcp", "tcp"), ("net/tcp6", "tcp"), ("net/udp", "udp"), ("net/udp6", "udp")];
    private HashSet<(string Container, string Protocol, IPEndPoint Local, IPEndPoint Remote)> _known = [];

    /// <summary>Connections beyond as many as are remembered; they may be told twice.</summary>
    public long Forgotten { get; private set; }

    /// <summary>The addresses of a container that has a network of its own.</summary>
    public IReadOnlyList<IPAddress> Addresses(HostContainer container)
    {
        if (container.OnHostNetwork || container.Init == 0) return [];
        var all = new SortedSet<string>(StringComparer.Ordinal);
        var last = "";
        foreach (var line in (files.Text(container.Init, "net/fib_trie") ?? "").Split('\n'))
        {
            // An address stands before the line that says that it is a local one.
            if (line.IndexOf("|-- ", StringComparison.Ordinal) is var at and >= 0) last = line[(at + 4)..].Trim();
            else if (line.Contains("/32 host LOCAL", StringComparison.Ordinal) && !last.StartsWith("127.", StringComparison.Ordinal)) all.Add(last);
        }

        foreach (var line in (files.Text(container.Init, "net/if_inet6") ?? "").Split('\n'))
        {
            var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length >= 6 && fields[0].Length == 32 && fields[5] != "lo" && !fields[0].StartsWith("fe80", StringComparison.Ordinal)) all.Add(new IPAddress(Convert.FromHexString(fields[0])).ToString());
        }

        return [.. all.Select(a => IPAddress.TryParse(a, out var address) ? address : null).OfType<IPAddress>()];
    }

    /// <summary>Bytes received and sent since the container's network began; null on the host's own, where they are not its.</summary>
    public (long In, long Out)? Bytes(HostContainer container)
    {
        if (container.OnHostNetwork || container.Init == 0 || files.Text(container.Init, "net/dev") is not { } text) return null;
        var (received, sent) = (0L, 0L);
        foreach (var line in text.Split('\n').Skip(2))
        {
            var parts = line.Split(':', 2);
            var fields = parts.Length == 2 && parts[0].Trim() != "lo" ? parts[1].Split(' ', StringSplitOptions.RemoveEmptyEntries) : [];
            if (fields.Length < 9) continue;
            received += long.Parse(fields[0], NumberStyles.None, CultureInfo.InvariantCulture);
            sent += long.Parse(fields[8], NumberStyles.None, CultureInfo.InvariantCulture);
        }

        return (received, sent);
    }

    /// <summary>The connections that were not there when this was last asked.</summary>
    public IReadOnlyList<(HostContainer Container, Connection Connection)> Fresh(IReadOnlyList<HostContainer> containers, IReadOnlyDictionary<int, HostProcess> processes)
    {
        var now = new HashSet<(string, string, IPEndPoint, IPEndPoint)>();
        var fresh = new List<(HostContainer, Connection)>();
        var spaces = new Dictionary<string, Connection[]>(StringComparer.Ordinal);
        foreach (var container in containers.Where(c => c.Init != 0))
        {
            if (processes.GetValueOrDefault(container.Init)?.NetworkNamespace is not { } space) continue;
            if (!spaces.TryGetValue(space, out var all)) spaces[space] = all = [.. s_tables.SelectMany(t => SocketTable.Read(files.Text(container.Init, t.File) ?? "", t.Protocol))];
            if (all.Length == 0) continue;
            var held = container.OnHostNetwork ? Inodes(container) : null;
            foreach (var connection in all)
            {
                if (held?.Contains(connection.Inode) == false || IPAddress.IsLoopback(connection.Remote.Address)) continue;
                var key = (container.Id, connection.Protocol, connection.Local, connection.Remote);
                if (now.Count < MostKnown) now.Add(key);
                else Forgotten++;
                if (!_known.Contains(key)) fresh.Add((container, connection));
            }
        }

        _known = now;
        return fresh;
    }

    private HashSet<ulong> Inodes(HostContainer container)
    {
        const string Socket = "socket:[";
        var all = new HashSet<ulong>();
        foreach (var link in container.Processes.SelectMany(p => files.Links(p, "fd")))
        {
            if (link.StartsWith(Socket, StringComparison.Ordinal) && ulong.TryParse(link.AsSpan(Socket.Length).TrimEnd(']'), NumberStyles.None, CultureInfo.InvariantCulture, out var inode)) all.Add(inode);
        }

        return all;
    }
}
