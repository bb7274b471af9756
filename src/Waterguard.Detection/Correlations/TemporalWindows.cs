using Waterguard.Detection.State;

namespace Waterguard.Detection.Correlations;

/// <summary>Waits until enough of the rules have matched within the time span, in any order. The latest match of each takes part; what came until then is
/// used up, and the next set starts from nothing.</summary>
internal sealed class TemporalWindow(WindowSetting setting, GroupKey key, RuleIndex rules, RulesPresent condition) : KeyWindow(setting, key)
{
    private readonly Occurrence?[] _latest = new Occurrence?[rules.Count];

    public override void Judge()
    {
        if (!condition.HoldsFor(i => _latest[i] is not null)) return;
        var used = _latest.OfType<Occurrence>().Distinct().Order(Occurrence.Order).ToArray();
        var trail = new Trail(Setting.ReasonNames);
        foreach (var one in used) trail.Add(one);
        Report(trail, Now, used.Length, [.. used.Select(u => u.RecordId)]);
        Array.Clear(_latest);
    }

    public override void Finish()
    {
    }

    protected override void WriteState(StateWriter writer)
    {
        for (var i = 0; i < _latest.Length; i++)
        {
            // One record that several rules took is kept once.
            var known = Array.IndexOf(_latest, _latest[i]);
            writer.Count(_latest[i] is null ? 0 : known < i ? known + 2 : 1);
            if (_latest[i] is { } one && known == i) writer.Write(one, Setting.NamesRead);
        }
    }

    protected override void ReadState(StateReader reader)
    {
        for (var i = 0; i < _latest.Length; i++)
        {
            var kind = reader.Count();
            if (kind < 0 || kind - 2 >= i) throw StateReader.Damaged();
            _latest[i] = kind switch { 0 => null, 1 => reader.Occurrence(Setting.Raws), _ => _latest[kind - 2] };
        }
    }

    protected override void Advance(long now)
    {
        for (var i = 0; i < _latest.Length; i++)
        {
            if (_latest[i] is { } one && one.Ticks < now - Setting.Span) _latest[i] = null;
        }
    }

    protected override void Take(Occurrence occurrence)
    {
        foreach (var rule in rules.Of(occurrence.RuleId)) _latest[rule] = occurrence;
    }
}

/// <summary>Waits until all rules have matched in their order within the time span. For each beginning of the sequence the one that started last is kept: no
/// other can still be completed when it cannot. Events of one time stand in whatever order completes. What was used, and all before it, is used up.</summary>
internal sealed class OrderedWindow(WindowSetting setting, GroupKey key, RuleIndex rules) : KeyWindow(setting, key)
{
    private readonly Chain?[] _chains = new Chain?[rules.Count];
    private readonly List<(int Step, Occurrence One)> _fresh = [];

    public override void Judge()
    {
        foreach (var (step, one) in _fresh.OrderBy(f => f.Step))
        {
            if (step > 0 && _chains[step - 1] is null) continue;
            var chain = new Chain(step > 0 ? _chains[step - 1] : null, one);
            if (_chains[step] is not { } known || chain.Start >= known.Start) _chains[step] = chain;
        }

        _fresh.Clear();
        if (_chains[^1] is { } whole) Complete(whole);
    }

    public override void Finish()
    {
    }

    protected override void WriteState(StateWriter writer)
    {
        foreach (var chain in _chains) WriteEvents(writer, chain?.Steps() ?? []);
    }

    protected override void ReadState(StateReader reader)
    {
        for (var i = 0; i < _chains.Length; i++)
        {
            foreach (var one in ReadEvents(reader)) _chains[i] = new Chain(_chains[i], one);
        }
    }

    protected override void Advance(long now)
    {
        for (var i = 0; i < _chains.Length; i++)
        {
            if (_chains[i] is { } chain && chain.Start < now - Setting.Span) _chains[i] = null;
        }
    }

    protected override void Take(Occurrence occurrence)
    {
        foreach (var step in rules.Of(occurrence.RuleId)) _fresh.Add((step, occurrence));
    }

    private void Complete(Chain whole)
    {
        var trail = new Trail(Setting.ReasonNames);
        var steps = whole.Steps();
        foreach (var one in steps) trail.Add(one);
        Report(trail, Now, steps.Count, [.. steps.Select(s => s.RecordId)]);
        Array.Clear(_chains);
    }

    /// <summary>A beginning of the sequence, its last event first.</summary>
    private sealed class Chain(Chain? before, Occurrence last)
    {
        private readonly Chain? _before = before;
        private readonly Occurrence _last = last;

        public long Start { get; } = before?.Start ?? last.Ticks;

        public List<Occurrence> Steps()
        {
            var steps = _before?.Steps() ?? [];
            steps.Add(_last);
            return steps;
        }
    }
}
