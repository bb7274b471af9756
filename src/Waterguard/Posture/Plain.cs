using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Waterguard.Content.Yaml;

namespace Waterguard.Posture;

/// <summary>JSON as plain values: texts, decimals, truth values, lists and maps. What is null is left out, as an API server leaves it out of what it keeps.</summary>
internal static class Plain
{
    /// <summary>Of JSON; null: it says nothing.</summary>
    public static object? Of(JsonNode? node) => node switch
    {
        JsonObject map => Map(map.Select(m => KeyValuePair.Create(m.Key, Of(m.Value)))),
        JsonArray list => list.Select(Of).OfType<object>().ToArray(),
        JsonValue value => value.GetValueKind() switch
        {
            JsonValueKind.String => Text(value),
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            JsonValueKind.Number => decimal.TryParse(value.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : value.ToJsonString(),
            _ => null,
        },
        _ => null,
    };

    /// <summary>Of YAML that <see cref="PolicyYaml"/> has written.</summary>
    public static object? Of(YamlNode? node) => node switch
    {
        YamlMapping map => Map(map.Entries.Select(e => KeyValuePair.Create(e.Name, Of(e.Value)))),
        YamlSequence list => list.Items.Select(Of).OfType<object>().ToArray(),
        YamlScalar { Kind: ScalarKind.Boolean } scalar => scalar.Text is "true",
        YamlScalar { Kind: ScalarKind.Number } scalar => scalar.Number,
        YamlScalar { Kind: ScalarKind.Null } => null,
        YamlScalar scalar => scalar.Text,
        _ => null,
    };

    /// <summary>Plain values as JSON.</summary>
    public static JsonNode? ToJson(object? value) => value switch
    {
        IReadOnlyDictionary<string, object> map => new JsonObject(map.Select(m => KeyValuePair.Create(m.Key, ToJson(m.Value)))),
        IReadOnlyList<object> list => new JsonArray([.. list.Select(ToJson)]),
        string text => JsonValue.Create(text),
        bool truth => JsonValue.Create(truth),
        decimal number => JsonValue.Create(number),
        _ => null,
    };

    /// <summary>What stands at a path; null: nothing.</summary>
    public static object? At(object? of, params ReadOnlySpan<string> path)
    {
        foreach (var name in path)
        {
            if (of is not IReadOnlyDictionary<string, object> map || !map.TryGetValue(name, out var next)) return null;
            of = next;
        }

        return of;
    }

    /// <summary>A text at a path; empty: there is none.</summary>
    public static string TextAt(object? of, params ReadOnlySpan<string> path) => At(of, path) as string ?? "";

    /// <summary>A list at a path; empty: there is none.</summary>
    public static IReadOnlyList<object> ListAt(object? of, params ReadOnlySpan<string> path) => At(of, path) as IReadOnlyList<object> ?? [];

    /// <summary>The texts of a list.</summary>
    public static IEnumerable<string> TextsAt(object? of, params ReadOnlySpan<string> path) => ListAt(of, path).OfType<string>();

    // A lone surrogate is no text that JSON can give.
    private static string Text(JsonValue value)
    {
        try
        {
            return value.GetValue<string>();
        }
        catch (InvalidOperationException)
        {
            return "\uFFFD";
        }
    }

    // The last of a key that stands twice counts, as for the server.
    private static Dictionary<string, object> Map(IEnumerable<KeyValuePair<string, object?>> members)
    {
        var map = new Dictionary<string, object>(StringComparer.Ordinal);
        foreach (var (name, value) in members)
        {
            if (value is not null) map[name] = value;
            else map.Remove(name);
        }

        return map;
    }
}
