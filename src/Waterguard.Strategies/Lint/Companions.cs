using System.Collections.Immutable;
using Waterguard.Content;
using Waterguard.Content.Yaml;

namespace Waterguard.Strategies.Lint;

/// <summary>A file beside the document: a suppression, an assumption or a scenario, as far as the document has to do with it. What else is in it is its own reader's matter.</summary>
/// <param name="Expects">The rules that a scenario must make fire.</param>
/// <param name="Quiet">The rules that a scenario has a benign twin for.</param>
/// <param name="Rules">The rules that a suppression or an assumption is about.</param>
public sealed record Companion(
    string Id, string? Claim, string? Owner, string? Reason, string? Expires, ImmutableArray<(string Name, SourceLocation At)> Rules,
    ImmutableArray<(string Name, SourceLocation At)> Expects, ImmutableArray<(string Name, SourceLocation At)> Quiet, SourceLocation Location);

/// <summary>Reads companions.</summary>
internal static class Companions
{
    /// <summary>All of a folder; a file that is no mapping is told by the reader whose file it is, and left out here.</summary>
    public static ImmutableArray<Companion> In(StrategyFolder folder, string kind, DiagnosticBag bag) =>
        [.. folder.In(kind).Where(f => f.Path.EndsWith(".yml", StringComparison.Ordinal)).SelectMany(f => Read(f, bag))];

    private static IEnumerable<Companion> Read(StrategyFile file, DiagnosticBag bag)
    {
        var yaml = YamlFile.Parse(file.Name, file.Text);
        foreach (var diagnostic in yaml.Diagnostics) bag.Add(diagnostic);
        foreach (var root in yaml.Documents.Select(d => d.Root))
        {
            var items = root is YamlSequence list ? list.Items : [root];
            foreach (var item in items.OfType<YamlMapping>())
            {
                var reader = new MappingReader(item, bag);
                var expects = Names(item["expect"]).ToImmutableArray();
                yield return new(
                    reader.RequiredText("id") ?? "", (item["claim"] as YamlScalar)?.Text, (item["owner"] as YamlScalar)?.Text, (item["reason"] as YamlScalar)?.Text,
                    (item["expires"] as YamlScalar)?.Text, [.. Names(item["applies_to"]), .. Names(item["affects"])], expects, [.. Twins(item["quiet"], expects)], item.Location);
            }
        }
    }

    // A twin that names no rule is one of all that the scenario expects.
    private static IEnumerable<(string Name, SourceLocation At)> Twins(YamlNode? quiet, ImmutableArray<(string Name, SourceLocation At)> expects) => quiet is YamlSequence { Items.Length: > 0 } list
        ? list.Items.SelectMany(i => i is YamlMapping mapping && mapping["rule"] is null && mapping["rules"] is null ? expects : Names(i))
        : [];

    // A name alone, or a mapping that names its rule or rules.
    private static IEnumerable<(string Name, SourceLocation At)> Names(YamlNode? node) => node switch
    {
        YamlScalar { Kind: ScalarKind.Null } or null => [],
        YamlScalar one => [(one.Text, one.Location)],
        YamlSequence list => list.Items.SelectMany(Names),
        YamlMapping mapping => Names(mapping["rule"]).Concat(Names(mapping["rules"])),
        _ => [],
    };
}
