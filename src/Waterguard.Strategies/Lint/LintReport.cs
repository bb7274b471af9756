using System.Collections.Immutable;
using Waterguard.Content;

namespace Waterguard.Strategies.Lint;

/// <summary>What lint says of one strategy.</summary>
/// <param name="Claims">How many claims the document makes.</param>
/// <param name="Bound">How many of them something executes.</param>
/// <param name="Manual">How many say why nothing can.</param>
/// <param name="Detections">How many detections alert.</param>
/// <param name="WithScenario">How many of those some scenario makes fire.</param>
/// <param name="WithQuietTwin">How many of those have a benign twin.</param>
public sealed record LintReport(
    string Strategy, int Claims, int Bound, int Manual, int Detections, int WithScenario, int WithQuietTwin, ImmutableArray<Diagnostic> Diagnostics)
{
    /// <summary>How many errors there are.</summary>
    public int Errors => Diagnostics.Count(d => d.Severity == Severity.Error);
}
