using System.Collections.Immutable;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Waterguard.Emulation.Scenarios;

namespace Waterguard.Emulation.Recording;

/// <summary>Turns parts of a recorded scenario into telemetry: the same bytes in every run.</summary>
internal static class Recorder
{
    private static readonly JsonSerializerOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The detonation, with the warm-up before it.</summary>
    public static PlayedTelemetry Detonation(Scenario scenario) => Record(scenario, "detonate", scenario.Detonate, [], null);

    /// <summary>A twin or a variant, with the warm-up before it.</summary>
    public static PlayedTelemetry Part(Scenario scenario, ScenarioPart part) =>
        Record(scenario, part.Name, part.Play.IsEmpty ? scenario.Detonate : part.Play, part.Changes, part.Wrap);

    private static PlayedTelemetry Record(Scenario scenario, string part, ImmutableArray<ScenarioStep> steps, ImmutableArray<RecordChange> changes, JsonNode? wrap)
    {
        var records = new List<(string Source, DateTimeOffset Time, int Order, bool Wrapped, JsonNode Record)>();
        foreach (var step in scenario.WarmUp) Add(scenario, part, step, step.Template!, wrapped: false, records);
        for (var i = 0; i < steps.Length; i++) Add(scenario, part, steps[i], Changed(steps[i].Template!, changes, i + 1), wrap is not null, records);
        var sources = records.GroupBy(r => r.Source, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal)
            .Select(g => new PlayedSource(g.Key, [.. Bytes([.. g.OrderBy(r => r.Time).ThenBy(r => r.Order)], wrap)], g.Count()));
        return new PlayedTelemetry(scenario.Id, part, scenario.Starts, [.. sources]);
    }

    private static void Add(Scenario scenario, string part, ScenarioStep step, JsonNode template, bool wrapped, List<(string Source, DateTimeOffset Time, int Order, bool Wrapped, JsonNode Record)> records)
    {
        for (var i = 0; i < step.Repeat; i++)
        {
            var place = new RecordPlace(scenario.Id, part, records.Count, i + 1, scenario.Starts + step.At + (step.Every * i));
            if (step.Jitter > TimeSpan.Zero)
            {
                var milliseconds = (long)step.Jitter.TotalMilliseconds;
                place = place with { Time = place.Time.AddMilliseconds((long)(PlaceholderText.Draw(place, "jitter") % (ulong)((2 * milliseconds) + 1)) - milliseconds) };
            }

            records.Add((step.Source!, place.Time, records.Count, wrapped, Filled(template, place)));
        }
    }

    /// <summary>The template of a step (from 1) with the changes that are for it.</summary>
    public static JsonNode Changed(JsonNode template, ImmutableArray<RecordChange> changes, int step)
    {
        var mine = changes.Where(c => c.Step is null || c.Step == step).ToArray();
        if (mine.Length == 0) return template;
        var changed = template.DeepClone();
        foreach (var change in mine)
        {
            if (change.Removes) change.Path.Remove(changed);
            else change.Path.Set(changed, change.Value);
        }

        return changed;
    }

    private static JsonNode Filled(JsonNode template, RecordPlace place)
    {
        switch (template)
        {
            case JsonObject o:
                var filled = new JsonObject();
                foreach (var (key, value) in o) filled[PlaceholderText.HasAny(key) ? PlaceholderText.Render(key, place, out _) : key] = value is null ? null : Filled(value, place);
                return filled;
            case JsonArray list:
                return new JsonArray([.. list.Select(i => i is null ? null : Filled(i, place))]);
            case JsonValue value when value.TryGetValue<string>(out var text) && PlaceholderText.HasAny(text):
                var rendered = PlaceholderText.Render(text, place, out var isNumber);
                return isNumber ? JsonNode.Parse(rendered)! : JsonValue.Create(rendered)!;
            default:
                return template.DeepClone();
        }
    }

    private static byte[] Bytes(IReadOnlyList<(string Source, DateTimeOffset Time, int Order, bool Wrapped, JsonNode Record)> records, JsonNode? wrap)
    {
        using var bytes = new MemoryStream();
        foreach (var one in records.Where(r => !r.Wrapped)) Line(one.Record, bytes);
        var inside = records.Where(r => r.Wrapped).Select(r => r.Record).ToArray();
        if (inside.Length > 0)
        {
            foreach (var envelope in Envelope.Around(inside, wrap!)) Line(envelope, bytes);
        }

        return bytes.ToArray();
    }

    // A record that is a text is written as it stands: it may be a line of a log, or JSON that no tree can hold.
    private static void Line(JsonNode record, MemoryStream bytes)
    {
        bytes.Write(record is JsonValue value && value.TryGetValue<string>(out var text) ? Encoding.UTF8.GetBytes(text) : JsonSerializer.SerializeToUtf8Bytes(record, Compact));
        bytes.WriteByte((byte)'\n');
    }
}
