using Waterguard.Events;
using Waterguard.Events.Fields;
using Waterguard.Events.Shapes;

namespace Waterguard.Sources.Recognition;

/// <summary>Takes the real records out of an envelope: the elements of an array, or JSON that is written into strings. One a worker and level.</summary>
public sealed class Unwrapper
{
    private readonly EventReader _reader = new();
    private readonly EventBuffer _fields = new();
    private readonly FieldTree _tree;
    private readonly int _slot;

    /// <summary>An unwrapper for a form that has <see cref="EventShape.Unwrap"/>.</summary>
    public Unwrapper(EventShape form)
    {
        var builder = new FieldTree.Builder();
        _slot = builder.Slot(FieldPath.Parse(form.Unwrap!));
        _tree = builder.Build();
    }

    /// <summary>The inner records, in order. Their bytes are valid until the next call.</summary>
    public IReadOnlyList<ArraySegment<byte>> Unwrap(byte[] buffer, int start, int length)
    {
        var inner = new List<ArraySegment<byte>>();
        _reader.TryRead(buffer, start, length, _tree, _fields, out _);
        for (var value = _fields.First(_slot); value >= 0; value = _fields.Next(value))
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
}
