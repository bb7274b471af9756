using Waterguard.Events;
using Waterguard.Events.Fields;
using Waterguard.Events.Shapes;

namespace Waterguard.Sources.Recognition;

/// <summary>Makes of one record with an array of events one record each: the same record, with the element where the array was. So every event keeps
/// what the record says around it (who, when, from where) under the same names. One a worker.</summary>
public sealed class RecordSplitter
{
    /// <summary>Most bytes that the records made of one may have together: a large record with a long array would become its square.</summary>
    public const int MaxBytes = 256 * 1024 * 1024;

    private readonly Level[] _levels;
    private Action<byte[], int, int> _found = (_, _, _) => { };
    private long _made;
    private bool _whole;

    /// <summary>A splitter for a form that has <see cref="EventShape.Split"/>.</summary>
    public RecordSplitter(EventShape form) => _levels = [.. form.Split.Select(p => new Level(p))];

    /// <summary>Gives every record to <paramref name="found"/>: buffer, start, length, valid during the call. A record with one element, or none, is given as it is.</summary>
    /// <returns>False: there were too many; what could not be split was given whole.</returns>
    public bool Split(byte[] buffer, int start, int length, Action<byte[], int, int> found)
    {
        (_found, _made, _whole) = (found, 0, true);
        Split(buffer, start, length, 0);
        return _whole;
    }

    private void Split(byte[] buffer, int start, int length, int depth)
    {
        if (depth == _levels.Length)
        {
            _found(buffer, start, length);
            return;
        }

        var level = _levels[depth];
        var elements = level.Find(buffer, start, length, out var from, out var to);
        if (elements.Count < 2)
        {
            Split(buffer, start, length, depth + 1);
            return;
        }

        var around = length - (to - from);
        if (_made + ((long)around * elements.Count) + (to - from) > MaxBytes)
        {
            _whole = false;
            _found(buffer, start, length);
            return;
        }

        foreach (var (offset, extent) in elements)
        {
            var made = level.Room(around + extent);
            buffer.AsSpan(start, from).CopyTo(made);
            buffer.AsSpan(start + offset, extent).CopyTo(made.AsSpan(from));
            buffer.AsSpan(start + to, length - to).CopyTo(made.AsSpan(from + extent));
            _made += around + extent;
            Split(made, 0, around + extent, depth + 1);
        }
    }

    // One array: where it lies in a record, and its elements.
    private sealed class Level
    {
        private readonly EventReader _reader = new();
        private readonly EventBuffer _fields = new();
        private readonly List<(int Offset, int Extent)> _elements = [];
        private readonly FieldTree _tree;
        private readonly int _slot;
        private readonly int _array;
        private byte[] _made = [];

        public Level(string path)
        {
            var builder = new FieldTree.Builder();
            _slot = builder.Slot(FieldPath.Parse(path));
            _array = builder.ArrayId(FieldPath.Parse(path));
            _tree = builder.Build();
        }

        public byte[] Room(int length)
        {
            if (_made.Length < length) _made = new byte[Math.Max(length, _made.Length * 2)];
            return _made;
        }

        public List<(int Offset, int Extent)> Find(byte[] buffer, int start, int length, out int from, out int to)
        {
            _elements.Clear();
            from = to = 0;
            if (!_reader.TryRead(buffer, start, length, _tree, _fields, out _)) return _elements;
            var parent = int.MinValue;
            for (var value = _fields.First(_slot); value >= 0; value = _fields.Next(value))
            {
                var element = _fields[value].Element;
                if (element < 0 || _fields.ArrayOf(element) != _array || (parent != int.MinValue && _fields.ParentOf(element) != parent)) return NotOne();
                parent = _fields.ParentOf(element);
                var (offset, extent) = _fields[value].Kind switch
                {
                    ValueKind.Object => _reader.Extent(_fields, value),
                    ValueKind.String => (_fields.OffsetOf(value) - 1, _fields.LengthOf(value) + 2),
                    _ => (0, 0),
                };
                if (extent == 0) return NotOne();
                _elements.Add((offset, extent));
            }

            if (_elements.Count < 2) return _elements;
            var record = buffer.AsSpan(start, length);
            from = record[.._elements[0].Offset].LastIndexOf((byte)'[');
            var last = _elements[^1].Offset + _elements[^1].Extent;
            to = last + record[last..].IndexOf((byte)']') + 1;
            return from >= 0 && to > last && record[(from + 1).._elements[0].Offset].Trim(" \t\r\n"u8).IsEmpty && record[last..(to - 1)].Trim(" \t\r\n"u8).IsEmpty ? _elements : NotOne();
        }

        // Several arrays, or elements that are no events: nothing that could stand in the array's place.
        private List<(int Offset, int Extent)> NotOne()
        {
            _elements.Clear();
            return _elements;
        }
    }
}
