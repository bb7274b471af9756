using System.Net;

namespace Waterguard.Sources.Transports.Syslog;

/// <summary>What one address may do: connections at once, and messages over time (a bucket that holds five seconds' worth). Bounded in memory. Thread-safe.</summary>
internal sealed class PeerLimits(SyslogSettings settings, TimeProvider time)
{
    private const int MostPeers = 10_000;
    private const int BucketSeconds = 5;
    private readonly Lock _lock = new();
    private readonly Dictionary<IPAddress, Peer> _peers = [];

    public bool TryConnect(IPAddress address)
    {
        lock (_lock)
        {
            var peer = Of(address);
            if (peer.Connections >= settings.MaxConnectionsOfPeer) return false;
            peer.Connections++;
            return true;
        }
    }

    public void Disconnected(IPAddress address)
    {
        lock (_lock) Of(address).Connections--;
    }

    /// <summary>How long the address has to wait before some messages more; zero: not at all.</summary>
    public TimeSpan Take(IPAddress address, int messages)
    {
        if (settings.MessagesPerSecond == 0) return TimeSpan.Zero;
        lock (_lock)
        {
            var peer = Of(address);
            var now = time.GetTimestamp();
            double rate = settings.MessagesPerSecond;
            peer.Tokens = Math.Min(rate * BucketSeconds, peer.Tokens + (time.GetElapsedTime(peer.At, now).TotalSeconds * rate));
            (peer.At, peer.Tokens) = (now, peer.Tokens - messages);
            return peer.Tokens >= 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(-peer.Tokens / rate);
        }
    }

    /// <summary>Gives back what was dropped all the same.</summary>
    public void Return(IPAddress address, int messages)
    {
        lock (_lock) Of(address).Tokens += messages;
    }

    private Peer Of(IPAddress address)
    {
        if (_peers.TryGetValue(address, out var known)) return known;
        // Forged addresses must not take all memory: who is not connected starts anew.
        if (_peers.Count >= MostPeers)
        {
            foreach (var (other, _) in _peers.Where(p => p.Value.Connections == 0).ToArray()) _peers.Remove(other);
        }

        return _peers[address] = new Peer { At = time.GetTimestamp(), Tokens = (double)settings.MessagesPerSecond * BucketSeconds };
    }

    private sealed class Peer
    {
        public int Connections { get; set; }

        public double Tokens { get; set; }

        public long At { get; set; }
    }
}
