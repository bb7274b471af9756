using System.Collections.Immutable;
using Waterguard.Detection.Reach;
using Waterguard.Events.Shapes;
using Waterguard.Pipeline;
using Waterguard.Sigma;
using Waterguard.Sigma.Correlations;
using Waterguard.Sources.Definitions;
using Waterguard.Sources.Recognition;

namespace Waterguard.Coverage;

/// <summary>What telemetry there is, and what cannot be seen because of what is missing.</summary>
internal sealed record CoverageReport(
    long Records, long Malformed, long Unrecognised, ImmutableArray<(Platform Platform, ImmutableArray<(string Source, long Events)> Sources)> Platforms,
    ImmutableArray<RuleJudgement> Sources, ImmutableArray<RuleSight> Rules, Telemetry Telemetry)
{
    /// <summary>What every rule and correlation can see, by id, those that only others consume among them.</summary>
    public required ImmutableDictionary<string, RuleSight> Sights { get; init; }

    /// <summary>What a running service received; null: files were read.</summary>
    public LiveDeliveries? Live { get; init; }

    /// <summary>Reads everything and judges every detection.</summary>
    /// <param name="also">Source -> further names whose population is asked for.</param>
    public static CoverageReport Make(Generation generation, Telemetry telemetry, IEnumerable<ScanInput> inputs, IProgress<long> progress, CancellationToken cancel, ILookup<string, string>? also = null)
    {
        var reader = ReaderOf(generation, telemetry, generation.Sources.Recogniser, null, also);
        reader.Read(inputs, progress, cancel);
        return Of(generation, telemetry, [reader]);
    }

    /// <summary>A reader whose counts a report can be made of.</summary>
    public static CoverageReader ReaderOf(Generation generation, Telemetry telemetry, FormRecogniser recogniser, EventShape? otherwise, ILookup<string, string>? also = null) =>
        new(recogniser, otherwise, form => new FormCount(form, [.. Names(generation, form).Union(also?[form.Source] ?? [], StringComparer.Ordinal)], telemetry.Expectations.Where(e => e.Source == form.Source), telemetry.Platforms));

    /// <summary>Judges every detection by what some readers have counted.</summary>
    public static CoverageReport Of(Generation generation, Telemetry telemetry, IReadOnlyCollection<CoverageReader> readers)
    {
        ImmutableArray<RuleJudgement> sources = [.. readers.SelectMany(r => r.Counts).GroupBy(c => c.Form.Source, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => new RuleJudgement(g.Key, g, telemetry.Parts))];
        var rules = generation.Rules.Rules.Select(r => Judge(r, sources, generation)).ToDictionary(r => r.Rule.Id, StringComparer.Ordinal);
        var names = generation.Rules.Rules.Where(r => r.Header.Name is not null).ToLookup(r => r.Header.Name!, r => r.Header.Id, StringComparer.Ordinal);
        var correlations = generation.Rules.Correlations.Select(c => Judge(c, rules, names)).OfType<RuleSight>().ToArray();
        return new CoverageReport(readers.Sum(r => r.Records), readers.Sum(r => r.Malformed), readers.Sum(r => r.Unrecognised), [.. telemetry.Platforms.Select(p => (p, Of(p, sources)))], sources,
            [.. rules.Values.Where(r => generation.Rules.Rules.Any(g => g.Header.Id == r.Rule.Id && generation.UseOf(g).Alerts)).Concat(correlations)
                .OrderByDescending(r => r.Rule.Level).ThenBy(r => r.Rule.Title, StringComparer.Ordinal)], telemetry)
        {
            Sights = rules.Values.Concat(correlations).DistinctBy(r => r.Rule.Id, StringComparer.Ordinal).ToImmutableDictionary(r => r.Rule.Id, StringComparer.Ordinal),
        };
    }

    private static ImmutableArray<(string, long)> Of(Platform platform, ImmutableArray<RuleJudgement> sources) =>
        [.. platform.Sources.Select(s => (s, sources.Where(j => j.Source == s).Sum(j => platform.Field is null ? j.Events : j.Forms.Sum(f => f.OfPlatform.GetValueOrDefault(platform.Name)))))];

    private static ImmutableArray<string> Names(Generation generation, EventShape form) => form.IsEnvelope ? [] :
        [.. generation.Rules.Rules.Where(r => form.Takes(r.LogSource)).SelectMany(r => RuleNeeds.Of(r, form).Fields).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    private static RuleSight Judge(SigmaRule rule, ImmutableArray<RuleJudgement> sources, Generation generation)
    {
        var sights = sources.Select(s => s.Judge(rule)).OfType<RuleSight>().OrderBy(s => s.Sight).ToArray();
        if (sights.Length > 0) return sights[0];
        var first = generation.Sources.Sources.FirstOrDefault(s => s.Forms.Any(f => !f.TakesEveryRule && f.Takes(rule.LogSource)));
        return new RuleSight(rule.Header, first?.Name ?? rule.LogSource.ToString(), Sight.NoTelemetry, [], ImmutableSortedDictionary<string, double>.Empty);
    }

    // One that needs all its rules sees as the worst of them, another as the best.
    private static RuleSight? Judge(Correlation correlation, Dictionary<string, RuleSight> rules, ILookup<string, string> names)
    {
        var parts = correlation.Rules.SelectMany(r => rules.ContainsKey(r) ? [r] : names[r]).Select(id => rules[id]).OrderBy(r => r.Sight).ToArray();
        if (parts.Length == 0) return null;
        var all = correlation.Type is CorrelationType.Temporal or CorrelationType.TemporalOrdered;
        return (all ? parts[^1] : parts[0]) with { Rule = correlation.Header };
    }
}
