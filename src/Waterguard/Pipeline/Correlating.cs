using Waterguard.Alerting;
using Waterguard.Detection.Correlations;
using Waterguard.Detection.Matching;

namespace Waterguard.Pipeline;

/// <summary>What the correlations did, and what they could not.</summary>
/// <param name="Counts">What they could not use, by name; see <see cref="CorrelationCounts"/>.</param>
internal sealed record CorrelationTally(long Findings, IReadOnlyDictionary<string, string> NotEvaluated, IReadOnlyDictionary<string, long> Counts)
{
    /// <summary>How far learning correlations have come, by id.</summary>
    public IReadOnlyDictionary<string, (long Keys, double ReadyShare)> Readiness { get; init; } = new Dictionary<string, (long, double)>(StringComparer.Ordinal);
}

/// <summary>Feeds matches to the correlations in the order of event time, and turns findings into alerts.</summary>
internal static class Correlating
{
    public static CorrelationTally Run(Generation generation, IReadOnlyList<Match> matches, ScanTally tally, AlertFactory factory, AlertSet alerts)
    {
        var engine = generation.Correlations;
        var outcome = engine.Run(matches, Delivery.Of(tally.Delivered, generation.Routes));
        foreach (var finding in outcome.Findings)
        {
            if (finding.Alerts) alerts.Add(factory.FromFinding(finding));
        }

        return new CorrelationTally(outcome.Findings.Length, engine.NotEvaluated, outcome.Counts.All) { Readiness = outcome.Readiness };
    }
}
