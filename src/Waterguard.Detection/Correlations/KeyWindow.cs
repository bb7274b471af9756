using System.Collections.Immutable;
using Waterguard.Sigma.Correlations;

namespace Waterguard.Detection.Correlations;

/// <summary>What all windows of one correlation share. Immutable but for the counts and the findings that they add to.</summary>
internal sealed record WindowSetting(
    Correlation Correlation, bool Alerts, long Span, ImmutableArray<string> ReasonNames, CorrelationCounts Counts, Action<CorrelationFinding> Found, DeliveredTimes Delivered)
{
    /// <summary>Events that one window may hold: beyond, the oldest leave early, and are counted.</summary>
    public const int MaxEvents = 65_536;
}

/// <summary>The state of one correlation for one key. Fed in the order of <see cref="Occurrence.Order"/>; not thread-safe.</summary>
internal abstract class KeyWindow(WindowSetting setting, GroupKey key)
{
    protected WindowSetting Setting => setting;

    /// <summary>When the last event came.</summary>
    public long Now { get; private set; } = long.MinValue;

    /// <summary>Whether nothing that came so far can have a part in what comes from <paramref name="now"/> on.</summary>
    public virtual bool IsOver(long now) => now - setting.Span > Now;

    /// <summary>The next event. It is judged together with all others of the same time.</summary>
    public void Add(Occurrence occurrence)
    {
        if (occurrence.Ticks > Now) Advance(occurrence.Ticks);
        Now = occurrence.Ticks;
        Take(occurrence);
    }

    /// <summary>All events of one time have come.</summary>
    public abstract void Judge();

    /// <summary>No further events will come.</summary>
    public abstract void Finish();

    /// <summary>Time has gone on to <paramref name="now"/> without an event for this key.</summary>
    public void PassTo(long now)
    {
        if (now > Now) Advance(now);
    }

    /// <summary>Time goes on, to the next event.</summary>
    protected virtual void Advance(long now)
    {
    }

    protected abstract void Take(Occurrence occurrence);

    protected void Report(Trail trail, long opened, double measured, ImmutableArray<string> anchor, double? score = null, string? explanation = null, string? episode = null, bool final = true) =>
        setting.Found(new CorrelationFinding(
            setting.Correlation, setting.Alerts, key.Group, key.Text, At(trail.Start), At(trail.End), At(opened), measured, anchor,
            trail.Entities(), trail.Values(), trail.Evidence(), trail.Count, trail.Events) { Score = score, Explanation = explanation, Episode = episode, IsFinal = final });

    protected static DateTimeOffset At(long ticks) => new(ticks, TimeSpan.Zero);
}
