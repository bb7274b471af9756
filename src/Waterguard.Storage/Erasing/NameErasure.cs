using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Waterguard.Storage.Erasing;

/// <summary>Puts another name in the place of one, wherever JSON has it: in values and in names, whole or within a longer text, in whatever case.</summary>
/// <param name="name">At least three characters.</param>
internal sealed class NameErasure(string name, string instead)
{
    private static readonly JsonDocumentOptions s_deep = new() { MaxDepth = 2048, AllowDuplicateProperties = false };
    private static readonly JsonSerializerOptions s_options = new() { MaxDepth = 2048, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The JSON without the name; null: it does not hold it.</summary>
    public byte[]? Erase(ReadOnlySpan<byte> json)
    {
        // What may be written with escapes has to be looked at; the rest is found by its bytes.
        if (json.IndexOf((byte)'\\') < 0 && !Encoding.UTF8.GetString(json).Contains(name, StringComparison.OrdinalIgnoreCase)) return null;
        try
        {
            var root = JsonNode.Parse(json, null, s_deep);
            var found = false;
            var erased = Erased(root, ref found);
            return found ? Encoding.UTF8.GetBytes(erased!.ToJsonString(s_options)) : null;
        }
        catch (JsonException)
        {
            // What no tree can hold (a name twice) is judged as text.
            var text = Encoding.UTF8.GetString(json);
            return text.Contains(name, StringComparison.OrdinalIgnoreCase) ? Encoding.UTF8.GetBytes(text.Replace(name, instead, StringComparison.OrdinalIgnoreCase)) : null;
        }
    }

    private JsonNode? Erased(JsonNode? node, ref bool found)
    {
        switch (node)
        {
            case JsonObject members:
                var copy = new JsonObject();
                foreach (var (key, value) in members) copy[Text(key, ref found)] = Erased(value, ref found);
                return copy;
            case JsonArray list:
                var all = new JsonArray();
                foreach (var item in list) all.Add(Erased(item, ref found));
                return all;
            case JsonValue value when value.TryGetValue<string>(out var text): return JsonValue.Create(Text(text, ref found));
            default: return node?.DeepClone();
        }
    }

    private string Text(string text, ref bool found)
    {
        if (!text.Contains(name, StringComparison.OrdinalIgnoreCase)) return text;
        found = true;
        return text.Replace(name, instead, StringComparison.OrdinalIgnoreCase);
    }
}
