using Waterguard.Content;

namespace Waterguard.Sigma.Parsing;

/// <summary>What every parser needs: where findings go, and what the placeholders stand for.</summary>
internal sealed record ParseContext(DiagnosticBag Bag, RuleLoadOptions Options);
