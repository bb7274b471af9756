using System.Collections.Immutable;
using Waterguard.Detection.State;

namespace Waterguard.Detection.Correlations;

/// <summary>Judges, at every event, the events of the time span that ends there. As long as the condition holds at each event it is one excursion, and one
/// finding; it ends with the first event at which the condition does not hold, or when the window has run empty.</summary>
/// <param name="openerInAnchor">Whether the first event alone does not tell excursions apart: a sum or mean can fall while its first event is still there.</param>
internal sealed class SlidingWindow(WindowSetting setting, GroupKey key, Measure measure, bool openerInAnchor) : KeyWindow(setting, key)
{
    private readonly Queue<Occurrence> _events = [];
    private readonly List<Occurrence> _fresh = [];
    private Trail? _trail;
    private ImmutableArray<string> _anchor;
    private long _opened;
    private double _worst;

    public override int Weight => _events.Count;

    public override void Judge()
    {
        if (_fresh.Count == 0) return;
        if (!measure.Holds) Close();
        else if (_trail is null) Open();
        else Extend(_fresh);
        _fresh.Clear();
    }

    public override void Finish() => Close();

    protected override void Advance(long now)
    {
        while (_events.TryPeek(out var oldest) && oldest.Ticks < now - Setting.Span) measure.Remove(_events.Dequeue());
        if (_events.Count == 0) Close();
    }

    protected override void Take(Occurrence occurrence)
    {
        if (!measure.Add(occurrence, Setting.Counts)) return;
        _events.Enqueue(occurrence);
        _fresh.Add(occurrence);
        if (_events.Count <= WindowSetting.MaxEvents) return;
        measure.Remove(_events.Dequeue());
        Setting.Counts.WindowsCapped++;
    }

    protected override void WriteState(StateWriter writer)
    {
        WriteEvents(writer, _events);
        writer.Flag(_trail is not null);
        if (_trail is null) return;
        _trail.Write(writer);
        writer.Texts(_anchor);
        writer.Time(_opened);
        writer.Real(_worst);
    }

    protected override void ReadState(StateReader reader)
    {
        var counted = new CorrelationCounts(); // they were, when they came
        foreach (var one in ReadEvents(reader))
        {
            measure.Add(one, counted);
            _events.Enqueue(one);
        }

        if (!reader.Flag()) return;
        (_trail, _anchor, _opened, _worst) = (ReadTrail(reader), reader.Texts(), reader.Time(), reader.Real());
    }

    private void Open()
    {
        _trail = new Trail(Setting.ReasonNames);
        (_opened, _worst) = (Now, measure.Number);
        var first = _events.Peek().RecordId;
        _anchor = openerInAnchor ? [first, _fresh[^1].RecordId] : [first];
        Extend(_events);
        Report(_trail, _opened, _worst, _anchor, final: false);
    }

    private void Extend(IEnumerable<Occurrence> events)
    {
        _worst = measure.Thresholds.Worse(_worst, measure.Number);
        foreach (var one in events) _trail!.Add(one);
    }

    private void Close()
    {
        if (_trail is { } trail) Report(trail, _opened, _worst, _anchor);
        _trail = null;
    }
}
