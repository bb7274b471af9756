using System.Collections.Immutable;
using Waterguard.Content;
using Waterguard.Content.Yaml;
using Waterguard.Detection.Census;
using Waterguard.Events;
using Waterguard.Sigma;
using Waterguard.Sigma.Conditions;
using Waterguard.Sigma.Parsing;

namespace Waterguard.Witnesses;

/// <summary>Reads the files of <c>content/census</c>, one witness each. What is wrong goes to the bag with its place, and the rest is used.</summary>
internal static class ReadingLoader
{
    // What every record may say, by the names that all sources share.
    private static readonly (string Part, string Name)[] Everywhere = [(Part.Cluster, "orchestrator.cluster.name"), (Part.Host, "host.name")];

    public static ReadingCatalog Load(IEnumerable<(string Path, string Text)> files, DiagnosticBag bag)
    {
        var witnesses = new SortedDictionary<string, Witness>(StringComparer.Ordinal);
        var readings = new SortedDictionary<string, Reading>(StringComparer.Ordinal);
        foreach (var (path, text) in files)
        {
            var file = YamlFile.Parse(path, text);
            foreach (var diagnostic in file.Diagnostics) bag.Add(diagnostic);
            if (file.Documents is not [{ Root: YamlMapping root }, ..])
            {
                bag.Error(ContentCodes.NotAMapping, new SourceLocation(path, 1, 1), "A witness is a mapping.");
                continue;
            }

            var reader = new MappingReader(root, bag);
            if (Witness(reader) is not { } witness) continue;
            if (!witnesses.TryAdd(witness.Name, witness))
            {
                bag.Error(ReadingCodes.Twice, reader.LocationOf("witness"), $"A witness '{witness.Name}' is defined already.");
                continue;
            }

            Readings(reader, witness, readings, bag);
            reader.WarnAboutUnknownKeys();
        }

        return new ReadingCatalog([.. witnesses.Values], [.. readings.Values]);
    }

    private static Witness? Witness(MappingReader reader)
    {
        var (name, view) = (reader.RequiredText("witness"), reader.Word("view", ReadingWords.Views));
        if (view is null && !reader.Has("view")) reader.Missing("view");
        var (sources, interval) = (reader.Texts("sources"), reader.Duration("interval"));
        return name is null || view is null ? null : new Witness(name, Enum.Parse<View>(view, ignoreCase: true), interval, sources.IsEmpty ? [name] : sources);
    }

    private static void Readings(MappingReader reader, Witness witness, SortedDictionary<string, Reading> readings, DiagnosticBag bag)
    {
        if (reader.Node("readings") is not YamlSequence list)
        {
            reader.Missing("readings");
            return;
        }

        foreach (var item in list.Items)
        {
            if (item is not YamlMapping mapping)
            {
                bag.Error(ContentCodes.NotAMapping, item.Location, "A reading is a mapping.");
                continue;
            }

            var one = new MappingReader(mapping, bag);
            var errors = bag.ErrorCount;
            if (Reading(one, witness, bag) is { } reading && bag.ErrorCount == errors && !readings.TryAdd(reading.Id, reading))
            {
                bag.Error(ReadingCodes.Twice, one.LocationOf("id"), $"A reading '{reading.Id}' is defined already.");
            }

            one.WarnAboutUnknownKeys();
        }
    }

    private static Reading? Reading(MappingReader reader, Witness witness, DiagnosticBag bag)
    {
        var id = reader.RequiredText("id");
        var (about, says) = (reader.Word("about", ReadingWords.Subjects), reader.Word("says", ReadingWords.Sayings));
        if (about is null && !reader.Has("about")) reader.Missing("about");
        var source = reader.Section("logsource") is { } section ? new LogSource(section.Text("category"), section.Text("product"), section.Text("service")) : default;
        if (source == default) reader.Missing("logsource");
        Condition? condition = null;
        if (reader.Node("detection") is { } detection) condition = ConditionLoader.Load(detection, bag);
        else reader.Missing("detection");
        var fields = Fields(reader.Section("fields"), bag);
        foreach (var (part, name) in Everywhere) fields.TryAdd(part, [name]);
        var each = reader.Section("each");
        var (arrays, elements) = (each?.Texts("arrays") ?? [], Fields(each?.Section("fields"), bag));
        if (each is not null && arrays.IsEmpty) each.Missing("arrays");
        each?.WarnAboutUnknownKeys();
        var requires = reader.Texts("requires");
        foreach (var part in requires.Where(p => !fields.ContainsKey(p) && !elements.ContainsKey(p))) bag.Error(ReadingCodes.Part, reader.LocationOf("requires"), $"'{part}' is not among the reading's fields.");
        if (id is null || about is null || condition is null) return null;
        var header = new RuleHeader("census:" + id, null, id, "stable", Level.Informational, "", [], [], [], [], null, CustomAttributes.None, "", reader.Mapping.Location);
        return new Reading(
            new SigmaRule(header, source, condition, [], []), witness, Enum.Parse<Subject>(about, ignoreCase: true), says is null ? Saying.Seen : Enum.Parse<Saying>(says, ignoreCase: true),
            fields.ToImmutableSortedDictionary(StringComparer.Ordinal), arrays, elements.ToImmutableSortedDictionary(StringComparer.Ordinal), requires);
    }

    private static Dictionary<string, ImmutableArray<string>> Fields(MappingReader? reader, DiagnosticBag bag)
    {
        var fields = new Dictionary<string, ImmutableArray<string>>(StringComparer.Ordinal);
        foreach (var entry in reader?.Mapping.Entries ?? [])
        {
            if (!Part.All.Contains(entry.Name, StringComparer.Ordinal)) bag.Error(ReadingCodes.Part, entry.Key.Location, $"Facts have no part '{entry.Name}'; they have {string.Join(", ", Part.All)}.");
            else fields[entry.Name] = reader!.Texts(entry.Name);
        }

        return fields;
    }
}
