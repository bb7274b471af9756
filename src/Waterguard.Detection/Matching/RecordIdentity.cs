using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Waterguard.Events.Fields;
using Waterguard.Events.Shapes;

namespace Waterguard.Detection.Matching;

/// <summary>The identity of a record: the same for every copy of it, whatever file, line or transport brought it.</summary>
internal static class RecordIdentity
{
    private const int MaxDepth = 1024;

    /// <summary>Hash of the source and the declared id fields; where the source declares none, or the record has none of them, of its canonical text.</summary>
    public static string Of(string source, FieldBinding[] id, EventBuffer fields)
    {
        var text = new ArrayBufferWriter<byte>(256);
        text.Write(Encoding.UTF8.GetBytes(source).AsSpan());
        var found = false;
        foreach (var name in id)
        {
            text.Write("\0"u8);
            foreach (var tier in name.Tiers)
            {
                foreach (var slot in tier)
                {
                    for (var value = slot.Slot < 0 ? -1 : fields.First(slot.Slot); value >= 0; value = fields.Next(value))
                    {
                        text.Write(fields.Utf8(value));
                        text.Write("\u0001"u8);
                        found = true;
                    }
                }
            }
        }

        if (!found) text.Write(Canonical(fields.Record).AsSpan());
        return Convert.ToHexStringLower(SHA256.HashData(text.WrittenSpan).AsSpan(0, 16));
    }

    // Keys sorted, no space between: two spellings of the same record are one. What cannot be parsed stands for itself.
    private static byte[] Canonical(ReadOnlySpan<byte> record)
    {
        try
        {
            using var document = JsonDocument.Parse(record.ToArray(), new JsonDocumentOptions { MaxDepth = MaxDepth });
            using var stream = new MemoryStream();
            using (var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { MaxDepth = MaxDepth, SkipValidation = true })) Write(document.RootElement, writer);
            return stream.ToArray();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return record.ToArray();
        }
    }

    private static void Write(JsonElement element, Utf8JsonWriter writer)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var property in element.EnumerateObject().OrderBy(p => p.Name, StringComparer.Ordinal))
                {
                    writer.WritePropertyName(property.Name);
                    Write(property.Value, writer);
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in element.EnumerateArray()) Write(item, writer);
                writer.WriteEndArray();
                break;
            default:
                element.WriteTo(writer);
                break;
        }
    }
}
