using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Waterguard.Content.Yaml;

namespace Waterguard.Posture;

/// <summary>Writes a document as YAML in printable ASCII, and reads it again. Whatever a text holds, it stays one scalar.</summary>
internal static class PolicyYaml
{
    /// <summary>Documents, with <c>---</c> between them.</summary>
    public static string Write(params ReadOnlySpan<JsonObject> documents)
    {
        var text = new StringBuilder();
        foreach (var document in documents)
        {
            if (text.Length > 0) text.Append("---\n");
            Members(text, document, 0);
        }

        return text.ToString();
    }

    /// <summary>The documents of a text, as plain values.</summary>
    /// <exception cref="FormatException">It is no YAML.</exception>
    public static IReadOnlyList<object> Read(string text)
    {
        var file = YamlFile.Parse("proposal", text);
        if (file.Diagnostics.FirstOrDefault() is { } wrong) throw new FormatException(wrong.ToString());
        return [.. file.Documents.Select(d => Plain.Of(d.Root)).OfType<object>()];
    }

    /// <summary>A scalar.</summary>
    public static string Quote(string value)
    {
        if (IsPlain(value)) return value;
        var text = new StringBuilder(value.Length + 2).Append('"');
        foreach (var rune in value.EnumerateRunes())
        {
            if (rune.Value is '"' or '\\') text.Append('\\').Append((char)rune.Value);
            else if (rune.Value is >= 0x20 and < 0x7F) text.Append((char)rune.Value);
            else if (rune.IsBmp) text.Append(CultureInfo.InvariantCulture, $"\\u{rune.Value:x4}");
            else text.Append(CultureInfo.InvariantCulture, $"\\U{rune.Value:x8}");
        }

        return text.Append('"').ToString();
    }

    private static void Members(StringBuilder text, JsonObject map, int depth, bool isItem = false)
    {
        foreach (var (name, value) in map)
        {
            text.Append(' ', isItem ? 0 : depth * 2).Append(Quote(name)).Append(':');
            isItem = false;
            Value(text, value, depth);
        }
    }

    private static void Value(StringBuilder text, JsonNode? value, int depth)
    {
        switch (value)
        {
            case JsonObject { Count: > 0 } map:
                text.Append('\n');
                Members(text, map, depth + 1);
                break;
            case JsonArray list when list.Any(i => i is JsonObject { Count: > 0 }):
                text.Append('\n');
                foreach (var item in list)
                {
                    text.Append(' ', (depth + 1) * 2).Append("- ");
                    if (item is JsonObject { Count: > 0 } map) Members(text, map, depth + 2, isItem: true);
                    else text.Append(Flat(item)).Append('\n');
                }

                break;
            default:
                text.Append(' ').Append(Flat(value)).Append('\n');
                break;
        }
    }

    private static string Flat(JsonNode? value) => value switch
    {
        JsonObject => "{}",
        JsonArray list => $"[{string.Join(", ", list.Select(Flat))}]",
        JsonValue one when one.TryGetValue<string>(out var text) => Quote(text),
        _ => value?.ToJsonString() ?? "null",
    };

    // What every reader of YAML takes for a text without quotes: of 1.1 too, to which "on" and "y" are truth values.
    private static bool IsPlain(string value) =>
        value.Length is > 2 and < 100 && char.IsAsciiLetter(value[0]) && value.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '/')
        && value.ToUpperInvariant() is not ("TRUE" or "FALSE" or "NULL" or "YES" or "OFF");
}
