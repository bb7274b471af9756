using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Waterguard.Emulation.Recording;

/// <summary>What records come wrapped in: an array, an object that holds all of them, or an object for each that holds it as a text.</summary>
internal static class Envelope
{
    /// <summary>Stands for the array of all records.</summary>
    public const string Records = "{{records}}";

    /// <summary>Stands for one record's text; each record has an envelope of its own.</summary>
    public const string Record = "{{record}}";

    private static readonly JsonSerializerOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>What is wrong with an envelope; null when nothing is.</summary>
    public static string? Flaw(JsonNode wrap)
    {
        var texts = Texts(wrap).Where(t => PlaceholderText.HasAny(t)).ToArray();
        return wrap is JsonArray || texts is [Records] or [Record] ? null : $"An envelope has one placeholder: {Records} or {Record}.";
    }

    /// <summary>The records inside.</summary>
    public static IEnumerable<JsonNode> Around(IReadOnlyList<JsonNode> records, JsonNode wrap)
    {
        if (wrap is JsonArray) return [new JsonArray([.. records])];
        return Texts(wrap).Contains(Record, StringComparer.Ordinal)
            ? records.Select(r => Filled(wrap, Record, () => JsonValue.Create(r is JsonValue ? r.GetValue<string>() : r.ToJsonString(Compact))!))
            : [Filled(wrap, Records, () => new JsonArray([.. records]))];
    }

    private static JsonNode Filled(JsonNode wrap, string placeholder, Func<JsonNode> value)
    {
        switch (wrap)
        {
            case JsonObject o:
                var filled = new JsonObject();
                foreach (var (key, part) in o) filled[key] = part is null ? null : Filled(part, placeholder, value);
                return filled;
            case JsonArray list: return new JsonArray([.. list.Select(p => p is null ? null : Filled(p, placeholder, value))]);
            case JsonValue text when text.TryGetValue<string>(out var name) && name == placeholder: return value();
            default: return wrap.DeepClone();
        }
    }

    private static IEnumerable<string> Texts(JsonNode? node) => node switch
    {
        JsonObject o => o.SelectMany(p => Texts(p.Value)),
        JsonArray list => list.SelectMany(Texts),
        JsonValue value when value.TryGetValue<string>(out var text) => [text],
        _ => [],
    };
}
