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
    public static string Of(EventShape shape, EventLayout layout, EventBuffer fields)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(shape.Source));
        var found = false;
        foreach (var name in shape.Id)
        {
            hash.AppendData([0]);
            foreach (var slot in layout.Find(name)!.Slots)
            {
                for (var value = slot.Slot < 0 ? -1 : fields.First(slot.Slot); value >= 0; value = fields.Next(value))
                {
                    hash.AppendData(fields.Utf8(value));
                    hash.AppendData([1]);
                    found = true;
                }
            }
        }

        if (!found) hash.AppendData(Canonical(fields.Record));
        return Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 16));
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
