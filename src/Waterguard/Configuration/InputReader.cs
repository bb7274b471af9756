using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Waterguard.Content;
using Waterguard.Content.Yaml;
using Waterguard.Sources.Configuration;
using Waterguard.Sources.Transports;

namespace Waterguard.Configuration;

/// <summary>Reads the list of inputs.</summary>
internal static partial class InputReader
{
    public static ImmutableArray<InputDefinition> Read(YamlMapping root, DiagnosticBag bag)
    {
        if (root["inputs"] is not YamlSequence list)
        {
            bag.Error(root["inputs"] is null ? ContentCodes.MissingKey : ContentCodes.WrongShape, (root["inputs"] ?? root).Location, "'inputs' must be a list of inputs.");
            return [];
        }

        var inputs = ImmutableArray.CreateBuilder<InputDefinition>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var item in list.Items)
        {
            if (item is not YamlMapping mapping) bag.Error(ContentCodes.WrongShape, item.Location, "An input is a mapping: name, transport, and what the transport needs.");
            else if (ReadOne(mapping, names, bag) is { } input) inputs.Add(input);
        }

        return inputs.ToImmutable();
    }

    private static InputDefinition? ReadOne(YamlMapping mapping, HashSet<string> names, DiagnosticBag bag)
    {
        var kindName = (mapping["transport"] as YamlScalar)?.Text;
        var kind = kindName is null ? null : TransportCatalog.Find(kindName);
        if (kind is null && kindName is not null)
        {
            var known = TransportCatalog.All.Select(k => k.Name).ToArray();
            bag.Error(ConfigurationCodes.UnknownTransport, mapping["transport"]!.Location, $"There is no transport '{kindName}'; there are {string.Join(", ", known)}.{NearWord.Suggestion(kindName, known)}");
        }

        // With an unknown transport nobody can say which further keys it would have.
        string[] others = kind is null ? [.. mapping.Entries.Select(e => e.Name)] : ["labels"];
        var settings = SettingValues.Read(mapping, mapping.Location, [.. ConfigurationKeys.Input, .. kind?.Settings ?? []], others, bag);
        if (settings.Text("name") is not { } name) return null;
        if (!NamePattern().IsMatch(name)) bag.Error(ConfigurationCodes.Unusable, settings.LocationOf("name"), $"'{name}' is no name: letters, digits, dot, dash and underscore, at most 64.");
        if (!names.Add(name)) bag.Error(ConfigurationCodes.DuplicateName, settings.LocationOf("name"), $"Another input is named '{name}'.");
        var labels = Labels(mapping["labels"], bag);
        return kind is null ? null : new InputDefinition(name, settings.Text("source"), kind, labels, settings, mapping.Location);
    }

    private static ImmutableDictionary<string, string> Labels(YamlNode? node, DiagnosticBag bag)
    {
        var labels = ImmutableDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        if (node is null) return labels.ToImmutable();
        if (node is not YamlMapping mapping)
        {
            bag.Error(ContentCodes.WrongShape, node.Location, "'labels' must be a mapping from ECS names to values.");
            return labels.ToImmutable();
        }

        foreach (var entry in mapping.Entries)
        {
            if (entry.Value is YamlScalar value) labels[entry.Name] = value.Text;
            else bag.Error(ContentCodes.WrongShape, entry.Value.Location, $"The label '{entry.Name}' must be a text.");
        }

        return labels.ToImmutable();
    }

    [GeneratedRegex("^[A-Za-z0-9._-]{1,64}$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex NamePattern();
}
