using System.Collections.Immutable;
using Waterguard.Detection.Matching;
using Waterguard.Sigma;

namespace Waterguard.Detection.Correlations;

/// <summary>Correlations over matches that go on coming, in event time: matches wait until the watermark has passed them, so that within the lateness their order does not matter; what is
/// later is counted. What it finds, after the last watermark, is what <see cref="CorrelationEngine.Run"/> finds in all of them together. Not thread-safe.</summary>
public sealed class CorrelationSession
{
    private readonly Stage[] _stages;
    private readonly ImmutableDictionary<string, int[]> _consumers;
    private readonly Func<string, bool> _isConsumed;
    private readonly Action<CorrelationFinding> _found;
    private readonly RuleCollection _rules;
    private readonly long _horizon;
    private readonly PriorityQueue<Occurrence, Occurrence> _waiting = new(Occurrence.Order);
    private readonly HashSet<(string, string)> _seen = [];
    private readonly Queue<Occurrence> _recent = [];
    private long _watermark = long.MinValue;

    internal CorrelationSession(ImmutableArray<CorrelationPlan> plans, RuleCollection rules, Func<string, bool> isConsumed, long horizon, Action<CorrelationFinding> found)
    {
        (_rules, _isConsumed, _horizon, _found) = (rules, isConsumed, horizon, found);
        _stages = [.. plans.Select(p => new Stage(p, Counts, Route))];
        _consumers = plans.SelectMany((p, i) => p.References.Keys.Select(id => (Id: id, Plan: i))).GroupBy(c => c.Id, StringComparer.Ordinal)
            .ToImmutableDictionary(g => g.Key, g => g.Select(c => c.Plan).ToArray(), StringComparer.Ordinal);
        var byId = plans.Select((p, i) => (p.Correlation.Header.Id, i)).ToDictionary(p => p.Id, p => p.i, StringComparer.Ordinal);
        foreach (var stage in _stages) stage.Inner = [.. stage.Plan.References.Keys.Where(byId.ContainsKey).Select(id => _stages[byId[id]])];
    }

    /// <summary>What could not be used, so far.</summary>
    public CorrelationCounts Counts { get; } = new();

    /// <summary>Matches that wait for the watermark.</summary>
    public int Waiting => _waiting.Count + _stages.Sum(s => s.Waiting);

    /// <summary>Keys that have state, over all correlations.</summary>
    public int Keys => _stages.Sum(s => s.Run.Keys);

    /// <summary>One more match, in any order.</summary>
    public void Offer(Match match)
    {
        if (!_isConsumed(match.Rule.Header.Id)) return;
        if (!match.TimeKnown) Counts.WithoutTime++;
        else if (match.Time.UtcTicks < _watermark) Counts.Late++;
        else if (Occurrence.Of(match) is var one) _waiting.Enqueue(one, one);
    }

    /// <summary>Nothing before the watermark will come any more: what waited for that is judged.</summary>
    /// <param name="delivery">How far each source has come.</param>
    public void AdvanceTo(DateTimeOffset watermark, Delivery delivery) => AdvanceTo(watermark.UtcTicks, delivery);

    /// <summary>Nothing will come any more at all.</summary>
    public void Finish(Delivery delivery)
    {
        Release(long.MaxValue);
        foreach (var stage in _stages)
        {
            stage.Delivered.Become(delivery.For(stage.Plan.Correlation, _rules));
            stage.TakeAll();
            stage.Run.Finish();
        }
    }

    private void AdvanceTo(long watermark, Delivery delivery)
    {
        if (watermark <= _watermark) return;
        _watermark = watermark;
        Release(watermark);
        foreach (var stage in _stages)
        {
            var reached = stage.Inner.Length == 0 ? watermark : Math.Min(watermark, stage.Inner.Min(i => i.Told));
            stage.Delivered.Become(delivery.For(stage.Plan.Correlation, _rules));
            stage.PassTo(reached);
        }
    }

    // In order, each record once for a rule.
    private void Release(long before)
    {
        while (_waiting.TryPeek(out var one, out _) && (one.Ticks < before || before == long.MaxValue))
        {
            _waiting.Dequeue();
            while (_recent.TryPeek(out var oldest) && oldest.Ticks < one.Ticks - _horizon) _seen.Remove(Identity(_recent.Dequeue()));
            if (!_seen.Add(Identity(one)))
            {
                Counts.Duplicates++;
                continue;
            }

            _recent.Enqueue(one);
            foreach (var plan in _consumers[one.RuleId]) _stages[plan].Offer(one);
        }
    }

    private void Route(CorrelationFinding finding)
    {
        _found(finding);
        if (!finding.IsFinal || !_consumers.TryGetValue(finding.Correlation.Header.Id, out var plans)) return;
        foreach (var plan in plans) _stages[plan].Offer(Occurrence.Of(finding));
    }

    private static (string, string) Identity(Occurrence one) => (one.RecordId, one.RuleId);

    // One correlation, with what waits for it: findings of inner ones come later than the matches of their time.
    private sealed class Stage
    {
        private readonly PriorityQueue<Occurrence, Occurrence> _queue = new(Occurrence.Order);

        public Stage(CorrelationPlan plan, CorrelationCounts counts, Action<CorrelationFinding> found)
        {
            Plan = plan;
            Run = new CorrelationRun(plan, counts, found, Delivered);
        }

        public CorrelationPlan Plan { get; }

        public DeliveredTimes Delivered { get; } = new(long.MaxValue, long.MinValue, long.MinValue);

        public CorrelationRun Run { get; }

        public Stage[] Inner { get; set; } = [];

        public int Waiting => _queue.Count;

        /// <summary>Until when all findings have been told.</summary>
        public long Told { get; private set; } = long.MinValue;

        public void Offer(Occurrence one) => _queue.Enqueue(one, one);

        public void PassTo(long reached)
        {
            while (_queue.TryPeek(out var one, out _) && one.Ticks < reached) Run.Add(_queue.Dequeue());
            if (Run.PassTo(reached)) Told = Run.ToldUntil(reached);
        }

        public void TakeAll()
        {
            while (_queue.TryDequeue(out var one, out _)) Run.Add(one);
        }
    }
}
