using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Waterguard.Content;
using Waterguard.Content.Yaml;
using Waterguard.Emulation.Recording;

namespace Waterguard.Emulation.Scenarios;

/// <summary>Reads twins and variants, and tries their changes on the records of the detonation.</summary>
internal sealed class PartParser(StepParser steps, ImmutableArray<ScenarioStep> detonate, DiagnosticBag bag)
{
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);

    public ImmutableArray<ScenarioPart> List(MappingReader reader, string key, bool isVariant)
    {
        switch (reader.Node(key))
        {
            case null: return [];
            case YamlSequence list: return [.. list.Items.Select(i => One(i, isVariant)).OfType<ScenarioPart>()];
            case var other:
                bag.Error(ContentCodes.WrongShape, other.Location, $"'{key}' is a list.");
                return [];
        }
    }

    private ScenarioPart? One(YamlNode node, bool isVariant)
    {
        if (node is not YamlMapping mapping)
        {
            bag.Error(ContentCodes.WrongShape, node.Location, "A twin or a variant is a mapping with a 'name'.");
            return null;
        }

        var before = bag.ErrorCount;
        var reader = new MappingReader(mapping, bag);
        var name = reader.RequiredText("name");
        if (name is not null && !_names.Add(name)) bag.Error(ScenarioCodes.Id, reader.LocationOf("name"), $"The scenario has two parts named '{name}'.");
        var play = steps.List(reader, "play");
        var changes = Changes(reader);
        var wrap = Wrap(reader);
        var caught = !isVariant || (reader.Boolean("caught") ?? true);
        var reason = isVariant ? reader.Text("reason") : null;
        if (!caught && string.IsNullOrWhiteSpace(reason)) bag.Error(ScenarioCodes.NoReason, mapping.Location, "A variant that is not caught says why: 'reason'.");
        if (play.IsEmpty && changes.IsEmpty && wrap is null && bag.ErrorCount == before) bag.Error(ScenarioCodes.Step, mapping.Location, "A part has steps of its own ('play'), or says what is other than in the detonation ('change', 'remove', 'wrap').");
        reader.WarnAboutUnknownKeys();
        if (bag.ErrorCount > before) return null;
        Try(play.IsEmpty ? detonate : play, changes);
        if (bag.ErrorCount == before && !changes.IsEmpty && play.IsEmpty && wrap is null && ChangesNothing(changes)) bag.Error(ScenarioCodes.Change, mapping.Location, "The part is the detonation once more: it changes nothing.");
        return new ScenarioPart(name!, play, changes, wrap, caught, reason, mapping.Location);
    }

    private ImmutableArray<RecordChange> Changes(MappingReader reader)
    {
        var changes = ImmutableArray.CreateBuilder<RecordChange>();
        int? step = reader.Number("step") is { } number && number is >= 1 and <= 1000 ? (int)number : null;
        if (reader.Section("change") is { } section)
        {
            foreach (var entry in section.Mapping.Entries) Add(entry.Name, entry.Key.Location, YamlJson.Of(entry.Value, bag), removes: false);
        }

        foreach (var path in reader.Texts("remove")) Add(path, reader.LocationOf("remove"), null, removes: true);
        return changes.ToImmutable();

        void Add(string text, SourceLocation at, JsonNode? value, bool removes)
        {
            if (RecordPath.TryParse(text) is { } path) changes.Add(new RecordChange(path, value, removes, step, at));
            else bag.Error(ScenarioCodes.Change, at, $"'{text}' is no path: write keys with dots between, [0] for an element, and quotes around a key with dots.");
        }
    }

    private JsonNode? Wrap(MappingReader reader)
    {
        switch (reader.Node("wrap"))
        {
            case null: return null;
            case YamlScalar { Text: "array" }: return new JsonArray();
            case YamlMapping mapping:
                var envelope = YamlJson.Of(mapping, bag)!;
                if (Envelope.Flaw(envelope) is { } flaw) bag.Error(ScenarioCodes.Placeholder, mapping.Location, flaw);
                return envelope;
            case var other:
                bag.Error(ContentCodes.WrongShape, other.Location, "'wrap' is 'array', or a mapping that has {{records}} or {{record}} somewhere.");
                return null;
        }
    }

    private bool ChangesNothing(ImmutableArray<RecordChange> changes) =>
        detonate.Select((s, i) => (s.Template, Changed: Recorder.Changed(s.Template!, changes, i + 1))).All(s => JsonNode.DeepEquals(s.Template, s.Changed));

    private void Try(ImmutableArray<ScenarioStep> played, ImmutableArray<RecordChange> changes)
    {
        foreach (var change in changes)
        {
            var records = played.Where((_, i) => change.Step is null || change.Step == i + 1).Select(s => s.Template).OfType<JsonNode>().Select(t => t.DeepClone()).ToArray();
            if (!records.Any(r => change.Removes ? change.Path.Remove(r) : change.Path.Set(r, change.Value))) bag.Error(ScenarioCodes.Change, change.Location, $"'{change.Path.Text}' leads nowhere in any record that it is for.");
        }
    }
}
