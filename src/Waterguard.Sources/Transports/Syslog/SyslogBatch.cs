using System.Globalization;
using System.Net;
using System.Text;
using Waterguard.Events.Framing;

namespace Waterguard.Sources.Transports.Syslog;

/// <summary>Messages of one peer, gathered to be handed over together. Not thread-safe.</summary>
internal sealed class SyslogBatch(string? source, TransportProgress progress, TimeProvider time)
{
    private readonly RecordBlock _block = new();
    private readonly SyslogRecord _record = new();
    private long _number;

    public int Count => _block.Count;

    public int Length => _block.Length;

    public void Add(ReadOnlySpan<byte> message, IPAddress peer)
    {
        var received = time.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);
        var record = _record.Write(message, Encoding.ASCII.GetBytes(peer.ToString()), Encoding.ASCII.GetBytes(received), bare: source is not (null or "linux.syslog"), out var isKnown);
        if (!isKnown) progress.Note("messages without a head");
        _block.Add(record, ++_number, 0);
        progress.Read();
    }

    /// <summary>What was gathered, as a batch; it is empty after.</summary>
    public TransportBatch Take(string partition, string place)
    {
        var batch = new TransportBatch(partition, _block.ToArray(), _block.Count) { Source = source, Place = place };
        _block.Clear();
        return batch;
    }
}
