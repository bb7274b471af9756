using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace Waterguard.Sources.Transports;

/// <summary>What a transport has done: plain counters. At rest, <c>read = accepted + duplicates + rejected + dropped</c>. Thread-safe.</summary>
public sealed class TransportProgress(TimeProvider time)
{
    private const int MostReasons = 64;
    private readonly ConcurrentDictionary<string, long> _rejected = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, long> _notes = new(StringComparer.Ordinal);
    private long _read;
    private long _accepted;
    private long _duplicates;
    private long _dropped;
    private long _errors;
    private long _throttled;
    private long _lagBytes;
    private long _lagTicks;
    private long _lastSuccess;
    private volatile string? _lastError;

    /// <summary>Records came in.</summary>
    public void Read(long records = 1) => Interlocked.Add(ref _read, records);

    /// <summary>Records are on disk.</summary>
    public void Accepted(long records)
    {
        Interlocked.Add(ref _accepted, records);
        Succeeded();
    }

    /// <summary>Records were on disk already.</summary>
    public void Duplicates(long records) => Interlocked.Add(ref _duplicates, records);

    /// <summary>Records could not be used.</summary>
    public void Rejected(string reason, long records = 1) => Add(_rejected, reason, records);

    /// <summary>Records were lost because nobody could wait.</summary>
    public void Dropped(long records = 1) => Interlocked.Add(ref _dropped, records);

    /// <summary>Something failed; it is tried again.</summary>
    public void Failed(string what)
    {
        Interlocked.Increment(ref _errors);
        _lastError = what;
    }

    /// <summary>Somebody had to wait: the store was full, or the other side said so.</summary>
    public void Throttled() => Interlocked.Increment(ref _throttled);

    /// <summary>Something worth counting that is no record and no error: a file that was cut, a connection.</summary>
    public void Note(string what, long count = 1) => Add(_notes, what, count);

    /// <summary>The other side answered.</summary>
    public void Succeeded() => Interlocked.Exchange(ref _lastSuccess, time.GetUtcNow().UtcTicks);

    /// <summary>How much is known to be waiting on the other side.</summary>
    public void Lag(long bytes) => Interlocked.Exchange(ref _lagBytes, bytes);

    /// <summary>How far behind now reading is, in time.</summary>
    public void Behind(TimeSpan time) => Interlocked.Exchange(ref _lagTicks, time.Ticks);

    /// <summary>All counters now.</summary>
    public ProgressSnapshot Snapshot()
    {
        var success = Interlocked.Read(ref _lastSuccess);
        return new ProgressSnapshot(
            Interlocked.Read(ref _read), Interlocked.Read(ref _accepted), Interlocked.Read(ref _duplicates), Interlocked.Read(ref _dropped), Interlocked.Read(ref _errors),
            Interlocked.Read(ref _throttled), Interlocked.Read(ref _lagBytes), success == 0 ? null : new DateTimeOffset(success, TimeSpan.Zero), _lastError,
            _rejected.ToImmutableSortedDictionary(StringComparer.Ordinal), _notes.ToImmutableSortedDictionary(StringComparer.Ordinal))
        {
            Lag = TimeSpan.FromTicks(Interlocked.Read(ref _lagTicks)),
        };
    }

    // A reason comes from us, but may hold what a sender chose: their number is bounded.
    private static void Add(ConcurrentDictionary<string, long> counts, string name, long count) =>
        counts.AddOrUpdate(counts.Count < MostReasons || counts.ContainsKey(name) ? name : "others", count, (_, c) => c + count);
}

/// <summary>A transport's counters at one moment.</summary>
/// <param name="Read">Records that came in.</param>
/// <param name="Accepted">Of these, on disk.</param>
/// <param name="LagBytes">Known to be waiting on the other side.</param>
/// <param name="Rejected">Records that could not be used, by reason.</param>
/// <param name="Notes">What else is worth counting.</param>
public sealed record ProgressSnapshot(
    long Read, long Accepted, long Duplicates, long Dropped, long Errors, long Throttled, long LagBytes, DateTimeOffset? LastSuccess, string? LastError,
    ImmutableSortedDictionary<string, long> Rejected, ImmutableSortedDictionary<string, long> Notes)
{
    /// <summary>How far behind now reading is, for what is read by time.</summary>
    public TimeSpan Lag { get; init; }
}
