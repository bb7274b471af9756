namespace Waterguard.Detection.Census;

/// <summary>Minutes in which somebody was heard, as runs. Cheap to add to where times come nearly in order. Bounded; not thread-safe.</summary>
public sealed class MinuteSet
{
    private const int MostRuns = 65_536;
    private readonly List<(long From, long To)> _runs = [];

    /// <summary>Runs that were joined with their neighbours because there were too many: a silence between them is not seen.</summary>
    public long Joined { get; private set; }

    /// <summary>The minute of a time.</summary>
    public static long Of(long ticks) => ticks / TimeSpan.TicksPerMinute;

    /// <summary>Whether nobody was heard.</summary>
    public bool IsEmpty => _runs.Count == 0;

    /// <summary>The runs, in order.</summary>
    public IReadOnlyList<(long From, long To)> Runs => _runs;

    /// <summary>Somebody was heard in a minute.</summary>
    public void Add(long minute) => Add(minute, minute);

    /// <summary>Everything that another set holds.</summary>
    public void Add(MinuteSet other)
    {
        foreach (var (from, to) in other._runs) Add(from, to);
    }

    /// <summary>Everything that another set holds up to a minute.</summary>
    public void AddUpTo(MinuteSet other, long minute)
    {
        foreach (var (from, to) in other._runs.Where(r => r.From <= minute)) Add(from, Math.Min(to, minute));
    }

    /// <summary>The last minute heard that is not later; null without one.</summary>
    public long? LastUpTo(long minute)
    {
        var at = Before(minute);
        return at < 0 ? null : Math.Min(_runs[at].To, minute);
    }

    /// <summary>The first minute heard that is not earlier; null without one.</summary>
    public long? FirstFrom(long minute)
    {
        var at = Before(minute);
        if (at >= 0 && _runs[at].To >= minute) return minute;
        return at + 1 < _runs.Count ? _runs[at + 1].From : null;
    }

    /// <summary>Whether nobody was silent for more than so many minutes at any time between two minutes, both edges included.</summary>
    public bool Covers(long from, long to, long most)
    {
        if (LastUpTo(from) is not { } heard || from - heard > most) return false;
        while (heard < to)
        {
            if (FirstFrom(heard + 1) is not { } next || next > to) return to - heard <= most;
            if (next - heard > most) return false;
            heard = Math.Min(to, _runs[Before(next)].To);
        }

        return true;
    }

    private void Add(long from, long to)
    {
        var at = Before(from);
        if (at >= 0 && _runs[at].To >= to) return;
        if (at >= 0 && _runs[at].To >= from - 1) _runs[at] = (_runs[at].From, to);
        else _runs.Insert(++at, (from, to));
        while (at + 1 < _runs.Count && _runs[at + 1].From <= _runs[at].To + 1)
        {
            _runs[at] = (_runs[at].From, Math.Max(_runs[at].To, _runs[at + 1].To));
            _runs.RemoveAt(at + 1);
        }

        if (_runs.Count <= MostRuns) return;
        _runs[0] = (_runs[0].From, _runs[1].To);
        _runs.RemoveAt(1);
        Joined++;
    }

    // The last run that does not begin later.
    private int Before(long minute)
    {
        if (_runs.Count > 0 && _runs[^1].From <= minute) return _runs.Count - 1;
        var (low, high) = (0, _runs.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_runs[middle].From <= minute) low = middle + 1;
            else high = middle;
        }

        return low - 1;
    }
}
