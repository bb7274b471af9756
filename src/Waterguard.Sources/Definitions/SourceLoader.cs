using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Waterguard.Content;
using Waterguard.Content.Yaml;
using Waterguard.Events;
using Waterguard.Events.Shapes;

namespace Waterguard.Sources.Definitions;

/// <summary>Reads source definition files. Never throws for what a file says: findings go to the bag.</summary>
public static partial class SourceLoader
{
    /// <summary>Reads one file; null when it holds no usable definition.</summary>
    public static SourceDefinition? Load(string fileName, string text, DiagnosticBag bag)
    {
        var file = YamlFile.Parse(fileName, text);
        foreach (var diagnostic in file.Diagnostics) bag.Add(diagnostic);
        if (file.Documents is not [{ Root: YamlMapping root }, ..])
        {
            bag.Error(ContentCodes.NotAMapping, new SourceLocation(fileName, 1, 1), "A source definition is a mapping.");
            return null;
        }

        var errors = bag.ErrorCount;
        var definition = Read(new MappingReader(root, bag), bag);
        return bag.ErrorCount == errors ? definition : null;
    }

    private static SourceDefinition? Read(MappingReader reader, DiagnosticBag bag)
    {
        var name = reader.RequiredText("name");
        if (name is null) return null;
        if (!NamePattern().IsMatch(name)) bag.Error(SourceCodes.Name, reader.LocationOf("name"), $"'{name}' is not a source name: product.service, or one word.");
        var names = MapReader.Names(reader.Section("let"), bag);
        var common = new CommonParts(
            name,
            LogSources(reader, bag),
            reader.Node("logsources") is YamlScalar { Text: "any" },
            reader.Texts("time"),
            reader.Texts("id"),
            reader.Texts("roots"),
            MapReader.Map(reader.Section("map"), names, bag),
            MapReader.Lists(reader.Section("scopes"), names, bag),
            MapReader.Lists(reader.Section("entities"), names, bag),
            MapReader.Dialects(reader.Section("dialects"), names, bag),
            new Vocabulary(reader.Texts("fields"), MapReader.Lists(reader.Section("vocabulary"), PathNames.None, bag), MapReader.Texts(reader.Section("levels"))),
            reader.Texts("bodies"));
        var definition = new SourceDefinition(name, reader.Text("title") ?? name, Forms(reader, common, names, bag), reader.Text("sample"), reader.Mapping.Location);
        reader.WarnAboutUnknownKeys();
        return definition;
    }

    private static ImmutableArray<LogSource> LogSources(MappingReader reader, DiagnosticBag bag)
    {
        if (reader.Node("logsources") is not YamlSequence list) return [];
        var sources = ImmutableArray.CreateBuilder<LogSource>();
        foreach (var item in list.Items.OfType<YamlMapping>())
        {
            var one = new MappingReader(item, bag);
            sources.Add(new LogSource(one.Text("category"), one.Text("product"), one.Text("service")));
            one.WarnAboutUnknownKeys();
        }

        return sources.ToImmutable();
    }

    private static ImmutableArray<EventShape> Forms(MappingReader reader, CommonParts common, PathNames names, DiagnosticBag bag)
    {
        if (reader.Node("forms") is not YamlSequence { Items.Length: > 0 } list) return [Form("record", reader, common, names, bag)];
        var forms = ImmutableArray.CreateBuilder<EventShape>();
        foreach (var item in list.Items)
        {
            if (item is not YamlMapping mapping)
            {
                bag.Error(SourceCodes.Form, item.Location, "A form is a mapping with 'name' and 'recognise'.");
                continue;
            }

            var one = new MappingReader(mapping, bag);
            forms.Add(Form(one.RequiredText("name") ?? "", one, common, names, bag));
            one.WarnAboutUnknownKeys();
        }

        return forms.ToImmutable();
    }

    private static EventShape Form(string name, MappingReader reader, CommonParts common, PathNames names, DiagnosticBag bag)
    {
        var own = MapReader.Map(reader.Has("forms") || name == "record" ? null : reader.Section("map"), names, bag);
        var time = reader.Texts("time");
        var id = reader.Texts("id");
        var roots = reader.Texts("roots");
        var bodies = reader.Texts("bodies");
        return new EventShape(
            common.Source, name, common.LogSources, common.TakesEveryRule,
            Recognise(reader, bag), reader.Text("unwrap"),
            time.IsEmpty ? common.Time : time, id.IsEmpty ? common.Id : id, roots.IsEmpty ? common.Roots : roots,
            common.Map.Fields.SetItems(own.Fields), common.Map.Prefixes.AddRange(own.Prefixes), MapReader.Derivations(reader.Node("derive"), bag),
            common.Scopes, common.Entities.ToImmutableSortedDictionary(StringComparer.Ordinal), common.Dialects, common.Vocabulary)
        {
            DialectFields = common.DialectFields,
            Pairs = [.. own.Pairs, .. common.Map.Pairs.Where(p => own.Pairs.All(o => o.Prefix != p.Prefix))],
            Bodies = bodies.IsEmpty ? common.Bodies : bodies,
            Split = reader.Texts("split"),
            Members = MapReader.Texts(reader.Section("members")),
        };
    }

    private static ImmutableArray<RecordTest> Recognise(MappingReader reader, DiagnosticBag bag)
    {
        if (reader.Node("recognise") is not YamlMapping mapping) return []; // "never": only when named
        var tests = ImmutableArray.CreateBuilder<RecordTest>();
        foreach (var entry in mapping.Entries)
        {
            switch (entry.Value)
            {
                case YamlMapping exists when exists["exists"] is YamlScalar { Kind: ScalarKind.Boolean } scalar:
                    tests.Add(new RecordTest(entry.Name, [], Negated: !scalar.Boolean));
                    if (Texts(exists["not"]) is { } others) tests.Add(new RecordTest(entry.Name, others, Negated: true));
                    break;
                case YamlMapping not when Texts(not["not"]) is { } texts: tests.Add(new RecordTest(entry.Name, texts, Negated: true)); break; // also when it is not there
                case var value when Texts(value) is { } texts: tests.Add(new RecordTest(entry.Name, texts, Negated: false)); break;
                default: bag.Error(SourceCodes.Form, entry.Value.Location, "Recognition compares a field with a text, a list of texts, or {not: texts}, or says {exists: true}."); break;
            }
        }

        return tests.ToImmutable();
    }

    private static ImmutableArray<string>? Texts(YamlNode? node) => node switch
    {
        YamlScalar scalar => [scalar.Text],
        YamlSequence { Items.Length: > 0 } list when list.Items.All(i => i is YamlScalar) => [.. list.Items.Select(i => ((YamlScalar)i).Text)],
        _ => null,
    };

    [GeneratedRegex("^[a-z0-9_]+(\\.[a-z0-9_]+)?$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex NamePattern();

    private sealed record CommonParts(
        string Source, ImmutableArray<LogSource> LogSources, bool TakesEveryRule, ImmutableArray<string> Time, ImmutableArray<string> Id,
        ImmutableArray<string> Roots, MappedFields Map, ImmutableDictionary<string, ImmutableArray<string>> Scopes,
        ImmutableDictionary<string, ImmutableArray<string>> Entities, DialectParts DialectParts, Vocabulary Vocabulary, ImmutableArray<string> Bodies)
    {
        public ImmutableArray<ValueDialect> Dialects => DialectParts.Values;

        public ImmutableHashSet<string> DialectFields { get; } = [.. DialectParts.Fields.Keys.Except(Map.Fields.Keys, StringComparer.Ordinal)];

        public MappedFields Map { get; } = Map with { Fields = DialectParts.Fields.SetItems(Map.Fields) };
    }
}
