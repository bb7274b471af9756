using System.Globalization;
using Waterguard.Detection.State;

namespace Waterguard.Detection.Correlations;

/// <summary>A trigger whose companion did not come in its time span, before it, after it, or around it. Decided only where every source that could carry the companion has delivered
/// the whole time: otherwise nothing is known, and counted. A source that has little to tell is waited for: it may have delivered what was before and not tell so for a while. One finding
/// a trigger.</summary>
internal sealed class AbsenceWindow : KeyWindow
{
    private const int TriggerRole = 0;
    private const int NearSpans = 4; // a companion that far away is worth naming: the key is remembered as long
    private const int PatientSpans = 2;
    private const int LooksASpan = 8;
    private readonly RuleIndex _rules;
    private readonly long _near;
    private readonly bool _before;
    private readonly bool _after;
    private readonly Queue<Occurrence> _waiting = [];
    private readonly List<Occurrence> _fresh = [];
    private readonly long _patience;
    private long _lastCompanion = long.MinValue;
    private long _lookAgain = long.MinValue;

    public AbsenceWindow(WindowSetting setting, GroupKey key, RuleIndex rules)
        : base(setting, key)
    {
        _rules = rules;
        _near = setting.Span > long.MaxValue / (2 * NearSpans) ? setting.Span : setting.Span * NearSpans;
        _patience = _near / NearSpans * PatientSpans;
        var within = setting.Correlation.Extension.Within;
        (_before, _after) = (within is "before" or "around", within is "after" or "around");
    }

    public override int Weight => _waiting.Count;

    public override long Deadline => _waiting.TryPeek(out var trigger) ? Math.Min(Beyond(Now, _near), Math.Max(_lookAgain, Beyond(DeadlineOf(trigger), 0))) : Beyond(Now, _near);

    public override bool IsOver(long now) => now - _near > Now;

    public override void Judge()
    {
        foreach (var one in _fresh)
        {
            if (_before && _lastCompanion != long.MinValue && _lastCompanion >= one.Ticks - Setting.Span) continue;
            if (_after && _lastCompanion == one.Ticks) continue;
            _waiting.Enqueue(one);
            if (_waiting.Count <= WindowSetting.MaxEvents) continue;
            Setting.Counts.WindowsCapped++;
            _waiting.Dequeue();
        }

        _fresh.Clear();
    }

    public override void Finish()
    {
        while (_waiting.TryDequeue(out var trigger)) Decide(trigger);
    }

    protected override void WriteState(StateWriter writer)
    {
        writer.Time(_lastCompanion);
        WriteEvents(writer, _waiting);
    }

    protected override void ReadState(StateReader reader)
    {
        _lastCompanion = reader.Time();
        foreach (var one in ReadEvents(reader)) _waiting.Enqueue(one);
    }

    protected override void Advance(long now)
    {
        if (now < _lookAgain) return;
        _lookAgain = long.MinValue;
        while (_waiting.TryPeek(out var trigger) && DeadlineOf(trigger) < now)
        {
            if (Setting.Delivered.To < DeadlineOf(trigger) && now - DeadlineOf(trigger) < _patience)
            {
                _lookAgain = now + Math.Max(1, Setting.Span / LooksASpan);
                return;
            }

            Decide(_waiting.Dequeue());
        }
    }

    protected override void Take(Occurrence occurrence)
    {
        foreach (var role in _rules.Of(occurrence.RuleId))
        {
            if (role == TriggerRole)
            {
                _fresh.Add(occurrence);
                continue;
            }

            _lastCompanion = occurrence.Ticks;
            // Those whose deadline has passed are not waiting for it, but for its source.
            if (_after) KeepThoseBefore(occurrence.Ticks);
        }
    }

    private void KeepThoseBefore(long ticks)
    {
        for (var left = _waiting.Count; left > 0; left--)
        {
            var trigger = _waiting.Dequeue();
            if (DeadlineOf(trigger) < ticks) _waiting.Enqueue(trigger);
        }
    }

    private long DeadlineOf(Occurrence trigger) => _after ? trigger.Ticks + Setting.Span : trigger.Ticks;

    private void Decide(Occurrence trigger)
    {
        var from = _before ? trigger.Ticks - Setting.Span : trigger.Ticks;
        if (Setting.Delivered.From > from || Setting.Delivered.To < DeadlineOf(trigger))
        {
            Setting.Counts.Undecided++;
            return;
        }

        var trail = new Trail(Setting.ReasonNames);
        trail.Add(trigger);
        Report(trail, DeadlineOf(trigger), 0, [trigger.RecordId], explanation: Explain(trigger.Ticks, from, DeadlineOf(trigger)));
    }

    private string Explain(long trigger, long from, long to)
    {
        var nearest = _lastCompanion == long.MinValue || _lastCompanion > to || _lastCompanion < trigger - _near
            ? string.Create(CultureInfo.InvariantCulture, $"there was none in the {TimeSpan.FromTicks(_near):g} before")
            : string.Create(CultureInfo.InvariantCulture, $"the last one before was at {At(_lastCompanion):yyyy-MM-dd HH:mm:ss}Z");
        return string.Create(CultureInfo.InvariantCulture, $"no {Setting.Correlation.Rules[1]} from {At(from):yyyy-MM-dd HH:mm:ss}Z to {At(to):HH:mm:ss}Z; {nearest}");
    }
}
