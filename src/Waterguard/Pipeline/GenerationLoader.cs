using System.Collections.Immutable;
using Waterguard.Alerting.Suppression;
using Waterguard.Content;
using Waterguard.Detection.Lists;
using Waterguard.Sigma;
using Waterguard.Sigma.Parsing;
using Waterguard.Sources;
using Waterguard.Witnesses;

namespace Waterguard.Pipeline;

/// <summary>What to load.</summary>
internal sealed record ContentOptions(bool BuiltIn, ImmutableArray<string> Content, ImmutableArray<string> Rules, ImmutableArray<string> Lists)
{
    public static ContentOptions Default { get; } = new(true, [], [], []);

    /// <summary>The lowest level that anybody asks for: rules below, which no correlation wants, are checked but not evaluated.</summary>
    public Level Lowest { get; init; } = Level.Informational;

    /// <summary>Whether the examples of our rules are read: only tests of rules need them.</summary>
    public bool Examples { get; init; } = true;

    /// <summary>ECS names that have the same value in every event of the run; what a record says itself goes first.</summary>
    public ImmutableDictionary<string, string> Labels { get; init; } = ImmutableDictionary<string, string>.Empty;
}

/// <summary>Loads a <see cref="Generation"/>: sources, lists, rules, in this order. What is wrong is among its diagnostics, and the rest is used.</summary>
internal static class GenerationLoader
{
    private static readonly string[] Yaml = [".yml", ".yaml"];

    public static Generation Load(ContentOptions options) => Load(options, new ContentFiles(options.BuiltIn, options.Content));

    /// <summary>Loads it from files that were put together before.</summary>
    public static Generation Load(ContentOptions options, ContentFiles files)
    {
        var bag = new DiagnosticBag();
        var sources = SourceCatalog.Load(files.Below("sources", Yaml), bag).With(options.Labels);
        var readings = ReadingLoader.Load(files.Below("census", Yaml), bag);
        var lists = ListFiles.Load(files, options.Lists, bag, TimeProvider.System);
        var strategies = files.Below("strategies", IsDetection).Select(f => new RuleFile(f.Path, options.Examples ? f.Text : RuleText.WithoutExamples(f.Text)));
        var own = options.Rules.SelectMany(RuleFiles.Below);
        var rules = RuleLoader.Load(strategies.Concat(own), RuleLoadOptions.Default with { Placeholders = lists.Texts });
        var owners = ImmutableDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var header in rules.Rules.Select(r => r.Header).Concat(rules.Correlations.Select(c => c.Header)))
        {
            var path = header.Location.File.Split('/');
            if (path is ["strategies", _, "detections", ..]) owners[header.Id] = path[1];
        }

        var known = rules.Rules.Select(r => r.Header).Concat(rules.Correlations.Select(c => c.Header)).SelectMany(h => new[] { h.Id, h.Name }).ToHashSet(StringComparer.Ordinal);
        var suppressions = SuppressionLoader.Load(
            files.Below("strategies", Yaml).Where(f => f.Path.Contains("/suppressions/", StringComparison.Ordinal)), known.Contains, bag, RuleLoadOptions.Default with { Placeholders = lists.Texts });
        return new Generation(sources, rules, lists.Catalog, owners.ToImmutable(), options.Lowest, [.. bag.ToSorted(), .. rules.Diagnostics], readings) { Suppressions = [.. suppressions.OrderBy(s => s.Id, StringComparer.Ordinal)] };
    }

    private static bool IsDetection(string path) => path.Contains("/detections/", StringComparison.Ordinal) && Array.Exists(Yaml, e => path.EndsWith(e, StringComparison.Ordinal));
}

/// <summary>Rule files on disk.</summary>
internal static class RuleFiles
{
    /// <summary>The file, or all rule files below the folder, in the order of their paths. Of a strategy, and of a folder laid out like our content, only the detections are rules.</summary>
    public static IEnumerable<RuleFile> Below(string path) =>
        (Directory.Exists(path)
            ? Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories)
                .Where(f => f.EndsWith(".yml", StringComparison.Ordinal) || f.EndsWith(".yaml", StringComparison.Ordinal))
                .Where(f => !IsBesideDetections(path, f))
                .Where(f => !IsContent(path) || Path.GetRelativePath(path, f).Replace('\\', '/').Split('/') is ["strategies", _, "detections", ..]).Order(StringComparer.Ordinal)
            : (IEnumerable<string>)[path]).Select(f => new RuleFile(f, File.ReadAllText(f)));

    private static bool IsBesideDetections(string root, string file)
    {
        for (var folder = Path.GetDirectoryName(file); folder is { Length: > 0 } && folder.Length >= root.TrimEnd('/').Length; folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(Path.Combine(folder, "strategy.md"))) return !Path.GetRelativePath(folder, file).Replace('\\', '/').StartsWith("detections/", StringComparison.Ordinal);
        }

        return false;
    }

    private static bool IsContent(string folder) => Directory.Exists(Path.Combine(folder, "strategies")) && Directory.Exists(Path.Combine(folder, "sources"));
}
