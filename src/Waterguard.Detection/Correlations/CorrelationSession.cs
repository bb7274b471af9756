using System.Collections.Immutable;
using Waterguard.Detection.Matching;
using Waterguard.Detection.State;
using Waterguard.Sigma;

namespace Waterguard.Detection.Correlations;

/// <summary>How a session is run.</summary>
/// <param name="Threads">How many threads drive the shards; what is found does not depend on it.</param>
/// <param name="Raws">Finds copies of records again that state names by their places; null: state holds the copies.</param>
/// <param name="NotesChanges">Whether <see cref="CorrelationSession.TakeChanges"/> will be asked: what changed is noted for it.</param>
/// <param name="RecentRecords">How many records are remembered, so that copies are not counted again: some seventy bytes each.</param>
public sealed record SessionOptions(int Threads = 1, IRawPlaces? Raws = null, bool NotesChanges = false, int RecentRecords = 1 << 17)
{
    /// <summary>One thread, nothing stored.</summary>
    public static SessionOptions Default { get; } = new();
}

/// <summary>Correlations over matches that go on coming, in event time: matches wait until the watermark has passed them, so that within the lateness their order does not matter; what is
/// later is counted. What it finds, after the last watermark, is what <see cref="CorrelationEngine.Run"/> finds in all of them together. Not thread-safe.</summary>
public sealed partial class CorrelationSession
{
    private readonly Stage[] _stages;
    private readonly ImmutableArray<ImmutableArray<int>> _levels;
    private readonly Shard[] _shards;
    private readonly ImmutableDictionary<string, int[]> _consumers;
    private readonly Action<CorrelationFinding> _found;
    private readonly RuleCollection _rules;
    private readonly SessionOptions _options;
    private readonly PriorityQueue<Occurrence, Occurrence> _waiting = new(Occurrence.Order);
    private readonly CorrelationCounts _counts = new();
    private readonly RecentRecords _recent;
    private readonly StateWords _words;
    private long _watermark = long.MinValue;

    internal CorrelationSession(
        ImmutableArray<CorrelationPlan> plans, RuleCollection rules, StateWords words, long horizon, Action<CorrelationFinding> found, SessionOptions options)
    {
        (_rules, _words, _found, _options) = (rules, words, found, options);
        _recent = new RecentRecords(horizon, options.RecentRecords, _counts);
        _consumers = plans.SelectMany((p, i) => p.References.Keys.Select(id => (Id: id, Plan: i))).GroupBy(c => c.Id, StringComparer.Ordinal)
            .ToImmutableDictionary(g => g.Key, g => g.Select(c => c.Plan).ToArray(), StringComparer.Ordinal);
        _stages = [.. plans.Select(p => new Stage(p))];
        var byId = plans.Select((p, i) => (p.Correlation.Header.Id, i)).ToDictionary(p => p.Id, p => p.i, StringComparer.Ordinal);
        foreach (var stage in _stages) stage.Inner = [.. stage.Plan.References.Keys.Where(byId.ContainsKey).Select(id => _stages[byId[id]])];
        foreach (var stage in _stages) stage.Level = stage.Inner.Length == 0 ? 0 : stage.Inner.Max(i => i.Level) + 1; // inner ones come first
        _levels = [.. _stages.Select((s, i) => (s.Level, i)).GroupBy(s => s.Level).OrderBy(g => g.Key).Select(g => g.Select(s => s.i).ToImmutableArray())];
        _shards = [.. Enumerable.Range(0, Shard.Count).Select(_ => new Shard([.. plans], [.. _stages.Select(s => s.Delivered)], words, options.Raws, options.NotesChanges))];
    }

    /// <summary>What could not be used, so far.</summary>
    public CorrelationCounts Counts
    {
        get
        {
            var all = new CorrelationCounts();
            all.Add(_counts);
            foreach (var shard in _shards) all.Add(shard.Counts);
            return all;
        }
    }

    /// <summary>Matches that wait for the watermark.</summary>
    public int Waiting => _waiting.Count + _stages.Sum(s => s.Queue.Count);

    /// <summary>Keys that have state, over all correlations.</summary>
    public int Keys => _shards.Sum(s => s.Keys);

    /// <summary>One more match, in any order.</summary>
    public void Offer(Match match)
    {
        if (!_consumers.ContainsKey(match.Rule.Header.Id)) return;
        if (!match.TimeKnown) _counts.WithoutTime++;
        else if (match.Time.UtcTicks < _watermark) _counts.Late++;
        else if (Occurrence.Of(match) is var one) _waiting.Enqueue(one, one);
    }

    /// <summary>Nothing before the watermark will come any more: what waited for that is judged.</summary>
    /// <param name="delivery">How far each source has come.</param>
    public void AdvanceTo(DateTimeOffset watermark, Delivery delivery)
    {
        if (watermark.UtcTicks <= _watermark) return;
        _watermark = watermark.UtcTicks;
        Step(delivery, s => s.Inner.Length == 0 ? _watermark : Math.Min(_watermark, s.Inner.Min(i => i.Told)), end: false);
    }

    /// <summary>Nothing will come any more at all.</summary>
    public void Finish(Delivery delivery)
    {
        _watermark = long.MaxValue;
        Step(delivery, _ => long.MaxValue, end: true);
    }

    // Level by level: those that consume rules only, then those that consume what these found, and so on.
    private void Step(Delivery delivery, Func<Stage, long> reach, bool end)
    {
        Release(end);
        foreach (var level in _levels)
        {
            foreach (var plan in level)
            {
                var stage = _stages[plan];
                stage.Delivered.Become(delivery.For(stage.Plan.Correlation, _rules));
                stage.Reached = reach(stage);
                while (stage.Queue.TryPeek(out var one, out _) && (end || one.Ticks < stage.Reached)) Hand(plan, stage.Queue.Dequeue());
            }

            Drive(level, end);
            foreach (var plan in level) _stages[plan].HasPassed();
            Tell();
        }
    }

    // In order, each record once for a rule.
    private void Release(bool all)
    {
        while (_waiting.TryPeek(out var one, out _) && (all || one.Ticks < _watermark))
        {
            _waiting.Dequeue();
            if (!_recent.IsNew(one)) continue;
            foreach (var plan in _consumers[one.RuleId])
            {
                if (_stages[plan].Inner.Length == 0) Hand(plan, one);
                else _stages[plan].Queue.Enqueue(one, one);
            }
        }
    }

    private void Hand(int plan, Occurrence one)
    {
        foreach (var key in _stages[plan].Plan.Keys.Of(one, _counts)) _shards[_stages[plan].Plan.ShardOf(key.Family)].Inbox.Add((plan, key, one));
    }

    private void Drive(ImmutableArray<int> level, bool end)
    {
        if (_options.Threads <= 1)
        {
            foreach (var shard in _shards) Drive(shard, level, end);
        }
        else
        {
            Parallel.ForEach(_shards, new ParallelOptions { MaxDegreeOfParallelism = _options.Threads }, shard => Drive(shard, level, end));
        }
    }

    private void Drive(Shard shard, ImmutableArray<int> level, bool end)
    {
        shard.TakeIn();
        foreach (var plan in level)
        {
            if (end) shard.Finish(plan);
            else if (_stages[plan].Passes) shard.PassTo(plan, _stages[plan].Reached);
            else shard.Judge(plan);
        }

        if (level == _levels[^1]) shard.Rest();
    }

    // In an order of their own: not that of shards or threads.
    private void Tell()
    {
        var findings = _shards.SelectMany(s => s.Findings).Order(CorrelationFinding.Order).ToArray();
        foreach (var shard in _shards) shard.Findings.Clear();
        foreach (var finding in findings)
        {
            _found(finding);
            if (!finding.IsFinal || !_consumers.TryGetValue(finding.Correlation.Header.Id, out var plans)) continue;
            var one = Occurrence.Of(finding);
            foreach (var plan in plans) _stages[plan].Queue.Enqueue(one, one);
        }
    }

    // One correlation over all shards, with what waits for it: findings of inner ones come later than the matches of their time.
    private sealed class Stage(CorrelationPlan plan)
    {
        private const int PassesPerSpan = 4;

        public CorrelationPlan Plan => plan;

        public DeliveredTimes Delivered { get; } = new(long.MaxValue, long.MinValue, long.MinValue);

        public Stage[] Inner { get; set; } = [];

        public int Level { get; set; }

        public PriorityQueue<Occurrence, Occurrence> Queue { get; } = new(Occurrence.Order);

        /// <summary>How far time has come for it, in this step.</summary>
        public long Reached { get; set; } = long.MinValue;

        /// <summary>How far time had come when all keys were last looked at.</summary>
        public long Passed { get; set; } = long.MinValue;

        /// <summary>Until when all findings have been told.</summary>
        public long Told { get; set; } = long.MinValue;

        /// <summary>Whether time has gone on enough for a look at all keys to be worth while.</summary>
        public bool Passes => Reached != long.MinValue && (Passed == long.MinValue || Reached - Passed >= Math.Max(1, plan.Settles / PassesPerSpan));

        // What ended earlier cannot change: a whole window may start late, and be the one that ends an excursion.
        public void HasPassed()
        {
            if (!Passes) return;
            Passed = Reached;
            Told = Reached - (plan.Settles * 4) - 1;
        }
    }
}
