namespace Waterguard.Detection.Census;

/// <summary>A set of times, in order. Of more than it may hold the first half and the last half are kept.</summary>
internal sealed class TimePoints
{
    private const int Most = 128;
    private readonly List<long> _times = [];

    /// <summary>How many were left out.</summary>
    public long Capped { get; private set; }

    public IReadOnlyList<long> All => _times;

    public long First => _times.Count == 0 ? long.MaxValue : _times[0];

    public long Last => _times.Count == 0 ? long.MinValue : _times[^1];

    public void Add(long ticks)
    {
        var at = _times.BinarySearch(ticks);
        if (at >= 0) return;
        _times.Insert(~at, ticks);
        if (_times.Count <= Most) return;
        _times.RemoveAt(Most / 2);
        Capped++;
    }

    /// <summary>The first time that is not earlier; <see cref="long.MaxValue"/> without one.</summary>
    public long From(long ticks)
    {
        var at = _times.BinarySearch(ticks);
        if (at < 0) at = ~at;
        return at < _times.Count ? _times[at] : long.MaxValue;
    }
}

/// <summary>Spans of time in which something was told again and again, with no more than <see cref="Sayings.Tolerance"/> between.</summary>
internal sealed class TimeSpans
{
    private const int Most = 128;
    private readonly List<(long From, long To)> _spans = [];

    public long Capped { get; private set; }

    public IReadOnlyList<(long From, long To)> All => _spans;

    public long First => _spans.Count == 0 ? long.MaxValue : _spans[0].From;

    public long Last => _spans.Count == 0 ? long.MinValue : _spans[^1].To;

    public void Add(long ticks)
    {
        var at = _spans.FindLastIndex(s => s.From <= ticks);
        var before = at >= 0 && ticks - _spans[at].To <= Sayings.Tolerance;
        var after = at + 1 < _spans.Count && _spans[at + 1].From - ticks <= Sayings.Tolerance;
        if (before && after)
        {
            _spans[at] = (_spans[at].From, _spans[at + 1].To);
            _spans.RemoveAt(at + 1);
        }
        else if (before)
        {
            _spans[at] = (_spans[at].From, Math.Max(_spans[at].To, ticks));
        }
        else if (after)
        {
            _spans[at + 1] = (ticks, _spans[at + 1].To);
        }
        else
        {
            _spans.Insert(at + 1, (ticks, ticks));
            if (_spans.Count <= Most) return;
            _spans.RemoveAt(Most / 2);
            Capped++;
        }
    }

    /// <summary>The first time, not earlier than <paramref name="ticks"/>, at which it is known to have been told; <see cref="long.MaxValue"/> without one.</summary>
    public long From(long ticks)
    {
        foreach (var (from, to) in _spans)
        {
            if (to >= ticks) return Math.Max(from, ticks);
        }

        return long.MaxValue;
    }
}
