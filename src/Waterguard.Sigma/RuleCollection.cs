using System.Collections.Immutable;
using Waterguard.Content;
using Waterguard.Sigma.Correlations;

namespace Waterguard.Sigma;

/// <summary>Everything that a set of rule files holds, after filters and placeholders were applied. Immutable.</summary>
/// <param name="Files">How many files were read.</param>
/// <param name="Filters">How many Sigma filters were read (they are already part of the rules' conditions).</param>
/// <param name="Diagnostics">Everything that was found wrong, in the order of file and line; a document with an error is in neither list.</param>
public sealed record RuleCollection(
    ImmutableArray<SigmaRule> Rules, ImmutableArray<Correlation> Correlations, int Files, int Filters, ImmutableArray<Diagnostic> Diagnostics);
