namespace Waterguard.Storage.Journals;

/// <summary>Bounds of a journal.</summary>
public sealed record JournalOptions
{
    /// <summary>Default of <see cref="MaxBytes"/>.</summary>
    public const long DefaultMaxBytes = 4L << 30;

    /// <summary>Most bytes of (compressed) batches; beyond, appends are refused until something is trimmed. Default 4 GiB.</summary>
    public long MaxBytes { get; init; } = DefaultMaxBytes;

    /// <summary>How many idempotency keys are remembered; the oldest go first, and are counted. Default one million.</summary>
    public int MaxKeys { get; init; } = 1_000_000;
}

/// <summary>What is to be appended.</summary>
/// <param name="Input">The configured input that it came from.</param>
/// <param name="Partition">The ordered piece of the input.</param>
/// <param name="Block">The records, as their transport packed them; kept compressed.</param>
public sealed record JournalBatch(string Input, string Partition, byte[] Block, int Records)
{
    /// <summary>Where the transport goes on behind this batch; null leaves the partition's position as it is.</summary>
    public string? Position { get; init; }

    /// <summary>The batch's idempotency key, unique within its input.</summary>
    public string? Key { get; init; }

    /// <summary>The source that the records are of, when told.</summary>
    public string? Source { get; init; }

    /// <summary>What people know the records' place by.</summary>
    public string Place { get; init; } = "";

    /// <summary>Partitions of the input that are over: their positions are removed with this batch.</summary>
    public IReadOnlyList<string> Over { get; init; } = [];
}

/// <summary>A batch as it is read back.</summary>
/// <param name="Sequence">Rises with every batch, and is never used again.</param>
/// <param name="Ingested">When it was appended.</param>
/// <param name="Block">The records, decompressed; null when the row is damaged.</param>
public sealed record JournalRow(long Sequence, string Input, string Partition, string? Source, string Place, DateTimeOffset Ingested, int Records, byte[]? Block);

/// <summary>What became of an append.</summary>
public enum AppendOutcome
{
    /// <summary>It is on disk.</summary>
    Accepted,

    /// <summary>A batch with the same key was appended before; nothing changed.</summary>
    Duplicate,

    /// <summary>The journal is as large as it may be; nothing changed.</summary>
    Full,

    /// <summary>The disk is full; nothing changed.</summary>
    DiskFull,

    /// <summary>The file cannot be written; nothing changed.</summary>
    ReadOnly,

    /// <summary>The file is no sound database any more; nothing changed.</summary>
    Damaged,

    /// <summary>The disk or the system failed otherwise; nothing changed.</summary>
    Failed,
}

/// <summary>What became of an append, and the batch's sequence when it was accepted.</summary>
public readonly record struct AppendResult(AppendOutcome Outcome, long Sequence = 0);
