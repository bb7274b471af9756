using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Waterguard.Alerting;
using Waterguard.Content;
using Waterguard.Detection.Matching;
using Waterguard.Pipeline;
using Waterguard.Sigma;
using Waterguard.Storage;

namespace Waterguard.Api.Live;

/// <summary>Reads stored alerts back. What they show is redacted: a value that was a secret is a hash now, and only that is judged.</summary>
internal sealed class StoredAlertReading(Generation generation)
{
    private static readonly JsonDocumentOptions s_deep = new() { MaxDepth = 1024 };
    private readonly Dictionary<string, RuleHeader> _headers = generation.Rules.Rules.Select(r => r.Header).Concat(generation.Rules.Correlations.Select(c => c.Header)).DistinctBy(h => h.Id, StringComparer.Ordinal).ToDictionary(h => h.Id, StringComparer.Ordinal);

    /// <summary>The alert. A rule that is gone is known by what the alert says of it.</summary>
    public Alert Read(StoredAlert stored)
    {
        using var document = JsonDocument.Parse(stored.Json, s_deep);
        var json = document.RootElement;
        var events = json.GetProperty("events").EnumerateArray().Select(Read).ToImmutableArray();
        return new Alert(
            stored.Id, stored.Time, HeaderOf(stored, json), Text(json.GetProperty("rule"), "kind") == "correlation", Text(json, "strategy"), Text(json, "reason") ?? "", Group(json), Window(json), null, Entities(json), events,
            json.TryGetProperty("event_count", out var count) ? count.GetInt64() : events.Length, Text(json, "suppressed_by")) { IsRetracted = Text(json, "status") == "retracted" };
    }

    /// <summary>What lists and streams show of an alert.</summary>
    public static JsonObject Summary(StoredAlert stored)
    {
        using var document = JsonDocument.Parse(stored.Json, s_deep);
        var summary = new JsonObject();
        foreach (var name in new[] { "id", "time", "title", "level", "risk", "rule", "strategy", "reason", "revision", "status", "superseded_by", "entities", "event_count", "suppressed_by" })
            summary[name] = document.RootElement.TryGetProperty(name, out var value) ? JsonNode.Parse(value.GetRawText()) : null;
        return summary;
    }

    private static Evidence Read(JsonElement json)
    {
        var raw = json.TryGetProperty("raw", out var value) && value.ValueKind is JsonValueKind.Object ? RawRecord.FromBytes(System.Text.Encoding.UTF8.GetBytes(value.GetRawText())) : null;
        return new Evidence(Text(json, "source") ?? "", Text(json, "file") ?? "", json.GetProperty("line").GetInt64(), 0, json.GetProperty("time") is { ValueKind: JsonValueKind.String } time ? time.GetDateTimeOffset() : null, raw);
    }

    private RuleHeader HeaderOf(StoredAlert stored, JsonElement json) => _headers.TryGetValue(stored.Rule, out var known) ? known : new RuleHeader(
        stored.Rule, Text(json.GetProperty("rule"), "name"), Text(json, "title") ?? "", "", (Level)stored.Level, "", [], [.. json.GetProperty("attack").EnumerateArray().Select(a => a.GetString()!)], [], [], null, CustomAttributes.None, "",
        new SourceLocation("", 0, 0));

    private static (DateTimeOffset, DateTimeOffset)? Window(JsonElement json) => json.GetProperty("window") is { ValueKind: JsonValueKind.Object } window ? (window.GetProperty("start").GetDateTimeOffset(), window.GetProperty("end").GetDateTimeOffset()) : null;

    private static ImmutableSortedDictionary<string, string> Group(JsonElement json) => json.GetProperty("group").EnumerateObject().ToImmutableSortedDictionary(p => p.Name, p => p.Value.ToString(), StringComparer.Ordinal);

    private static ImmutableSortedDictionary<string, ImmutableArray<string>> Entities(JsonElement json)
    {
        var entities = json.GetProperty("entities").EnumerateObject().Where(p => p.Value.GetArrayLength() > 0).Select(p => (p.Name, p.Value));
        if (json.TryGetProperty(Alert.LineageKind, out var lineage) && lineage.ValueKind == JsonValueKind.Array) entities = entities.Append((Alert.LineageKind, lineage));
        return entities.ToImmutableSortedDictionary(e => e.Item1, e => e.Item2.EnumerateArray().Select(v => v.GetString()!).ToImmutableArray(), StringComparer.Ordinal);
    }

    private static string? Text(JsonElement of, string name) => of.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
