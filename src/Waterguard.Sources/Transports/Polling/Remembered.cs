using System.Globalization;
using System.Text;
using Waterguard.Events.Framing;

namespace Waterguard.Sources.Transports.Polling;

/// <summary>Hands records over, each once, however often an API brings it: what was seen is kept by spans of time, each a partition whose position holds
/// its ids and is stored with the records in one transaction. A crash at any moment leaves either both or neither.</summary>
/// <param name="stream">The first part of the partitions' names.</param>
/// <param name="source">The source of the records; null: recognised.</param>
/// <param name="memory">How long is remembered.</param>
internal sealed class Remembered(IInputSink sink, string stream, string? source, string place, TimeSpan memory, TransportProgress progress, TimeProvider time)
{
    private const int BatchBytes = 1 << 20;
    private const int MostInMemory = 256;

    // Out of all bounds: times before what is remembered, or of the future.
    private const string Elsewhere = "elsewhere";
    private static readonly TimeSpan Span = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Ahead = TimeSpan.FromHours(1);

    private readonly Dictionary<string, SeenSpan> _spans = new(StringComparer.Ordinal);
    private long _uses;

    /// <summary>Whether it was handed over before.</summary>
    public bool Knows(string id, DateTimeOffset at) => Knows(SpanOf(Partition(at)), PolledRecord.Hash(id));

    /// <summary>Hands over what was not seen yet. False: stopped before all was taken.</summary>
    public async Task<bool> HandOverAsync(IReadOnlyList<PolledRecord> records, Backoff backoff, CancellationToken stop)
    {
        // Markers last: what they stand for must be there before them.
        foreach (var isMarker in new[] { false, true })
        {
            foreach (var group in records.Where(r => r.Bytes.IsEmpty == isMarker).GroupBy(r => Partition(r.Time), StringComparer.Ordinal))
            {
                if (!await HandOverAsync(group.Key, group, backoff, stop)) return false;
            }
        }

        return true;
    }

    /// <summary>The partitions that are so old that nothing of them comes any more.</summary>
    public IReadOnlyList<string> Over()
    {
        var oldest = Partition(time.GetUtcNow() - memory - Span);
        var over = sink.Partitions.Where(p => p.StartsWith(stream + "@", StringComparison.Ordinal) && !p.EndsWith(Elsewhere, StringComparison.Ordinal) && string.CompareOrdinal(p, oldest) < 0).ToArray();
        foreach (var partition in over) _spans.Remove(partition);
        return over;
    }

    private async Task<bool> HandOverAsync(string partition, IEnumerable<PolledRecord> records, Backoff backoff, CancellationToken stop)
    {
        var span = SpanOf(partition);
        var (block, hashes, together) = (new RecordBlock(), new List<UInt128>(), new HashSet<UInt128>());
        foreach (var record in records)
        {
            var hash = PolledRecord.Hash(record.Id);
            var isNew = !Knows(span, hash) && together.Add(hash);
            if (!isNew)
            {
                if (record.Bytes.IsEmpty) continue;
                progress.Read();
                progress.Duplicates(1);
                continue;
            }

            hashes.Add(hash);
            Add(block, record);
            if (block.Length < BatchBytes) continue;
            if (!await DeliverAsync(partition, span, block, hashes, backoff, stop)) return false;
            (block, hashes) = (new RecordBlock(), []);
            together.Clear();
        }

        return hashes.Count == 0 || await DeliverAsync(partition, span, block, hashes, backoff, stop);
    }

    private void Add(RecordBlock block, PolledRecord record)
    {
        if (record.Bytes.IsEmpty) return;
        var before = block.Count;
        if (!record.Splits)
        {
            block.Add(record.Bytes.Span, before + 1, 0);
            progress.Read();
            return;
        }

        var problems = block.AddAll(new MemoryStream(record.Bytes.ToArray()), place);
        progress.Read(block.Count - before + problems.Count);
        foreach (var problem in problems) progress.Rejected(problem.Reason);
    }

    private async Task<bool> DeliverAsync(string partition, SeenSpan span, RecordBlock block, List<UInt128> hashes, Backoff backoff, CancellationToken stop)
    {
        var forgotten = span.Add(hashes);
        if (forgotten > 0) progress.Note("ids forgotten in a flood", forgotten);
        var batch = new TransportBatch(partition, block.ToArray(), block.Count) { Position = span.ToString(), Source = source, Place = place };
        if (await Handover.UntilTakenAsync(sink, batch, progress, backoff, stop)) return true;
        span.Remove(hashes);
        progress.Read(-block.Count);
        return false;
    }

    // What was of the future when it came first is looked for there too.
    private bool Knows(SeenSpan span, UInt128 hash) => span.Knows(hash) || SpanOf($"{stream}@{Elsewhere}").Knows(hash);

    private SeenSpan SpanOf(string partition)
    {
        if (!_spans.TryGetValue(partition, out var span))
        {
            span = sink.PositionOf(partition) is { } stored ? SeenSpan.Parse(stored) ?? Damaged() : new SeenSpan();
            if (_spans.Count >= MostInMemory) _spans.Remove(_spans.MinBy(s => s.Value.Used).Key);
            _spans[partition] = span;
        }

        span.Used = ++_uses;
        return span;
    }

    private SeenSpan Damaged()
    {
        progress.Note("positions that cannot be read");
        return new SeenSpan();
    }

    // The same record must always be looked for in the same place; but a time can be anything that a sender likes.
    private string Partition(DateTimeOffset at)
    {
        var now = time.GetUtcNow();
        if (at > now + Ahead || at < now - memory - Span - Span) return $"{stream}@{Elsewhere}";
        var start = new DateTimeOffset(at.UtcTicks / Span.Ticks * Span.Ticks, TimeSpan.Zero);
        return new StringBuilder(stream).Append('@').Append(start.ToString("yyyy-MM-ddTHH:mm", CultureInfo.InvariantCulture)).ToString();
    }
}
