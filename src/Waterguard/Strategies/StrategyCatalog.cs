using System.Collections.Immutable;
using Waterguard.Content;
using Waterguard.Pipeline;
using Waterguard.Strategies.Attack;
using Waterguard.Strategies.Lint;

namespace Waterguard.Strategies;

/// <summary>All strategies of a run, as folders, with what they are checked against.</summary>
internal sealed record StrategyCatalog(ImmutableArray<StrategyFolder> Folders, StrategySurroundings Surroundings, Generation Generation)
{
    private static readonly string[] Endings = [".md", ".yml", ".yaml"];

    /// <summary>Loads the content, with folders of single strategies in the place of those of their names.</summary>
    public static StrategyCatalog Load(ContentOptions options, IReadOnlyDictionary<string, string>? replaced = null)
    {
        var files = new ContentFiles(options.BuiltIn, options.Content);
        foreach (var (name, folder) in replaced ?? ImmutableDictionary<string, string>.Empty) files.Replace(name, folder);
        var generation = GenerationLoader.Load(options with { Examples = false }, files);
        var folders = files.Below("strategies", Endings).Select(f => (f.Path, f.Text, Parts: f.Path.Split('/', 3))).Where(f => f.Parts.Length == 3)
            .GroupBy(f => f.Parts[1], StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal)
            .Select(g => new StrategyFolder(g.Key, [.. g.Select(f => new StrategyFile(f.Parts[2], f.Path, f.Text))]));
        var sources = generation.Sources.Sources.Select(s => s.Name).ToImmutableHashSet(StringComparer.Ordinal);
        return new([.. folders], new(AttackOf(files), generation.Rules, generation.Strategies, sources), generation);
    }

    /// <summary>ATT&amp;CK as shipped.</summary>
    public static AttackCatalog Attack() => AttackOf(new ContentFiles(builtIn: false, []));

    /// <summary>The folder of a strategy, or null.</summary>
    public StrategyFolder? Find(string name) => Folders.FirstOrDefault(f => f.Name == name);

    private static AttackCatalog AttackOf(ContentFiles files)
    {
        var tables = files.Below("attack", ".tsv").ToDictionary(f => f.Path, f => f.Text, StringComparer.Ordinal);
        return AttackCatalog.Parse(tables["attack/techniques.tsv"], tables["attack/crosswalk.tsv"]);
    }
}
