using System.Text.Json;
using System.Text.Json.Nodes;

namespace Waterguard.Alerting.Output;

/// <summary>Joins two written forms of one alert: what <see cref="AlertFactory.Join"/> does for alerts that are still in memory.</summary>
internal static class AlertJoin
{
    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = AlertJson.Options.Encoder, MaxDepth = 1024 };

    public static byte[] Join(byte[] first, byte[] second)
    {
        if (first.AsSpan().SequenceEqual(second)) return first;
        var options = new JsonDocumentOptions { MaxDepth = 1024 };
        var (known, added) = (JsonNode.Parse(first, null, options)!.AsObject(), JsonNode.Parse(second, null, options)!.AsObject());
        if (added["suppression_lifted"] is { } lifted && known["suppression_lifted"] is null) return Lifted(known, lifted);
        if ((string?)known["rule"]?["kind"] == "correlation") return Amended(first, known, added);
        var texts = known["events"]!.AsArray().Concat(added["events"]!.AsArray()).Select(e => (Node: e!, Text: e!.ToJsonString(Relaxed))).DistinctBy(e => e.Text, StringComparer.Ordinal).ToArray();
        if (texts.Length == known["events"]!.AsArray().Count) return first;
        var earlier = string.CompareOrdinal((string?)added["time"], (string?)known["time"]) < 0 ? added : known;
        var entities = new JsonObject();
        foreach (var kind in Alert.EntityKinds)
        {
            var names = Names(known, kind).Union(Names(added, kind), StringComparer.Ordinal).Order(StringComparer.Ordinal);
            entities[kind] = new JsonArray([.. names.Select(n => (JsonNode)n)]);
        }

        var events = texts.OrderBy(e => (string?)e.Node["time"], StringComparer.Ordinal).ThenBy(e => (string?)e.Node["file"], StringComparer.Ordinal).ThenBy(e => (long?)e.Node["line"]).ToArray();
        if (known[Alert.LineageKind] is not null || added[Alert.LineageKind] is not null)
        {
            var lineages = Texts(known[Alert.LineageKind]).Union(Texts(added[Alert.LineageKind]), StringComparer.Ordinal).Order(StringComparer.Ordinal);
            earlier[Alert.LineageKind] = new JsonArray([.. lineages.Select(n => (JsonNode)n)]);
        }

        earlier["event_count"] = events.Length;
        earlier["entities"] = entities;
        earlier["events"] = new JsonArray([.. events.Select(e => e.Node.DeepClone())]);
        return JsonSerializer.SerializeToUtf8Bytes(earlier, Relaxed);
    }

    // What is told of a correlation again tells more: it takes the place of what was told before.
    private static byte[] Amended(byte[] first, JsonObject known, JsonObject added)
    {
        if ((string?)added["status"] == "retracted") return Retracted(first, known, added);
        if ((string?)known["status"] == "retracted" || (long?)added["event_count"] <= (long?)known["event_count"]) return first;
        added["revision"] = ((int?)known["revision"] ?? 1) + 1;
        added["status"] = "amended";
        return JsonSerializer.SerializeToUtf8Bytes(added, Relaxed);
    }

    // It was stored as suppressed; now it is told.
    private static byte[] Lifted(JsonObject known, JsonNode lifted)
    {
        known["revision"] = ((int?)known["revision"] ?? 1) + 1;
        known["suppressed_by"] = null;
        known["suppression_lifted"] = lifted.DeepClone();
        return JsonSerializer.SerializeToUtf8Bytes(known, Relaxed);
    }

    // What was told stays as it was told: only that it does not hold is added.
    private static byte[] Retracted(byte[] first, JsonObject known, JsonObject added)
    {
        if ((string?)known["status"] == "retracted") return first;
        known["revision"] = ((int?)known["revision"] ?? 1) + 1;
        known["status"] = "retracted";
        known["superseded_by"] = (string?)added["superseded_by"];
        return JsonSerializer.SerializeToUtf8Bytes(known, Relaxed);
    }

    private static IEnumerable<string> Names(JsonObject alert, string kind) => Texts(alert["entities"]![kind]);

    private static IEnumerable<string> Texts(JsonNode? list) => list is JsonArray texts ? texts.Select(n => (string)n!) : [];
}
