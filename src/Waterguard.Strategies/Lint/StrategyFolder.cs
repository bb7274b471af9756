using System.Collections.Immutable;
using Waterguard.Sigma;
using Waterguard.Strategies.Attack;

namespace Waterguard.Strategies.Lint;

/// <summary>A strategy as it lies in its folder.</summary>
/// <param name="Files">Its files by their path inside the folder, with the name that findings carry.</param>
public sealed record StrategyFolder(string Name, ImmutableArray<StrategyFile> Files)
{
    /// <summary>The document's file, or null.</summary>
    public StrategyFile? Document => Files.FirstOrDefault(f => f.Path == "strategy.md");

    /// <summary>The files of a folder inside, in the order of their paths.</summary>
    public IEnumerable<StrategyFile> In(string folder) => Files.Where(f => f.Path.StartsWith(folder + "/", StringComparison.Ordinal)).OrderBy(f => f.Path, StringComparer.Ordinal);
}

/// <summary>One file of a strategy, in memory.</summary>
/// <param name="Path">Inside the strategy's folder.</param>
/// <param name="Name">The name that findings carry.</param>
public sealed record StrategyFile(string Path, string Name, string Text);

/// <summary>What a strategy is checked against.</summary>
/// <param name="Rules">All rules that are loaded, those of other strategies too.</param>
/// <param name="StrategyOf">Rule id -> the strategy whose detection it is.</param>
/// <param name="Sources">The names of all sources.</param>
public sealed record StrategySurroundings(AttackCatalog Attack, RuleCollection Rules, ImmutableDictionary<string, string> StrategyOf, ImmutableHashSet<string> Sources);
