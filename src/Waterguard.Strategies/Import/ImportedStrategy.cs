using System.Collections.Immutable;
using Waterguard.Content;

namespace Waterguard.Strategies.Import;

/// <summary>What an import makes of somebody's document.</summary>
/// <param name="Files">The files of the skeleton, by their path inside the strategy's folder.</param>
/// <param name="Findings">What the document gets wrong, at its own places.</param>
/// <param name="ToBind">The sentences that nothing executes yet, each by the id of the claim that waits for it.</param>
public sealed record ImportedStrategy(
    string Name, string Title, ImmutableArray<(string Path, string Text)> Files, ImmutableArray<Diagnostic> Findings, ImmutableArray<(string Claim, string Sentence)> ToBind);
