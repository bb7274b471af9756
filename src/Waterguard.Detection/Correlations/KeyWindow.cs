using System.Collections.Immutable;
using Waterguard.Detection.State;
using Waterguard.Sigma.Correlations;

namespace Waterguard.Detection.Correlations;

/// <summary>What all windows of one correlation share. Immutable but for the counts and the findings that they add to.</summary>
/// <param name="NamesRead">The names whose values windows read of a match.</param>
/// <param name="Raws">Where copies of records are that state names by their places.</param>
internal sealed record WindowSetting(
    Correlation Correlation, bool Alerts, long Span, ImmutableArray<string> ReasonNames, ImmutableHashSet<string> NamesRead, CorrelationCounts Counts,
    Action<CorrelationFinding> Found, DeliveredTimes Delivered, IRawPlaces? Raws)
{
    /// <summary>Events that one window may hold: beyond, the oldest leave early, and are counted.</summary>
    public const int MaxEvents = 65_536;
}

/// <summary>The state of one correlation for one key. Fed in the order of <see cref="Occurrence.Order"/>; not thread-safe. What it knows can be written down after it was judged, and read
/// back by a new one: it goes on as if nothing had been.</summary>
internal abstract class KeyWindow(WindowSetting setting, GroupKey key)
{
    protected WindowSetting Setting => setting;

    public GroupKey Key => key;

    /// <summary>Whether something came that was not judged yet.</summary>
    public bool Touched { get; set; }

    /// <summary>Whether its key has no state any more.</summary>
    public bool IsGone { get; set; }

    /// <summary>In which step something came last; see <see cref="Shard"/>.</summary>
    public long Step { get; set; }

    /// <summary>How much it holds, in events: what holds more is put to rest later.</summary>
    public virtual int Weight => 1;

    /// <summary>The first time to which time must go on before anything happens of itself.</summary>
    public virtual long Deadline => Beyond(Now, setting.Span);

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

    /// <summary>Whether it has learnt enough for a verdict; null where nothing has to be learnt.</summary>
    public virtual bool? IsReady => null;

    /// <summary>Begins with what another key of its family has learnt. Only before anything else.</summary>
    public virtual void Inherit(KeyWindow other)
    {
    }

    /// <summary>Writes what it knows. Only after <see cref="Judge"/>.</summary>
    public void Write(StateWriter writer)
    {
        writer.Time(Now);
        WriteState(writer);
    }

    /// <summary>Becomes what was written. Only once, before anything else.</summary>
    /// <exception cref="InvalidDataException">The state is damaged.</exception>
    public void Read(StateReader reader)
    {
        Now = reader.Time();
        ReadState(reader);
    }

    protected abstract void WriteState(StateWriter writer);

    protected abstract void ReadState(StateReader reader);

    protected void WriteEvents(StateWriter writer, IReadOnlyCollection<Occurrence> events)
    {
        writer.Count(events.Count);
        foreach (var one in events) writer.Write(one, setting.NamesRead);
    }

    protected IEnumerable<Occurrence> ReadEvents(StateReader reader)
    {
        var count = reader.Length();
        for (var i = 0; i < count; i++) yield return reader.Occurrence(setting.Raws);
    }

    protected Trail ReadTrail(StateReader reader)
    {
        var trail = new Trail(setting.ReasonNames);
        trail.Read(reader, setting.Raws);
        return trail;
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

    /// <summary>The first time that is more than this later.</summary>
    protected static long Beyond(long time, long later) => time > long.MaxValue - later - 1 ? long.MaxValue : time + later + 1;

    protected static DateTimeOffset At(long ticks) => new(ticks, TimeSpan.Zero);
}
