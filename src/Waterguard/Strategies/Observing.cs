using System.Collections.Immutable;
using System.Text.Json;
using Waterguard.Coverage;
using Waterguard.Pipeline;
using Waterguard.Sigma;
using Waterguard.Sigma.Correlations;
using Waterguard.Strategies.State;
using Waterguard.Witnesses;

namespace Waterguard.Strategies;

/// <summary>Puts together what was observed, from what the parts have counted.</summary>
internal static class Observing
{
    private const int MostLacksNamed = 6;
    private const string Rounds = "waterguard.census";
    private static readonly string[] s_witnesses = ["kubernetes.audit", "docker.events", Rounds];

    /// <summary>What is observed in a report of coverage and in how far learning has come.</summary>
    public static Observations Of(
        Generation generation, CoverageReport report, IReadOnlyDictionary<string, (long Keys, double ReadyShare)> readiness, ImmutableDictionary<string, ValidationSeen> validation, DateTimeOffset now, TimeSpan? silentAfter = null) => new(
        now,
        report.Sources.ToImmutableSortedDictionary(s => s.Source, s => Of(s, report.Live?.Sources.Where(l => l.Source == s.Source).Select(l => (DateTimeOffset?)l.Last).FirstOrDefault()), StringComparer.Ordinal),
        report.Sights.ToImmutableDictionary(s => s.Key, s => s.Value.Source == DisagreementRecord.Source ? Witnesses(report, now, silentAfter) : Of(s.Value), StringComparer.Ordinal),
        generation.Rules.Correlations.Where(c => readiness.ContainsKey(c.Header.Id) || Learns(c))
            .ToImmutableDictionary(c => c.Header.Id, c => Of(c, readiness.GetValueOrDefault(c.Header.Id)), StringComparer.Ordinal),
        validation, ImmutableDictionary<string, CheckSeen>.Empty) { SilentAfter = report.Live is null ? null : silentAfter };

    /// <summary>The detections of a strategy: rules that alert, and correlations.</summary>
    public static IEnumerable<StatedDetection> Detections(Generation generation, string strategy)
    {
        var ids = generation.Rules.Rules.Select(r => r.Header).Concat(generation.Rules.Correlations.Select(c => c.Header)).SelectMany(h => new[] { (Key: h.Id, h.Id), (Key: h.Name ?? h.Id, h.Id) })
            .DistinctBy(p => p.Key, StringComparer.Ordinal).ToDictionary(p => p.Key, p => p.Id, StringComparer.Ordinal);
        var rules = generation.Rules.Rules.Where(r => generation.UseOf(r).Alerts).Select(r => Of(r.Header, []));
        var correlations = generation.Rules.Correlations.Select(c => Of(c.Header, c.Roles.TryGetValue("expected", out var expected) && ids.TryGetValue(expected, out var id) ? [id] : []));
        return rules.Concat(correlations).Where(d => generation.StrategyOf(d.Id) == strategy);
    }

    /// <summary>How the last validation ended, by the detections that it names.</summary>
    /// <param name="json">What <c>waterguard validate --results FILE</c> wrote.</param>
    /// <exception cref="JsonException">It is something else.</exception>
    public static ImmutableDictionary<string, ValidationSeen> Validation(Generation generation, ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json);
        var root = document.RootElement;
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("results", out var results) || !root.TryGetProperty("ran", out var ran)) throw new JsonException("these are no results of a validation");
        var names = generation.Rules.Rules.Select(r => r.Header).Concat(generation.Rules.Correlations.Select(c => c.Header)).SelectMany(h => new[] { (Key: h.Id, h.Id), (Key: h.Name ?? h.Id, h.Id) }).ToLookup(p => p.Key, p => p.Id, StringComparer.Ordinal);
        var all = ImmutableDictionary.CreateBuilder<string, ValidationSeen>(StringComparer.Ordinal);
        foreach (var result in results.EnumerateArray().Where(r => r.GetProperty("outcome").GetString() != "not_run"))
        {
            foreach (var id in names[result.GetProperty("rule").GetString()!].Distinct(StringComparer.Ordinal))
            {
                var (fired, quiet) = (result.GetProperty("fired").GetBoolean(), result.GetProperty("twins").EnumerateArray().All(t => t.GetProperty("quiet").GetBoolean()));
                var known = all.GetValueOrDefault(id);
                all[id] = new ValidationSeen(ran.GetDateTimeOffset(), fired || known?.Fired == true, quiet && known?.TwinsQuiet != false, result.GetProperty("scenario").GetString());
            }
        }

        return all.ToImmutable();
    }

    private static StatedDetection Of(RuleHeader header, ImmutableArray<string> companions) => new(header.Id, header.Name, header.Title, Alerting.Output.AlertJson.Name(header.Level), companions);

    private static SourceSeen Of(RuleJudgement source, DateTimeOffset? last)
    {
        var names = source.Forms.SelectMany(f => f.Names).Distinct(StringComparer.Ordinal);
        return new SourceSeen(
            source.Source, source.Events, last,
            names.ToImmutableSortedDictionary(n => n, n => (double)source.Forms.Where(f => f.Names.Contains(n)).Sum(f => f.Filled(n)) / Math.Max(1, source.Events), StringComparer.Ordinal),
            source.Sums.Where(s => s.Eligible > 0).SelectMany(s => s.Expectation.Fields.Select(f => (Field: f, s.Share))).DistinctBy(f => f.Field, StringComparer.Ordinal)
                .ToImmutableSortedDictionary(f => f.Field, f => f.Share, StringComparer.Ordinal),
            source.Forms.SelectMany(f => f.Outside).GroupBy(o => o.Key.Field, StringComparer.Ordinal)
                .ToImmutableSortedDictionary(g => g.Key, g => g.Select(o => o.Key.Value).Distinct(StringComparer.Ordinal).ToImmutableArray(), StringComparer.Ordinal));
    }

    private static DetectionSeen Of(RuleSight sight) => new(
        sight.Source, sight.Sight != Sight.NoTelemetry,
        [
            .. sight.Sight is Sight.Blind or Sight.Partly
                ? sight.Lacks.Select(l => $"lacks {l.Expectation.Lacks}{(l.For.IsEmpty ? "" : $" for {string.Join(", ", l.For.Take(MostLacksNamed))}{(l.For.Length > MostLacksNamed ? " …" : "")}")} ({l.Expectation.Fields[0]}). {l.Expectation.SwitchOn}")
                : [],
        ],
        sight.Sight == Sight.Partly);

    // What witnesses disagree on is told by nobody but the census, which needs two of them. A sensor that speaks in rounds and has stopped is none any more.
    private static DetectionSeen Witnesses(CoverageReport report, DateTimeOffset now, TimeSpan? silentAfter)
    {
        var heard = report.Sources.Select(s => s.Source).Where(s => Array.IndexOf(s_witnesses, s) >= 0)
            .Where(s => s != Rounds || report.Live?.Sources.FirstOrDefault(l => l.Source == s) is not { } live || now - live.Last <= (silentAfter ?? TimeSpan.MaxValue)).ToArray();
        return heard.Length >= 2 ? new(DisagreementRecord.Source, true, [], false)
            : new("census", true, [$"two witnesses of containers are needed among {string.Join(", ", s_witnesses)}; heard of: {(heard.Length == 0 ? "none" : heard[0])}"], false);
    }

    private static bool Learns(Correlation correlation) => correlation.Type is CorrelationType.Baseline or CorrelationType.FirstSeen;

    private static LearningSeen Of(Correlation correlation, (long Keys, double ReadyShare) readiness) =>
        new(readiness.Keys, readiness.ReadyShare, correlation.Extension.Learn is { } learn ? learn.TotalDays >= 1 ? FormattableString.Invariant($"{learn.TotalDays:0.#} days") : FormattableString.Invariant($"{learn.TotalHours:0.#} hours") : "no time");
}
