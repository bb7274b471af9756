using System.Text.Json;
using Waterguard.Events;
using Waterguard.Events.Fields;
using Waterguard.Events.Shapes;

namespace Waterguard.Sources.Recognition;

/// <summary>Takes the real records out of an envelope: the elements of an array, JSON that is written into strings, or the members of objects. One a worker and level.</summary>
public sealed class Unwrapper
{
    private const int MaxHead = 32;
    private readonly EventReader _reader = new();
    private readonly EventBuffer _fields = new();
    private readonly FieldTree _tree;
    private readonly int _slot;
    private readonly (int Slot, string Change)[] _members;

    /// <summary>An unwrapper for a form that has <see cref="EventShape.Unwrap"/>.</summary>
    public Unwrapper(EventShape form)
    {
        var builder = new FieldTree.Builder();
        _slot = form.Unwrap is { } path ? builder.Slot(FieldPath.Parse(path)) : -1;
        _members = [.. form.Members.OrderBy(m => m.Key, StringComparer.Ordinal).Select(m => (builder.Slot(FieldPath.Parse(m.Key)), m.Value))];
        _tree = builder.Build();
    }

    /// <summary>The inner records, in order. Their bytes are valid until the next call.</summary>
    public IReadOnlyList<ArraySegment<byte>> Unwrap(byte[] buffer, int start, int length)
    {
        var inner = new List<ArraySegment<byte>>();
        _reader.TryRead(buffer, start, length, _tree, _fields, out _);
        foreach (var (slot, change) in _members) AddMembers(buffer.AsSpan(start, length), slot, change, inner);
        for (var value = _slot < 0 ? -1 : _fields.First(_slot); value >= 0; value = _fields.Next(value))
        {
            switch (_fields[value].Kind)
            {
                case ValueKind.Object:
                    var (offset, extent) = _reader.Extent(_fields, value);
                    if (extent > 0) inner.Add(new ArraySegment<byte>(buffer, start + offset, extent));
                    break;
                case ValueKind.String:
                    inner.Add(_fields.Utf8(value).ToArray());
                    break;
            }
        }

        return inner;
    }

    // The record's plain values, and one member of the object.
    private void AddMembers(ReadOnlySpan<byte> record, int slot, string change, List<ArraySegment<byte>> inner)
    {
        var value = _fields.First(slot);
        if (value < 0 || _fields[value].Kind != ValueKind.Object) return;
        var (offset, extent) = _reader.Extent(_fields, value);
        if (extent == 0) return;
        try
        {
            using var whole = JsonDocument.Parse(record.ToArray(), new JsonDocumentOptions { MaxDepth = EventReader.MaxDepth });
            using var members = JsonDocument.Parse(record.Slice(offset, extent).ToArray(), new JsonDocumentOptions { MaxDepth = EventReader.MaxDepth });
            var head = whole.RootElement.EnumerateObject().Where(p => p.Value.ValueKind is not (JsonValueKind.Object or JsonValueKind.Array)).Take(MaxHead).ToArray();
            foreach (var member in members.RootElement.EnumerateObject())
            {
                using var stream = new MemoryStream();
                using (var writer = new Utf8JsonWriter(stream)) Write(writer, head, member, change);
                inner.Add(stream.ToArray());
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // What cannot be read whole holds no members.
        }
    }

    private static void Write(Utf8JsonWriter writer, JsonProperty[] head, JsonProperty member, string change)
    {
        writer.WriteStartObject();
        foreach (var property in head) property.WriteTo(writer);
        writer.WriteStartObject("entry");
        writer.WriteString("path", member.Name);
        writer.WriteString("change", change);
        writer.WritePropertyName("value");
        member.Value.WriteTo(writer);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }
}
