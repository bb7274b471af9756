namespace Waterguard.Tests;

/// <summary>A clock that only goes when it is told to. What waits for it is woken as it passes.</summary>
internal sealed class FakeTime(DateTimeOffset start) : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly List<Waiting> _timers = [];
    private DateTimeOffset _now = start;

    public FakeTime()
        : this(new DateTimeOffset(2026, 11, 22, 12, 0, 0, TimeSpan.Zero))
    {
    }

    /// <summary>How many wait for it to go on.</summary>
    public int Waiters
    {
        get
        {
            lock (_lock) return _timers.Count(t => t.At is not null);
        }
    }

    /// <summary>The waits that were asked for, in order.</summary>
    public List<TimeSpan> Asked { get; } = [];

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow()
    {
        lock (_lock) return _now;
    }

    public override long GetTimestamp() => GetUtcNow().UtcTicks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Waiting(this, () => callback(state));
        lock (_lock) _timers.Add(timer);
        timer.Change(dueTime, period);
        return timer;
    }

    public void Advance(TimeSpan by)
    {
        List<Action> due = [];
        lock (_lock)
        {
            _now += by;
            foreach (var timer in _timers.Where(t => t.At <= _now).ToArray())
            {
                timer.At = null;
                due.Add(timer.Call);
            }
        }

        foreach (var call in due) call();
    }

    /// <summary>Lets time pass, in steps, while somebody waits, until a condition holds.</summary>
    public Task Until(Func<bool> condition, string what, TimeSpan? step = null, int seconds = 60) => Tests.Until.True(
        () =>
        {
            if (condition()) return true;
            if (Waiters > 0) Advance(step ?? TimeSpan.FromSeconds(10));
            return false;
        },
        what, seconds);

    private sealed class Waiting(FakeTime time, Action call) : ITimer
    {
        public DateTimeOffset? At { get; set; }

        public Action Call => call;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (time._lock)
            {
                At = dueTime < TimeSpan.Zero ? null : time._now + dueTime;
                if (At is not null) time.Asked.Add(dueTime);
            }

            return true;
        }

        public void Dispose()
        {
            lock (time._lock) time._timers.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
