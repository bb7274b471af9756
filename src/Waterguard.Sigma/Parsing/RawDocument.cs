using System.Collections.Immutable;
using Waterguard.Content;
using Waterguard.Content.Yaml;

namespace Waterguard.Sigma.Parsing;

/// <summary>A document of a file after <c>action: global / reset / repeat</c> were carried out.</summary>
internal sealed record RawDocument(YamlMapping Root, bool Sound);

/// <summary>Splits files into documents and carries out the legacy collection actions.</summary>
internal static class DocumentReader
{
    public static IEnumerable<RawDocument> Read(RuleFile file, ParseContext context)
    {
        var yaml = YamlFile.Parse(file.Name, file.Text, context.Options.Limits);
        foreach (var diagnostic in yaml.Diagnostics)
            context.Bag.Add(diagnostic);
        YamlMapping? global = null, previous = null;
        foreach (var document in yaml.Documents)
        {
            if (document.Root is not YamlMapping root)
            {
                context.Bag.Error(ContentCodes.NotAMapping, document.Root.Location, "A Sigma document is a mapping.");
                continue;
            }
            var action = (root["action"] as YamlScalar)?.Text;
            switch (action)
            {
                case null:
                    previous = Merge(global, root);
                    break;
                case "global":
                    global = Without(root, "action");
                    continue;
                case "reset":
                    global = null;
                    continue;
                case "repeat" when previous is not null:
                    previous = Merge(previous, Without(root, "action"));
                    break;
                default:
                    var reason = action == "repeat" ? "There is no document before this one to repeat." : $"There is no action '{action}'.";
                    context.Bag.Error(SigmaCodes.BadAction, root["action"]!.Location, reason);
                    continue;
            }
            yield return new(previous, document.Sound);
        }
    }

    /// <summary>The second over the first: mappings are merged, anything else is replaced. It stands where the second stands.</summary>
    private static YamlMapping Merge(YamlMapping? below, YamlMapping above)
    {
        if (below is null)
            return above;
        var entries = ImmutableArray.CreateBuilder<YamlEntry>(below.Entries.Length + above.Entries.Length);
        foreach (var entry in below.Entries)
        {
            if (above[entry.Name] is not { } value)
                entries.Add(entry);
            else
                entries.Add(new(entry.Key, entry.Value is YamlMapping a && value is YamlMapping b ? Merge(a, b) : value));
        }
        entries.AddRange(above.Entries.Where(e => below[e.Name] is null));
        return new(above.Location, entries.ToImmutable());
    }

    private static YamlMapping Without(YamlMapping mapping, string key) =>
        new(mapping.Location, [.. mapping.Entries.Where(e => e.Name != key)]);
}
