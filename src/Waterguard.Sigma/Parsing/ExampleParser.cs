using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Waterguard.Content.Yaml;

namespace Waterguard.Sigma.Parsing;

/// <summary>Reads the events written beside a rule.</summary>
internal static class ExampleParser
{
    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly JsonSerializerOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static ImmutableArray<RuleExample> Parse(MappingReader document, ParseContext context)
    {
        switch (document.Node("examples"))
        {
            case null:
                return [];
            case YamlSequence list:
                return [.. list.Items.Select(i => One(i, context)).OfType<RuleExample>()];
            case var other:
                context.Bag.Error(SigmaCodes.BadExample, other.Location, "'examples' is a list.");
                return [];
        }
    }

    private static RuleExample? One(YamlNode node, ParseContext context)
    {
        if (node is not YamlMapping mapping)
            return Bad(node, "An example is a mapping with 'match' or 'no_match'.", context);
        var reader = new MappingReader(mapping, context.Bag);
        var (match, noMatch) = (reader.Node("match"), reader.Node("no_match"));
        if (match is null == noMatch is null)
            return Bad(node, "An example has either 'match' or 'no_match'.", context);
        var example = new RuleExample(match is not null, Json(match ?? noMatch!, context) ?? "", reader.Text("why"), reader.Text("source"), node.Location);
        reader.WarnAboutUnknownKeys();
        return example.Json.Length > 0 ? example : null;
    }

    private static string? Json(YamlNode node, ParseContext context)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, Readable))
        {
            switch (node)
            {
                case YamlMapping:
                    Write(node, writer);
                    break;
                case YamlScalar { Kind: ScalarKind.Text } scalar when TryParse(scalar.Text) is { } json:
                    writer.WriteRawValue(json);
                    break;
                default:
                    Bad(node, "An example's event is a mapping, or a text that is a JSON object.", context);
                    return null;
            }
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>The text on one line, if it is a JSON object.</summary>
    private static string? TryParse(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement.ValueKind == JsonValueKind.Object ? JsonSerializer.Serialize(document.RootElement, Compact) : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Not JSON, or half a surrogate pair inside; the caller reports it.
            return null;
        }
    }

    private static void Write(YamlNode node, Utf8JsonWriter writer)
    {
        switch (node)
        {
            case YamlMapping mapping:
                writer.WriteStartObject();
                foreach (var entry in mapping.Entries)
                {
                    writer.WritePropertyName(Whole(entry.Name));
                    Write(entry.Value, writer);
                }
                writer.WriteEndObject();
                break;
            case YamlSequence list:
                writer.WriteStartArray();
                foreach (var item in list.Items)
                    Write(item, writer);
                writer.WriteEndArray();
                break;
            case YamlScalar scalar:
                WriteScalar(scalar, writer);
                break;
        }
    }

    private static void WriteScalar(YamlScalar scalar, Utf8JsonWriter writer)
    {
        switch (scalar.Kind)
        {
            case ScalarKind.Null:
                writer.WriteNullValue();
                break;
            case ScalarKind.Boolean:
                writer.WriteBooleanValue(scalar.Boolean);
                break;
            case ScalarKind.Number:
                writer.WriteNumberValue(scalar.Number);
                break;
            default:
                writer.WriteStringValue(Whole(scalar.Text));
                break;
        }
    }

    /// <summary>YAML escapes can spell half a surrogate pair, which JSON text cannot carry.</summary>
    private static string Whole(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsSurrogate(text[i]))
                return Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));
        }
        return text;
    }

    private static RuleExample? Bad(YamlNode node, string reason, ParseContext context)
    {
        context.Bag.Error(SigmaCodes.BadExample, node.Location, reason);
        return null;
    }
}
