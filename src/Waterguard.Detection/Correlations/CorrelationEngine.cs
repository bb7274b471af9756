using System.Collections.Immutable;
using Waterguard.Detection.Matching;
using Waterguard.Sigma;
using Waterguard.Sigma.Correlations;

namespace Waterguard.Detection.Correlations;

/// <summary>All correlations of a set of rules, in event time: what it finds is a function of the set of matches, not of their order or of copies among
/// them. What each type means exactly is in <c>docs/correlations.md</c>. Immutable; shared.</summary>
public sealed class CorrelationEngine
{
    private static readonly long LeastHorizon = TimeSpan.FromHours(1).Ticks;
    private readonly ImmutableArray<CorrelationPlan> _plans;
    private readonly ImmutableDictionary<string, ImmutableArray<int>> _consumers;
    private readonly RuleCollection _rules;
    private readonly long _horizon;

    /// <summary>Works out who consumes what, inner correlations before those that consume them.</summary>
    /// <param name="reasonNames">The names that a rule's reason shows.</param>
    public CorrelationEngine(RuleCollection rules, Func<RuleHeader, IEnumerable<string>> reasonNames)
    {
        _rules = rules;
        var ids = Ids(rules);
        NotEvaluated = CorrelationSupport.NotEvaluated(rules.Correlations, ids);
        var silent = rules.Correlations.Where(c => !c.Generate).SelectMany(c => c.Rules).Select(r => ids[r]).ToHashSet(StringComparer.Ordinal);
        _plans =
        [
            .. CorrelationSupport.InnerFirst(rules.Correlations, ids).Where(c => !NotEvaluated.ContainsKey(c.Header.Id)).Select(c => new CorrelationPlan(
                c, !silent.Contains(c.Header.Id),
                c.Rules.Select((r, i) => (Id: ids[r], Index: i)).GroupBy(r => r.Id, StringComparer.Ordinal)
                    .ToImmutableDictionary(g => g.Key, g => g.Select(r => r.Index).ToImmutableArray(), StringComparer.Ordinal),
                c.ParsedExpression(), [.. reasonNames(c.Header).Distinct(StringComparer.Ordinal)])),
        ];
        _consumers = _plans.SelectMany((p, i) => p.References.Keys.Select(id => (Id: id, Plan: i))).GroupBy(c => c.Id, StringComparer.Ordinal)
            .ToImmutableDictionary(g => g.Key, g => g.Select(c => c.Plan).ToImmutableArray(), StringComparer.Ordinal);
        _horizon = _plans.IsEmpty ? 0 : Math.Max(LeastHorizon, _plans.Max(p => p.Settles));
    }

    /// <summary>What a beacon reads of a call besides the names that it is written with.</summary>
    public static IReadOnlyList<string> NamesOfCalls => BeaconWindow.Names;

    /// <summary>Correlations that are not evaluated, by id, and why.</summary>
    public ImmutableSortedDictionary<string, string> NotEvaluated { get; }

    /// <summary>How many correlations are evaluated.</summary>
    public int Evaluated => _plans.Length;

    /// <summary>All findings in a set of matches.</summary>
    /// <param name="delivery">From when until when each source has delivered, whether something matched or not; null: from the first match to the last.</param>
    public CorrelationOutcome Run(IEnumerable<Match> matches, Delivery? delivery = null)
    {
        var counts = new CorrelationCounts();
        var queues = _plans.Select(_ => new List<Occurrence>()).ToArray();
        var all = matches as IReadOnlyCollection<Match> ?? [.. matches];
        var known = delivery ?? Delivery.Of(all.Where(m => m.TimeKnown).Select(m => m.Time.UtcTicks));
        foreach (var one in Distinct(all, counts)) Route(one, queues);
        var findings = new List<CorrelationFinding>();
        for (var i = 0; i < _plans.Length; i++)
        {
            var found = new List<CorrelationFinding>();
            var run = new CorrelationRun(_plans[i], counts, f => Keep(f, found), known.For(_plans[i].Correlation, _rules));
            if (_plans[i].References.Keys.Any(IsCorrelation)) queues[i].Sort(Occurrence.Order);
            foreach (var one in queues[i]) run.Add(one);
            run.Finish();
            queues[i] = []; // its memory is not needed while the next ones run
            foreach (var finding in found) Route(Occurrence.Of(finding), queues);
            findings.AddRange(found);
        }

        return new CorrelationOutcome([.. findings.Order(FindingOrder)], counts);
    }

    /// <summary>The same correlations over matches that go on coming.</summary>
    /// <param name="found">Told of every finding: at once when a condition is met, and with <see cref="CorrelationFinding.IsFinal"/> when nothing can be added any more.</param>
    public CorrelationSession Open(Action<CorrelationFinding> found) => new(_plans, _rules, _consumers.ContainsKey, _horizon, found);

    private static void Keep(CorrelationFinding finding, List<CorrelationFinding> findings)
    {
        if (finding.IsFinal) findings.Add(finding);
    }

    private static Comparer<CorrelationFinding> FindingOrder { get; } = Comparer<CorrelationFinding>.Create((left, right) =>
    {
        var order = left.Opened.CompareTo(right.Opened);
        if (order == 0) order = string.CompareOrdinal(left.Correlation.Header.Id, right.Correlation.Header.Id);
        if (order == 0) order = string.CompareOrdinal(left.Key, right.Key);
        return order != 0 ? order : string.CompareOrdinal(string.Join('\0', left.Anchor), string.Join('\0', right.Anchor));
    });

    private bool IsCorrelation(string id) => _plans.Any(p => p.Correlation.Header.Id == id);

    private void Route(Occurrence occurrence, List<Occurrence>[] queues)
    {
        foreach (var plan in _consumers.GetValueOrDefault(occurrence.RuleId, [])) queues[plan].Add(occurrence);
    }

    // In order, each record once for a rule: a copy that comes later than every window is long cannot meet the first.
    private IEnumerable<Occurrence> Distinct(IEnumerable<Match> matches, CorrelationCounts counts)
    {
        var sorted = new List<Occurrence>();
        foreach (var match in matches)
        {
            if (!_consumers.ContainsKey(match.Rule.Header.Id)) continue;
            if (match.TimeKnown) sorted.Add(Occurrence.Of(match));
            else counts.WithoutTime++;
        }

        sorted.Sort(Occurrence.Order);
        var seen = new HashSet<(string, string)>();
        var recent = new Queue<Occurrence>();
        foreach (var one in sorted)
        {
            while (recent.TryPeek(out var oldest) && oldest.Ticks < one.Ticks - _horizon) seen.Remove(Identity(recent.Dequeue()));
            if (seen.Add(Identity(one)))
            {
                recent.Enqueue(one);
                yield return one;
            }
            else
            {
                counts.Duplicates++;
            }
        }
    }

    private static (string, string) Identity(Occurrence one) => (one.RecordId, one.RuleId);

    private static ImmutableDictionary<string, string> Ids(RuleCollection rules)
    {
        var ids = ImmutableDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var header in rules.Rules.Select(r => r.Header).Concat(rules.Correlations.Select(c => c.Header)))
        {
            ids[header.Id] = header.Id;
            if (header.Name is { } name) ids[name] = header.Id;
        }

        return ids.ToImmutable();
    }
}
