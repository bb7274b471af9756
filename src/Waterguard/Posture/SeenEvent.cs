using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Waterguard.Posture;

/// <summary>A record that a proposal is drawn from or tried on.</summary>
/// <param name="Source">Empty: not known.</param>
/// <param name="Record">As plain values, without what it was wrapped in.</param>
/// <param name="Json">The record as it was.</param>
internal sealed record SeenEvent(string Source, object Record, JsonNode Json)
{
    /// <summary>A record of some source; null: it says nothing.</summary>
    public static SeenEvent? Of(string source, JsonNode? json) => json is not null && Plain.Of(Unwrapped(json)) is IReadOnlyDictionary<string, object> record ? new SeenEvent(source, record, json) : null;

    /// <summary>The events that an alert shows.</summary>
    public static IEnumerable<SeenEvent> OfAlert(JsonObject alert) =>
        (alert["events"] as JsonArray ?? []).OfType<JsonObject>().Select(one => Of(one["source"]?.ToString() ?? "", one["raw"])).OfType<SeenEvent>();

    // AKS puts the record as a text into properties.log, EKS into message.
    private static JsonNode Unwrapped(JsonNode json)
    {
        var text = json is JsonObject outer && outer["kind"] is null ? ((outer["properties"] as JsonObject)?["log"] ?? outer["message"]) as JsonValue : null;
        if (text is null || text.GetValueKind() != JsonValueKind.String) return json;
        try
        {
            return JsonNode.Parse(text.GetValue<string>()) as JsonObject ?? json;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return json;
        }
    }

    /// <summary>A text of the record.</summary>
    public string Text(params ReadOnlySpan<string> path) => Plain.TextAt(Record, path);

    /// <summary>A number of the record; null: there is none.</summary>
    public int? Number(params ReadOnlySpan<string> path) => Plain.At(Record, path) is decimal number && number == decimal.Truncate(number) && Math.Abs(number) <= int.MaxValue ? (int)number : null;

    /// <summary>What tells it from another.</summary>
    public string Id => Text("auditID") is { Length: > 0 } audit ? audit : Text("flow", "uuid") is { Length: > 0 } flow ? flow : Json.ToJsonString();

    /// <summary>A name as a person reads it: what is not printable, and what is beyond measure, is left out.</summary>
    public static string Printable(string text) => string.Create(CultureInfo.InvariantCulture, $"{new string([.. text.Where(c => !char.IsControl(c) && !char.IsSurrogate(c) && CharUnicodeInfo.GetUnicodeCategory(c) is not (UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator)).Take(120)])}");
}
