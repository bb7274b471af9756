using Waterguard.Detection.State;

namespace Waterguard.Detection.Correlations;

/// <summary>One of the fixed number of parts that all keys are spread over. It works alone, does not know which thread drives it or what the other shards do, and is judged in the same order
/// wherever it lives: so nothing that it finds depends on how many threads there are. Not thread-safe.</summary>
internal sealed class Shard
{
    /// <summary>How many there are, everywhere and always: a key keeps its shard.</summary>
    public const int Count = 64;

    private readonly CorrelationRun?[] _runs;
    private readonly WindowSetting[] _settings;
    private readonly IReadOnlyList<CorrelationPlan> _plans;
    private readonly StateCoding _coding;
    private readonly bool _notesDirty;
    private readonly List<CorrelationFinding> _findings = [];

    /// <param name="notesDirty">Whether somebody takes the keys whose state has changed.</param>
    public Shard(IReadOnlyList<CorrelationPlan> plans, IReadOnlyList<DeliveredTimes> delivered, StateWords words, IRawPlaces? raws, bool notesDirty)
    {
        (_plans, _notesDirty) = (plans, notesDirty);
        _coding = new StateCoding(words);
        _runs = new CorrelationRun?[plans.Count];
        _settings =
        [
            .. plans.Select((p, i) => new WindowSetting(
                p.Correlation, p.Alerts, p.Correlation.TimeSpan.Ticks, p.ReasonNames, p.NamesRead, Counts, _findings.Add, delivered[i], raws)),
        ];
    }

    /// <summary>What waits to be taken in, by correlation and in the order of time.</summary>
    public List<(int Plan, GroupKey Key, Occurrence One)> Inbox { get; } = [];

    /// <summary>What it found since it was last asked.</summary>
    public List<CorrelationFinding> Findings => _findings;

    public CorrelationCounts Counts { get; } = new();

    public int Keys => _runs.Sum(r => r?.Keys ?? 0);

    /// <summary>Takes in what waits.</summary>
    public void TakeIn()
    {
        foreach (var (plan, key, one) in Inbox) RunOf(plan).Add(key, one);
        Inbox.Clear();
    }

    public void PassTo(int plan, long now) => _runs[plan]?.PassTo(now);

    /// <summary>All of the last time has come.</summary>
    public void Judge(int plan) => _runs[plan]?.Judge();

    public void Finish(int plan) => _runs[plan]?.Finish();

    /// <summary>A step is over.</summary>
    public void Rest()
    {
        foreach (var run in _runs) run?.Rest();
    }

    public CorrelationRun RunOf(int plan) => _runs[plan] ??= new CorrelationRun(_plans[plan], _settings[plan], _coding) { Dirty = _notesDirty ? [] : null };

    public CorrelationRun? RunOrNone(int plan) => _runs[plan];
}
