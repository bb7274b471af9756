namespace Waterguard.Sources.Transports;

/// <summary>One way in which bytes arrive: it reads, splits into records, and hands them over in batches.</summary>
/// <remarks>A transport keeps no state of its own between runs: where it was is the position that the sink stored with the last batch of a partition.
/// A batch that was not accepted must be handed over again, or be refused to whoever sent it, or be counted as dropped; never forgotten.</remarks>
public interface ITransport
{
    /// <summary>The input's name, as configured.</summary>
    string Name { get; }

    /// <summary>What it has done so far.</summary>
    TransportProgress Progress { get; }

    /// <summary>Reads until <paramref name="stop"/>, then hands over what it holds, and returns. Failures of the other side are its own to survive: it
    /// counts, waits and tries again. What it throws ends the service.</summary>
    Task RunAsync(IInputSink sink, CancellationToken stop);

    /// <summary>Tries whether it could read, without reading anything for good, and says what is missing in words that an administrator can act on.</summary>
    Task<IReadOnlyList<InputFinding>> CheckAsync(InputProbe probe, CancellationToken cancel);
}

/// <summary>Where a transport hands its batches over. Bound to one input. Thread-safe.</summary>
public interface IInputSink
{
    /// <summary>The position stored with the last accepted batch of a partition; null when there was none.</summary>
    string? PositionOf(string partition);

    /// <summary>All partitions of this input that have a position.</summary>
    IReadOnlyList<string> Partitions { get; }

    /// <summary>Stores a batch and its position together; returns when both are on disk. Never throws for what the store is in: see <see cref="Delivery"/>.</summary>
    Task<Delivery> DeliverAsync(TransportBatch batch, CancellationToken cancel);
}

/// <summary>What became of a batch.</summary>
public enum Delivery
{
    /// <summary>It is on disk.</summary>
    Accepted,

    /// <summary>A batch with the same key is on disk already; this one was not stored, nor its position.</summary>
    Duplicate,

    /// <summary>The store is as large as it may become: try again later.</summary>
    Full,

    /// <summary>The store cannot be written (disk full, read-only, damaged): try again later; an administrator has to help.</summary>
    Unavailable,
}

/// <summary>Some whole records of one partition, in the order in which they came.</summary>
/// <param name="Partition">One ordered piece of the input: a file, a subscription, a socket.</param>
/// <param name="Block">The records: <see cref="Waterguard.Events.Framing.RecordBlock.ToArray"/>.</param>
/// <param name="Records">How many there are; a batch without any only moves the position.</param>
public sealed record TransportBatch(string Partition, byte[] Block, int Records)
{
    /// <summary>Where to go on behind this batch: an opaque text that begins with its version. Null: the partition cannot be resumed.</summary>
    public string? Position { get; init; }

    /// <summary>What tells a repetition of this batch; null: repetitions are not told by it.</summary>
    public string? Key { get; init; }

    /// <summary>The source that the records are of; null: recognise it from each record.</summary>
    public string? Source { get; init; }

    /// <summary>What people know the place of the records by: a file's path, an address.</summary>
    public string Place { get; init; } = "";

    /// <summary>Partitions that nobody reads any more: their positions are removed with this batch.</summary>
    public IReadOnlyList<string> Over { get; init; } = [];
}
