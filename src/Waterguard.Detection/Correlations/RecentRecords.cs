using Waterguard.Detection.State;

namespace Waterguard.Detection.Correlations;

/// <summary>Which records a rule has matched lately, so that a copy is not counted again. A copy has the time of its first as a rule; where stages of one record differ in time, they lie close
/// together. Bounded: what is forgotten before the longest window is over is counted. Not thread-safe.</summary>
internal sealed class RecentRecords(long horizon, int most, CorrelationCounts counts)
{
    private readonly HashSet<UInt128> _known = [];
    private readonly Queue<(UInt128 Record, long Ticks)> _order = [];

    /// <summary>Remembers an occurrence; false when it was known. They come in the order of time.</summary>
    public bool IsNew(Occurrence one)
    {
        while (_order.TryPeek(out var oldest) && (oldest.Ticks < one.Ticks - horizon || _order.Count >= most))
        {
            if (oldest.Ticks >= one.Ticks - horizon) counts.CopiesForgotten++;
            _known.Remove(_order.Dequeue().Record);
        }

        var record = StableHash.Of([one.RecordId, one.RuleId]);
        if (!_known.Add(record))
        {
            counts.Duplicates++;
            return false;
        }

        _order.Enqueue((record, one.Ticks));
        return true;
    }

    /// <summary>What it remembers, oldest first.</summary>
    public IReadOnlyCollection<(UInt128 Record, long Ticks)> All => _order;

    /// <summary>Remembers what was stored.</summary>
    public void Restore(UInt128 record, long ticks)
    {
        if (_known.Add(record)) _order.Enqueue((record, ticks));
    }
}
