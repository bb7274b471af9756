using System.Collections.Concurrent;
using System.Collections.Immutable;
using Waterguard.Alerting;
using Waterguard.Alerting.Suppression;
using Waterguard.Content;
using Waterguard.Detection;
using Waterguard.Detection.Census;
using Waterguard.Detection.Correlations;
using Waterguard.Detection.Lists;
using Waterguard.Detection.Matching;
using Waterguard.Events.Shapes;
using Waterguard.Sigma;
using Waterguard.Sigma.Correlations;
using Waterguard.Sources;
using Waterguard.Sources.Recognition;

namespace Waterguard.Pipeline;

/// <summary>Everything that a run needs to know, loaded together and never changed: sources, rules, lists, and what was compiled of them. A reload makes
/// another one. Thread-safe: a form's plan is compiled when its first record comes.</summary>
internal sealed class Generation
{
    private readonly ConcurrentDictionary<EventShape, Lazy<FormPlan>> _plans = new(ReferenceEqualityComparer.Instance);
    private readonly ImmutableDictionary<string, RuleUse> _uses;
    private readonly ImmutableDictionary<string, string> _strategies;
    private readonly Level _lowest;

    public Generation(SourceCatalog sources, RuleCollection rules, ListCatalog lists, ImmutableDictionary<string, string> strategies, Level lowest, ImmutableArray<Diagnostic> diagnostics, ReadingCatalog? readings = null)
    {
        Readings = readings ?? ReadingCatalog.Empty;
        Sources = sources;
        Rules = rules;
        Lists = lists;
        Diagnostics = diagnostics;
        _strategies = strategies;
        _lowest = lowest;
        _uses = RuleUse.Of(rules);
        NeedsDelivery = rules.Correlations.Any(c => c.Type is CorrelationType.Absence or CorrelationType.Silence or CorrelationType.Beacon || c.Extension.Bucket is not null);
        CensusSettles = rules.Rules.Any(r => UseOf(r) is { Correlated: true, Filled: true }) ? Resolver.Settles : TimeSpan.Zero;
        Correlations = new CorrelationEngine(rules, h => ReasonText.Names(h.Custom.Reason));
    }

    public SourceCatalog Sources { get; }

    public RuleCollection Rules { get; }

    public ListCatalog Lists { get; }

    /// <summary>How facts are read for the census.</summary>
    public ReadingCatalog Readings { get; }

    public CorrelationEngine Correlations { get; }

    /// <summary>What is known to be benign, by id.</summary>
    public ImmutableArray<KnownBenign> Suppressions { get; init; } = [];

    /// <summary>How much longer correlations wait for the census: not at all where none reads what it fills in.</summary>
    public TimeSpan CensusSettles { get; }

    /// <summary>Whether some correlation asks what did not come: then it must be known how far every source has delivered.</summary>
    public bool NeedsDelivery { get; }

    /// <summary>Whether a rule is evaluated on the records of a source.</summary>
    public bool Routes(SigmaRule rule, string source) => Sources.Find(source) is { } found && found.Forms.Any(f => f.Takes(rule.LogSource));

    public ImmutableArray<Diagnostic> Diagnostics { get; }

    public RuntimeCounters Counters { get; } = new();

    /// <summary>The strategy that a rule is a detection of, or null.</summary>
    public string? StrategyOf(string ruleId) => _strategies.GetValueOrDefault(ruleId);

    /// <summary>Rule id -> strategy, of all rules that are detections of one.</summary>
    public ImmutableDictionary<string, string> Strategies => _strategies;

    /// <summary>What becomes of a rule's matches.</summary>
    public RuleUse UseOf(SigmaRule rule) => _uses.TryGetValue(rule.Header.Id, out var use) ? use : RuleUse.None;

    /// <summary>The compiled rules for the records of one form.</summary>
    public FormPlan PlanFor(EventShape form) => _plans.GetOrAdd(form, f => new Lazy<FormPlan>(() => Compile(f))).Value;

    private FormPlan Compile(EventShape form)
    {
        var heard = Readings.Sources.Contains(form.Source);
        var needed = form.Recognise.Select(t => t.Path).Concat(heard ? form.Time : []);
        // A source that takes every rule says nothing about what its records tell.
        var readings = Readings.Readings.Where(r => !form.TakesEveryRule && form.Takes(r.Rule.LogSource)).ToArray();
        var rules = Rules.Rules.Where(r => r.Header.Level >= _lowest || UseOf(r).Correlated).Concat(readings.Select(r => r.Rule));
        var plan = RulePlan.Compile(form, rules, needed, Lists, Counters, form.TakesEveryRule ? [] : CensusFields.Decided.Except(form.Map.Keys));
        var tests = new FormTests(form.Recognise, path => plan.Layout.Find(path)!.Tiers[0][0].Slot);
        var names = plan.Rules.SelectMany(r => UseOf(r).Names).Distinct(StringComparer.Ordinal);
        return new FormPlan(form, plan, tests, new MatchReader(form, names), readings.Length > 0 ? new FactReader(form, readings) : null, [.. plan.Rules.Select(r => Readings.ByRule.GetValueOrDefault(r))], heard ? new RecordClock(plan.Layout) : null);
    }
}

/// <summary>One form with all that is compiled for it.</summary>
/// <param name="Facts">Reads what its records tell the census; null: nothing.</param>
/// <param name="Readings">By a rule's number: the reading that it is, or null.</param>
/// <param name="Clock">Tells when each record was written, where it matters that the source was heard; else null.</param>
internal sealed record FormPlan(EventShape Form, RulePlan Rules, FormTests Tests, MatchReader Details, FactReader? Facts, ImmutableArray<Reading?> Readings, RecordClock? Clock);

/// <summary>What becomes of a rule's matches: whether they alert by themselves, and which names their consumers read.</summary>
/// <param name="Decided">Whether the census decides some clause of the rule.</param>
/// <param name="Filled">Whether the census has values for some of the names.</param>
internal sealed record RuleUse(bool Alerts, bool Correlated, ImmutableArray<string> Names, bool Decided, bool Filled)
{
    /// <summary>Whether what it finds is a marker of our own: nobody is told.</summary>
    public bool IsCanary { get; init; }

    /// <summary>Nobody is told: it is no rule, but reads facts.</summary>
    public static RuleUse None { get; } = new(false, false, [], false, false);

    public static ImmutableDictionary<string, RuleUse> Of(RuleCollection rules)
    {
        var uses = rules.Rules.ToDictionary(r => r.Header.Id, r => (Alerts: !r.Header.Custom.IsCanary, Correlated: false, Names: new HashSet<string>(StringComparer.Ordinal)), StringComparer.Ordinal);
        var ids = rules.Rules.ToLookup(r => r.Header.Name ?? r.Header.Id, r => r.Header.Id, StringComparer.Ordinal);
        foreach (var correlation in rules.Correlations)
        {
            foreach (var reference in correlation.Rules)
            {
                foreach (var id in uses.ContainsKey(reference) ? [reference] : ids[reference])
                {
                    var use = uses[id];
                    use.Names.UnionWith(Reads(correlation, reference, id));
                    uses[id] = (use.Alerts && correlation.Generate, true, use.Names);
                }
            }
        }

        // What only a rule's own alert shows is not kept of matches that never become one.
        foreach (var rule in rules.Rules.Where(r => uses[r.Header.Id].Alerts)) uses[rule.Header.Id].Names.UnionWith(ReasonText.Names(rule.Header.Custom.Reason).Concat(rule.Fields));
        var decided = rules.Rules.Where(r => CensusFields.AreReadBy(r.Condition)).Select(r => r.Header.Id).ToHashSet(StringComparer.Ordinal);
        var canaries = rules.Rules.Where(r => r.Header.Custom.IsCanary).Select(r => r.Header.Id).ToHashSet(StringComparer.Ordinal);
        foreach (var (id, use) in uses)
        {
            // What the census fills in it finds by what the record says of whom it is about.
            if (decided.Contains(id) || use.Names.Overlaps(CensusFields.Decided)) use.Names.UnionWith(CensusFields.Handles);
        }

        return uses.ToImmutableDictionary(u => u.Key, u => new RuleUse(u.Value.Alerts, u.Value.Correlated, [.. u.Value.Names.Order(StringComparer.Ordinal)], decided.Contains(u.Key), u.Value.Names.Overlaps(CensusFields.Filled)) { IsCanary = canaries.Contains(u.Key) }, StringComparer.Ordinal);
    }

    // An alias stands for another field in each rule.
    private static IEnumerable<string> Reads(Correlation correlation, string reference, string id)
    {
        foreach (var name in correlation.GroupBy.Concat(correlation.Field).Concat(ReasonText.Names(correlation.Header.Custom.Reason)))
        {
            if (!correlation.Aliases.TryGetValue(name, out var fields)) yield return name;
            else if (fields.TryGetValue(reference, out var field) || fields.TryGetValue(id, out field)) yield return field;
        }

        if (!correlation.Extension.Inherit.IsEmpty) yield return "container.image.name";
        if (correlation.Extension.MeasureField is { } measure) yield return measure;
        if (correlation.Type == CorrelationType.Beacon)
        {
            foreach (var name in CorrelationEngine.NamesOfCalls) yield return name;
        }
    }
}
