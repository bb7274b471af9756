using System.Collections.Immutable;
using Waterguard.Detection.State;
using Waterguard.Sigma.Conditions;
using Waterguard.Sigma.Correlations;

namespace Waterguard.Detection.Correlations;

/// <summary>One correlation with what was worked out of it beforehand. Immutable; shared.</summary>
internal sealed class CorrelationPlan
{
    private readonly Thresholds _thresholds;
    private readonly FieldNames _fields;
    private readonly RuleIndex _rules;
    private readonly ulong _salt;

    /// <param name="references">Id of a rule -> its places in the correlation's list.</param>
    /// <param name="reasonNames">Names that the reason shows.</param>
    /// <param name="meaning">Changes when what the correlation, or a rule that it consumes, means changes.</param>
    public CorrelationPlan(Correlation correlation, bool alerts, ImmutableDictionary<string, ImmutableArray<int>> references, ImmutableArray<string> reasonNames, string meaning)
    {
        (Correlation, Alerts, References, ReasonNames, Meaning) = (correlation, alerts, references, reasonNames, meaning);
        Expression = correlation.ParsedExpression();
        Keys = new GroupKeys(correlation, references);
        _thresholds = new Thresholds(correlation.Conditions);
        _fields = new FieldNames(correlation, references);
        _rules = new RuleIndex(correlation.Rules, references);
        _salt = StableHash.Of(correlation.Header.Id);
        NamesRead = [.. Keys.Fields, .. _fields.Names, .. reasonNames, .. correlation.Type == CorrelationType.Beacon ? BeaconWindow.Names : [], .. correlation.Extension.Inherit.IsEmpty ? [] : (string[])[BaselineWindow.Image]];
    }

    public Correlation Correlation { get; }

    public bool Alerts { get; }

    public ImmutableDictionary<string, ImmutableArray<int>> References { get; }

    public ImmutableArray<string> ReasonNames { get; }

    public string Meaning { get; }

    public Condition? Expression { get; }

    public GroupKeys Keys { get; }

    public ImmutableHashSet<string> NamesRead { get; }

    /// <summary>How long after an event it may be, in ticks, before it is settled what the event had a part in.</summary>
    public long Settles => Correlation.Type switch
    {
        CorrelationType.FirstSeen => 0,
        CorrelationType.Baseline => Correlation.Extension.Bucket?.Ticks ?? 0,
        _ => Correlation.TimeSpan.Ticks,
    };

    /// <summary>Whether a finding is there as soon as the event that makes it is: nothing has to be waited for.</summary>
    public bool IsPrompt => Correlation.Type switch
    {
        CorrelationType.EventCount or CorrelationType.ValueCount or CorrelationType.ValueSum => !_thresholds.HaveUpperBound,
        CorrelationType.ValueAvg or CorrelationType.ValuePercentile or CorrelationType.TemporalOrdered or CorrelationType.FirstSeen => true,
        CorrelationType.Temporal => !RulesPresent.NeedsWholeWindow(_thresholds, Expression),
        _ => false,
    };

    /// <summary>The shard where a key's state lives: the same in every process.</summary>
    /// <param name="family">See <see cref="GroupKey.Family"/>.</param>
    public int ShardOf(UInt128 family) => (int)(StableHash.Last((ulong)family ^ _salt) % Shard.Count);

    /// <summary>Empty state for a key.</summary>
    public KeyWindow Window(WindowSetting setting, GroupKey key) => Correlation.Type switch
    {
        CorrelationType.EventCount => Counted(setting, key, () => new EventCount(_thresholds)),
        CorrelationType.ValueCount => Counted(setting, key, () => new ValueCount(_thresholds, _fields)),
        CorrelationType.ValueSum when _thresholds.HaveUpperBound => new WholeWindow(setting, key, () => new ValueSum(_thresholds, _fields, mean: false)),
        CorrelationType.ValueSum => new SlidingWindow(setting, key, new ValueSum(_thresholds, _fields, mean: false), openerInAnchor: true),
        CorrelationType.ValueAvg => new SlidingWindow(setting, key, new ValueSum(_thresholds, _fields, mean: true), openerInAnchor: true),
        CorrelationType.ValuePercentile => new SlidingWindow(setting, key, new ValuePercentile(_thresholds, _fields, Correlation.Percentile ?? 50), openerInAnchor: true),
        CorrelationType.Absence => new AbsenceWindow(setting, key, _rules),
        CorrelationType.Silence => new SilenceWindow(setting, key),
        CorrelationType.FirstSeen => new FirstSeenWindow(setting, key, _fields),
        CorrelationType.Baseline => new BaselineWindow(setting, key, _fields, _thresholds),
        CorrelationType.Beacon => new BeaconWindow(setting, key, _thresholds),
        CorrelationType.TemporalOrdered => new OrderedWindow(setting, key, _rules),
        _ when RulesPresent.NeedsWholeWindow(_thresholds, Expression) => new WholeWindow(setting, key, Present),
        _ => new TemporalWindow(setting, key, _rules, Present()),
    };

    private KeyWindow Counted(WindowSetting setting, GroupKey key, Func<Measure> measure) =>
        _thresholds.HaveUpperBound ? new WholeWindow(setting, key, measure) : new SlidingWindow(setting, key, measure(), openerInAnchor: false);

    private RulesPresent Present() => new(_thresholds, _rules, Expression);
}
