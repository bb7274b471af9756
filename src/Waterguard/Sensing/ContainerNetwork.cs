using System.Globalization;
using System.Net;
using System.Text;
using Waterguard.Platforms.Host;

namespace Waterguard.Sensing;

/// <summary>What the network namespaces of containers show: their addresses, how much went through, and whom they talk to. On the host's own network a connection is a container's when one of its
/// processes holds the socket. Not thread-safe.</summary>
internal sealed class ContainerNetwork(ProcFiles files, TimeProvider time)
{
    /// <summary>How long one look may walk through tables of connections.</summary>
    public static readonly TimeSpan MostTime = TimeSpan.FromMilliseconds(10);

    private const int MostKnown = 100_000;
    private static readonly (string File, string Protocol)[] s_tables = [("net/tcp", "tcp"), ("net/tcp6", "tcp"), ("net/udp", "udp"), ("net/udp6", "udp")];
    private readonly Dictionary<string, Network> _networks = new(StringComparer.Ordinal);
    private readonly Queue<string> _due = new();

    /// <summary>Networks whose tables wait for a later look.</summary>
    public int Postponed => _due.Count;

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

    /// <summary>The connections that were not there when their network was last looked at. A walk through the kernel's table costs milliseconds, so a network is walked only when its own counters have moved, and
    /// no more of them in one look than <see cref="MostTime"/> allows: the others come first in the next.</summary>
    public IReadOnlyList<(HostContainer Container, Connection Connection)> Fresh(IReadOnlyList<HostContainer> containers, IReadOnlyDictionary<int, HostProcess> processes)
    {
        var networks = containers.Where(c => c.Init != 0 && processes.GetValueOrDefault(c.Init)?.NetworkNamespace is not null)
            .GroupBy(c => processes[c.Init].NetworkNamespace!, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.ToArray(), StringComparer.Ordinal);
        foreach (var gone in _networks.Keys.Where(n => !networks.ContainsKey(n)).ToArray()) _networks.Remove(gone);
        var fresh = new List<(HostContainer, Connection)>();
        foreach (var (name, members) in networks)
        {
            if (!_networks.TryGetValue(name, out var network)) _networks[name] = network = new Network();
            var counters = Counters(members[0].Init);
            if (counters == network.Counters) continue;
            network.Counters = counters;
            if (counters.All(c => c is ' ' or '0')) continue; // nobody talks there
            if (!network.IsDue) _due.Enqueue(name);
            network.IsDue = true;
        }

        var start = time.GetTimestamp();
        while (_due.Count > 0 && time.GetElapsedTime(start) < MostTime)
        {
            var name = _due.Dequeue();
            if (!_networks.TryGetValue(name, out var network)) continue;
            network.IsDue = false;
            Walk(networks[name], network, fresh);
        }

        return fresh;
    }

    // How many sockets are in use there, or have just been; the other numbers are those of the whole host.
    private string Counters(int pid)
    {
        var all = new StringBuilder();
        foreach (var line in (files.Text(pid, "net/sockstat") + files.Text(pid, "net/sockstat6")).Split('\n'))
        {
            if (!line.StartsWith("TCP", StringComparison.Ordinal) && !line.StartsWith("UDP", StringComparison.Ordinal)) continue;
            var fields = line.Split(' ');
            for (var i = 0; i + 1 < fields.Length; i++)
            {
                if (fields[i] is "inuse" or "tw") all.Append(fields[i + 1]).Append(' ');
            }
        }

        return all.ToString();
    }

    private void Walk(HostContainer[] members, Network network, List<(HostContainer, Connection)> fresh)
    {
        Connection[] all = [.. s_tables.SelectMany(t => SocketTable.Read(files.Text(members[0].Init, t.File) ?? "", t.Protocol))];
        var now = new HashSet<(string, string, IPEndPoint, IPEndPoint)>();
        foreach (var container in all.Length == 0 ? [] : members)
        {
            // On the host's own network a connection is whose process holds it.
            var held = container.OnHostNetwork ? Inodes(container) : null;
            foreach (var connection in all)
            {
                if (held?.Contains(connection.Inode) == false || IPAddress.IsLoopback(connection.Remote.Address)) continue;
                var key = (container.Id, connection.Protocol, connection.Local, connection.Remote);
                if (now.Count < MostKnown) now.Add(key);
                else Forgotten++;
                if (!network.Known.Contains(key)) fresh.Add((container, connection));
            }
        }

        network.Known = now;
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

    /// <summary>One network namespace.</summary>
    private sealed class Network
    {
        /// <summary>What the kernel counted there: it moves with each connection that is made or ended.</summary>
        public string? Counters { get; set; }

        public bool IsDue { get; set; }

        public HashSet<(string Container, string Protocol, IPEndPoint Local, IPEndPoint Remote)> Known { get; set; } = [];
    }
}
