using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Waterguard.Sources.Transports.Polling;

/// <summary>What is needed of an API's JSON. The records' own bytes stay as they were sent.</summary>
internal static class JsonParts
{
    private static readonly JsonDocumentOptions Bounds = new() { MaxDepth = 128 };

    /// <exception cref="JsonException">It is none.</exception>
    public static JsonDocument Parse(byte[] body)
    {
        // Some services send a byte order mark.
        ReadOnlyMemory<byte> bytes = body;
        return JsonDocument.Parse(body.AsSpan().StartsWith("\uFEFF"u8) ? bytes[3..] : bytes, Bounds);
    }

    public static string? Text(this JsonElement of, string name) =>
        of.ValueKind == JsonValueKind.Object && of.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <summary>The items of a list; none where it is not there.</summary>
    public static IEnumerable<JsonElement> Items(this JsonElement of, string name) =>
        of.ValueKind == JsonValueKind.Object && of.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array ? list.EnumerateArray() : [];

    public static JsonElement? Part(this JsonElement of, string name) => of.ValueKind == JsonValueKind.Object && of.TryGetProperty(name, out var value) ? value : null;

    /// <summary>A time as APIs write it; without a zone it is UTC.</summary>
    public static DateTimeOffset? Time(this JsonElement of, string name) =>
        of.Text(name) is { } text && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time) ? time : null;

    public static byte[] Bytes(this JsonElement of) => Encoding.UTF8.GetBytes(of.GetRawText());

    /// <summary>A time for a question: to the millisecond, UTC.</summary>
    public static string Asked(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);
}
