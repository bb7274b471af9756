using System.Text;
using System.Text.Json.Nodes;
using Waterguard.Content;
using Waterguard.Content.Yaml;
using Waterguard.Emulation.Recording;

namespace Waterguard.Emulation.Scenarios;

/// <summary>YAML as JSON, its placeholders checked.</summary>
internal static class YamlJson
{
    /// <summary>The node; null for YAML's null.</summary>
    public static JsonNode? Of(YamlNode node, DiagnosticBag bag)
    {
        switch (node)
        {
            case YamlMapping mapping:
                var o = new JsonObject();
                foreach (var entry in mapping.Entries)
                {
                    Check(entry.Name, entry.Key.Location, bag);
                    o[Whole(entry.Name)] = Of(entry.Value, bag);
                }

                return o;
            case YamlSequence list:
                return new JsonArray([.. list.Items.Select(i => Of(i, bag))]);
            case YamlScalar { Kind: ScalarKind.Null }:
                return null;
            case YamlScalar { Kind: ScalarKind.Boolean } flag:
                return JsonValue.Create(flag.Boolean);
            case YamlScalar { Kind: ScalarKind.Number } number:
                return JsonValue.Create(number.Number);
            default:
                var text = ((YamlScalar)node).Text;
                Check(text, node.Location, bag);
                return JsonValue.Create(Whole(text));
        }
    }

    /// <summary>YAML escapes can spell half a surrogate pair, which JSON text cannot carry.</summary>
    public static string Whole(string text) => text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF') ? Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)) : text;

    private static void Check(string text, SourceLocation at, DiagnosticBag bag)
    {
        if (text is not (Envelope.Records or Envelope.Record) && PlaceholderText.Flaw(text) is { } flaw) bag.Error(ScenarioCodes.Placeholder, at, flaw);
    }
}
