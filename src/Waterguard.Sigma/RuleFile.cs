using System.Collections.Immutable;
using Waterguard.Content.Yaml;

namespace Waterguard.Sigma;

/// <summary>A file of Sigma documents, in memory.</summary>
/// <param name="Name">The name that findings carry.</param>
public sealed record RuleFile(string Name, string Text);

/// <summary>What the caller may say about loading.</summary>
/// <param name="Placeholders">name -> values for <c>|expand</c>; the values may have wildcards. Names are compared as the dictionary does.</param>
/// <param name="Limits">Bounds on each file.</param>
public sealed record RuleLoadOptions(ImmutableDictionary<string, ImmutableArray<string>> Placeholders, YamlLimits Limits)
{
    /// <summary>No placeholders, default limits.</summary>
    public static RuleLoadOptions Default { get; } =
        new(ImmutableDictionary<string, ImmutableArray<string>>.Empty.WithComparers(StringComparer.OrdinalIgnoreCase), YamlLimits.Default);
}
