using System.Collections.Immutable;
using Waterguard.Sigma.Conditions;
using Waterguard.Sigma.Correlations;

namespace Waterguard.Detection.Correlations;

/// <summary>One correlation with what was worked out of it beforehand. Immutable; shared.</summary>
/// <param name="References">Id of a rule -> its places in the correlation's list.</param>
/// <param name="ReasonNames">Names that the reason shows.</param>
internal sealed record CorrelationPlan(
    Correlation Correlation, bool Alerts, ImmutableDictionary<string, ImmutableArray<int>> References, Condition? Expression, ImmutableArray<string> ReasonNames)
{
    /// <summary>How long after an event it may be, in ticks, before it is settled what the event had a part in.</summary>
    public long Settles { get; } = Correlation.Type switch
    {
        CorrelationType.FirstSeen => 0,
        CorrelationType.Baseline => Correlation.Extension.Bucket?.Ticks ?? 0,
        _ => Correlation.TimeSpan.Ticks,
    };
}

/// <summary>Takes the occurrences of one correlation, in order, to its findings. Keys whose windows are over are forgotten as time goes on. One a run; not
/// thread-safe.</summary>
/// <param name="delivered">From when until when the sources have delivered.</param>
internal sealed class CorrelationRun(CorrelationPlan plan, CorrelationCounts counts, Action<CorrelationFinding> found, DeliveredTimes delivered)
{
    /// <summary>Keys that a correlation has state for at once. Beyond, new keys are refused, and counted.</summary>
    public const int MaxKeys = 1 << 20;

    private const int FirstSweep = 4096;
    private const int SweepsPerSpan = 4;

    private readonly Dictionary<string, KeyWindow> _windows = new(StringComparer.Ordinal);
    private readonly HashSet<KeyWindow> _touched = [];
    private readonly GroupKeys _keys = new(plan.Correlation, plan.References);
    private readonly RuleIndex _rules = new(plan.Correlation.Rules, plan.References);
    private readonly Thresholds _thresholds = new(plan.Correlation.Conditions);
    private readonly FieldNames _fields = new(plan.Correlation, plan.References);
    private readonly WindowSetting _setting = new(plan.Correlation, plan.Alerts, plan.Correlation.TimeSpan.Ticks, plan.ReasonNames, counts, found, delivered);
    private long _now = long.MinValue;
    private int _sweepAt = FirstSweep;
    private long _passed = long.MinValue;

    /// <summary>The next occurrence, not earlier than the one before.</summary>
    public void Add(Occurrence occurrence)
    {
        if (occurrence.Ticks > _now) Judge();
        _now = occurrence.Ticks;
        foreach (var key in _keys.Of(occurrence, counts))
        {
            if (Find(key) is not { } window) continue;
            window.Add(occurrence);
            _touched.Add(window);
        }
    }

    /// <summary>Time has gone on: nothing earlier will come. Windows that are over because of it are closed.</summary>
    /// <returns>False when it has gone on too little for a look at all keys to be worth while.</returns>
    public bool PassTo(long now)
    {
        Judge();
        if (now == long.MinValue || (_passed != long.MinValue && now - _passed < Math.Max(1, plan.Settles / SweepsPerSpan))) return false;
        _passed = now;
        foreach (var (key, window) in _windows)
        {
            window.PassTo(now);
            if (!window.IsOver(now)) continue;
            window.Finish();
            _windows.Remove(key);
        }

        return true;
    }

    /// <summary>How many keys have state.</summary>
    public int Keys => _windows.Count;

    /// <summary>Until when everything that this correlation finds has been told, when time has come to <paramref name="now"/>: what ended earlier cannot change.</summary>
    public long ToldUntil(long now) => now - (plan.Settles * 4) - 1; // a whole window may start late, and be the one that ends an excursion

    /// <summary>There are no more.</summary>
    public void Finish()
    {
        Judge();
        foreach (var window in _windows.Values)
        {
            if (delivered.Until > long.MinValue) window.PassTo(delivered.Until);
            window.Finish();
        }

        _windows.Clear();
    }

    private void Judge()
    {
        foreach (var window in _touched) window.Judge();
        _touched.Clear();
    }

    private KeyWindow? Find(GroupKey key)
    {
        if (_windows.TryGetValue(key.Text, out var window)) return window;
        if (_windows.Count >= _sweepAt) Sweep();
        if (_windows.Count >= MaxKeys)
        {
            counts.KeysRefused++;
            return null;
        }

        return _windows[key.Text] = Make(key);
    }

    // Costs as much as the keys that came since the last time.
    private void Sweep()
    {
        foreach (var (key, window) in _windows)
        {
            if (!window.IsOver(_now)) continue;
            window.PassTo(_now);
            window.Finish();
            _windows.Remove(key);
        }

        _sweepAt = Math.Min(MaxKeys, Math.Max(FirstSweep, _windows.Count * 2));
    }

    private KeyWindow Make(GroupKey key) => plan.Correlation.Type switch
    {
        CorrelationType.EventCount => Counted(key, () => new EventCount(_thresholds)),
        CorrelationType.ValueCount => Counted(key, () => new ValueCount(_thresholds, _fields)),
        CorrelationType.ValueSum when _thresholds.HaveUpperBound => new WholeWindow(_setting, key, () => new ValueSum(_thresholds, _fields, mean: false)),
        CorrelationType.ValueSum => new SlidingWindow(_setting, key, new ValueSum(_thresholds, _fields, mean: false), openerInAnchor: true),
        CorrelationType.ValueAvg => new SlidingWindow(_setting, key, new ValueSum(_thresholds, _fields, mean: true), openerInAnchor: true),
        CorrelationType.ValuePercentile =>
            new SlidingWindow(_setting, key, new ValuePercentile(_thresholds, _fields, plan.Correlation.Percentile ?? 50), openerInAnchor: true),
        CorrelationType.Absence => new AbsenceWindow(_setting, key, _rules),
        CorrelationType.Silence => new SilenceWindow(_setting, key),
        CorrelationType.FirstSeen => new FirstSeenWindow(_setting, key, _fields),
        CorrelationType.Baseline => new BaselineWindow(_setting, key, _fields, _thresholds),
        CorrelationType.Beacon => new BeaconWindow(_setting, key, _thresholds),
        CorrelationType.TemporalOrdered => new OrderedWindow(_setting, key, _rules),
        _ when RulesPresent.NeedsWholeWindow(_thresholds, plan.Expression) => new WholeWindow(_setting, key, Present),
        _ => new TemporalWindow(_setting, key, _rules, Present()),
    };

    private KeyWindow Counted(GroupKey key, Func<Measure> measure) =>
        _thresholds.HaveUpperBound ? new WholeWindow(_setting, key, measure) : new SlidingWindow(_setting, key, measure(), openerInAnchor: false);

    private RulesPresent Present() => new(_thresholds, _rules, plan.Expression);
}
