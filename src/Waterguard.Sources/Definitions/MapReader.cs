using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Waterguard.Content;
using Waterguard.Content.Yaml;
using Waterguard.Events.Shapes;

namespace Waterguard.Sources.Definitions;

internal sealed record MappedFields(ImmutableDictionary<string, FieldMapping> Fields, ImmutableArray<PrefixMapping> Prefixes, ImmutableArray<PairMapping> Pairs)
{
    public static MappedFields None { get; } = new(ImmutableDictionary<string, FieldMapping>.Empty, [], []);
}

internal sealed record DialectParts(ImmutableDictionary<string, FieldMapping> Fields, ImmutableArray<ValueDialect> Values);

/// <summary>Reads the parts of a definition that say which name stands for what.</summary>
internal static partial class MapReader
{
    public static MappedFields Map(MappingReader? reader, PathNames names, DiagnosticBag bag)
    {
        if (reader is null) return MappedFields.None;
        var fields = ImmutableDictionary.CreateBuilder<string, FieldMapping>(StringComparer.Ordinal);
        var prefixes = ImmutableArray.CreateBuilder<PrefixMapping>();
        var pairs = ImmutableArray.CreateBuilder<PairMapping>();
        foreach (var entry in reader.Mapping.Entries)
        {
            reader.Node(entry.Name);
            if (entry.Name.EndsWith(".*", StringComparison.Ordinal) && entry.Value is YamlScalar target)
            {
                prefixes.Add(new PrefixMapping(entry.Name[..^2], target.Text.EndsWith(".*", StringComparison.Ordinal) ? target.Text[..^2] : target.Text));
            }
            else if (entry.Name.EndsWith(".*", StringComparison.Ordinal) && entry.Value is YamlMapping list && list["pairs"] is not null)
            {
                if (Pairs(entry.Name[..^2], new MappingReader(list, bag)) is { } pair) pairs.Add(pair);
            }
            else if (Mapping(entry.Value, names, bag) is { } mapping)
            {
                fields[entry.Name] = mapping;
            }
        }

        return new MappedFields(fields.ToImmutable(), prefixes.ToImmutable(), pairs.ToImmutable());
    }

    private static PairMapping? Pairs(string prefix, MappingReader reader)
    {
        var (list, name, values) = (reader.RequiredText("pairs"), reader.RequiredText("name"), reader.Texts("value"));
        reader.WarnAboutUnknownKeys();
        return list is null || name is null ? null : new PairMapping(prefix, list, name, values.IsEmpty ? ["value"] : values);
    }

    public static PathNames Names(MappingReader? reader, DiagnosticBag bag)
    {
        var names = new PathNames();
        foreach (var entry in reader?.Mapping.Entries ?? []) names.Define(entry.Name, reader!.Texts(entry.Name), entry.Value.Location, bag);
        return names;
    }

    public static ImmutableDictionary<string, ImmutableArray<string>> Lists(MappingReader? reader, PathNames names, DiagnosticBag bag) =>
        reader is null
            ? ImmutableDictionary<string, ImmutableArray<string>>.Empty
            : reader.Mapping.Entries.ToImmutableDictionary(e => e.Name, e => names.Expand(reader.Texts(e.Name), e.Value.Location, bag), StringComparer.Ordinal);

    public static ImmutableDictionary<string, string> Texts(MappingReader? reader) =>
        reader is null
            ? ImmutableDictionary<string, string>.Empty
            : reader.Mapping.Entries.ToImmutableDictionary(e => e.Name, e => reader.Text(e.Name) ?? "", StringComparer.Ordinal);

    public static DialectParts Dialects(MappingReader? reader, PathNames names, DiagnosticBag bag)
    {
        var fields = Map(reader?.Section("fields"), names, bag).Fields;
        var values = ImmutableArray.CreateBuilder<ValueDialect>();
        if (reader?.Section("values") is { } section)
        {
            foreach (var field in section.Mapping.Entries)
            {
                foreach (var value in (section.Node(field.Name) as YamlMapping)?.Entries ?? [])
                {
                    if (value.Value is YamlScalar scalar) values.Add(new ValueDialect(field.Name, value.Name, field.Name, scalar.Text));
                    else if (value.Value is YamlMapping { Entries: [{ Value: YamlScalar other } means] }) values.Add(new ValueDialect(field.Name, value.Name, means.Name, other.Text));
                    else bag.Error(SourceCodes.Map, value.Value.Location, "A value of another dialect means a value, or {field: value}.");
                }
            }
        }

        reader?.WarnAboutUnknownKeys();
        return new DialectParts(fields, values.ToImmutable());
    }

    public static ImmutableArray<Derivation> Derivations(YamlNode? node, DiagnosticBag bag)
    {
        if (node is not YamlSequence list) return [];
        var derivations = ImmutableArray.CreateBuilder<Derivation>();
        foreach (var item in list.Items.OfType<YamlMapping>())
        {
            var reader = new MappingReader(item, bag);
            if (reader.RequiredText("from") is not { } from || reader.RequiredText("pattern") is not { } pattern) continue;
            // .NET group names hold no dots: they travel as two underscores.
            pattern = GroupName().Replace(pattern, m => "(?<" + m.Groups["name"].Value.Replace(".", "__", StringComparison.Ordinal) + ">");
            try
            {
                _ = new Regex(pattern, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking, TimeSpan.FromSeconds(1));
                derivations.Add(new Derivation(from, pattern));
            }
            catch (Exception e) when (e is ArgumentException or NotSupportedException)
            {
                bag.Error(SourceCodes.Pattern, reader.LocationOf("pattern"), e.Message);
            }
        }

        return derivations.ToImmutable();
    }

    private static FieldMapping? Mapping(YamlNode node, PathNames names, DiagnosticBag bag)
    {
        switch (node)
        {
            case YamlScalar scalar: return new FieldMapping(names.Expand([scalar.Text], node.Location, bag), null, null);
            case YamlSequence list when list.Items.All(i => i is YamlScalar): return new FieldMapping(names.Expand(list.Items.Cast<YamlScalar>().Select(s => s.Text), node.Location, bag), null, null);
            case YamlMapping mapping when mapping["constant"] is YamlScalar constant: return new FieldMapping([], null, constant.Text);
            case YamlMapping mapping when mapping["from"] is { } from && mapping["values"] is YamlMapping values && values.Entries.All(e => e.Value is YamlScalar):
                var table = values.Entries.ToImmutableDictionary(e => e.Name, e => ((YamlScalar)e.Value).Text, StringComparer.OrdinalIgnoreCase);
                return Mapping(from, names, bag) is { } plain ? plain with { Values = table } : null;
            default:
                bag.Error(SourceCodes.Map, node.Location, "A field maps to a path, a list of paths, {constant: text}, or {from: path, values: {raw: mapped}}.");
                return null;
        }
    }

    [GeneratedRegex(@"\(\?<(?<name>[A-Za-z_][\w.]*)>", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex GroupName();
}
