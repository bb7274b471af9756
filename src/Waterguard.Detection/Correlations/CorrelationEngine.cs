using System.Collections.Immutable;
using Waterguard.Detection.Matching;
using Waterguard.Detection.State;
using Waterguard.Sigma;
using Waterguard.Sigma.Correlations;

namespace Waterguard.Detection.Correlations;

/// <summary>All correlations of a set of rules, in event time: what it finds is a function of the set of matches, not of their order or of copies among
/// them. What each type means exactly is in <c>docs/correlations.md</c>. Immutable; shared.</summary>
public sealed class CorrelationEngine
{
    private static readonly long LeastHorizon = TimeSpan.FromHours(1).Ticks;
    private readonly ImmutableArray<CorrelationPlan> _plans;
    private static readonly string[] s_kinds = ["container", "pod", "workload", "image", "node", "cluster", "identity", "address", "resource"];
    private readonly ImmutableArray<string> _words;
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
        var meanings = new Dictionary<string, string>(rules.Rules.Select(r => KeyValuePair.Create(r.Header.Id, r.Header.SemanticHash)).DistinctBy(r => r.Key, StringComparer.Ordinal), StringComparer.Ordinal);
        var plans = ImmutableArray.CreateBuilder<CorrelationPlan>();
        foreach (var correlation in CorrelationSupport.InnerFirst(rules.Correlations, ids))
        {
            var consumed = correlation.Rules.Select((r, i) => (Id: ids[r], Index: i)).GroupBy(r => r.Id, StringComparer.Ordinal)
                .ToImmutableDictionary(g => g.Key, g => g.Select(r => r.Index).ToImmutableArray(), StringComparer.Ordinal);
            var meaning = string.Join(' ', [correlation.Header.SemanticHash, .. consumed.Keys.Order(StringComparer.Ordinal).Select(id => meanings[id])]);
            meanings[correlation.Header.Id] = meaning;
            if (NotEvaluated.ContainsKey(correlation.Header.Id)) continue;
            plans.Add(new CorrelationPlan(correlation, !silent.Contains(correlation.Header.Id), consumed, [.. reasonNames(correlation.Header).Distinct(StringComparer.Ordinal)], meaning));
        }

        _plans = plans.ToImmutable();
        _horizon = _plans.IsEmpty ? 0 : Math.Max(LeastHorizon, _plans.Max(p => p.Settles));
        _words =
        [
            .. _plans.SelectMany(p => p.References.Keys).Concat(_plans.Select(p => p.Correlation.Header.Id)).Concat(_plans.SelectMany(p => p.NamesRead)).Concat(s_kinds).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal),
        ];
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
        var all = matches as IReadOnlyCollection<Match> ?? [.. matches];
        var findings = new List<CorrelationFinding>();
        var session = Open(f => Keep(f, findings));
        foreach (var match in all) session.Offer(match);
        var known = delivery ?? Delivery.Of(all.Where(m => m.TimeKnown).Select(m => m.Time.UtcTicks));
        // What has been learnt can be asked for only as long as there are keys: Finish leaves none.
        if (all.Where(m => m.TimeKnown && m.Time.Year < 9999).Select(m => m.Time).DefaultIfEmpty().Max() is var last && last != default) session.AdvanceTo(last, known);
        var readiness = session.Readiness();
        session.Finish(known);
        return new CorrelationOutcome([.. findings.Order(CorrelationFinding.Order)], session.Counts) { Readiness = readiness };
    }

    /// <summary>The same correlations over matches that go on coming.</summary>
    /// <param name="found">Told of every finding: at once when a condition is met, and with <see cref="CorrelationFinding.IsFinal"/> when nothing can be added any more.</param>
    public CorrelationSession Open(Action<CorrelationFinding> found, SessionOptions? options = null) => new(_plans, _rules, new StateWords(_words), _horizon, found, options ?? SessionOptions.Default);

    /// <summary>Tells what a session will find as soon as the matches are there.</summary>
    /// <param name="tell">Told of each finding once.</param>
    /// <param name="takeBack">Told of a finding that does not hold, and which one stands in its place, if any does.</param>
    /// <param name="raws">As the session's.</param>
    public EarlyFindings OpenEarly(Action<CorrelationFinding> tell, Action<CorrelationFinding, CorrelationFinding?> takeBack, IRawPlaces? raws = null)
    {
        var plans = _plans.Where(p => p.IsPrompt && !p.References.Keys.Any(id => _plans.Any(inner => inner.Correlation.Header.Id == id))).ToImmutableArray();
        return new EarlyFindings(plans.Select(p => p.Correlation.Header.Id), found => new CorrelationSession(plans, _rules, new StateWords(_words), _horizon, found, new SessionOptions(1, raws)), tell, takeBack);
    }

    private static void Keep(CorrelationFinding finding, List<CorrelationFinding> findings)
    {
        if (finding.IsFinal) findings.Add(finding);
    }

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
