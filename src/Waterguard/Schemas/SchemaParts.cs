using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Waterguard.Schemas;

/// <summary>What the published JSON schemas of our files are made of, so that they say alike what is alike.</summary>
internal static class SchemaParts
{
    public const string Dialect = "https://json-schema.org/draft/2020-12/schema";
    private static readonly JsonSerializerOptions s_indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>An object that has no other keys: one that is misspelt is an error.</summary>
    public static JsonObject Closed(string says, JsonObject properties, params IEnumerable<string> required)
    {
        var schema = new JsonObject { ["description"] = says, ["type"] = "object", ["additionalProperties"] = false, ["properties"] = properties };
        var names = Words(required);
        if (names.Count > 0) schema["required"] = names;
        return schema;
    }

    public static JsonObject List(string says, JsonObject items) => new() { ["description"] = says, ["type"] = "array", ["items"] = items };

    public static JsonObject Text(string says) => new() { ["description"] = says, ["type"] = "string" };

    public static JsonObject Word(string says, params IEnumerable<string> words) => new() { ["description"] = says, ["enum"] = Words(words) };

    /// <summary>A text that has a form.</summary>
    public static JsonObject Formed(string says, string pattern) => new() { ["description"] = says, ["type"] = "string", ["pattern"] = pattern };

    /// <summary>One text, or several.</summary>
    public static JsonObject Texts(string says) => new() { ["description"] = says, ["anyOf"] = new JsonArray(new JsonObject { ["type"] = "string" }, new JsonObject { ["type"] = "array", ["items"] = new JsonObject { ["type"] = "string" } }) };

    public static JsonArray Words(IEnumerable<string> words) => [.. words.Select(w => (JsonNode)w)];

    /// <summary>A whole schema, as its file has it.</summary>
    public static string Written(JsonObject schema) => schema.ToJsonString(s_indented).ReplaceLineEndings("\n") + "\n";
}
