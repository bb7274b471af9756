using System.Runtime.CompilerServices;
using System.Text;

namespace Waterguard.Events.Fields;

/// <summary>The extracted fields of one record, in storage that a worker reuses for the next.</summary>
/// <remarks>Values of a slot form a chain in the order of the record. Not thread-safe. Nothing of it may be kept past the next record.</remarks>
public sealed class EventBuffer
{
    private byte[] _record = [];
    private int _recordStart;
    private int _recordLength;
    private Value[] _values = new Value[256];
    private int _count;
    private int[] _heads = [];
    private int[] _tails = [];
    private int[] _touched = new int[64];
    private int _touchedCount;
    private Element[] _elements = new Element[64];
    private int _elementCount;
    private long[] _lastObjects = [];
    private long _objects;
    private ValueFlags _inherited;
    private readonly LeftBody[] _left = new LeftBody[8];
    private int _leftCount;
    private bool _leaves;
    private byte[] _scratch = new byte[4096];
    private int _scratchUsed;
    private char[] _chars = new char[4096];
    private int _charsUsed;

    /// <summary>Some field stands twice in the same object.</summary>
    public bool HasDuplicateKeys { get; private set; }

    /// <summary>Arrays on a needed path were nested deeper than is read; what lies below was not looked at.</summary>
    public bool DepthCapped { get; internal set; }

    /// <summary>The record's bytes.</summary>
    public ReadOnlySpan<byte> Record => _record.AsSpan(_recordStart, _recordLength);

    /// <summary>Slots that have at least one value.</summary>
    public ReadOnlySpan<int> Touched => _touched.AsSpan(0, _touchedCount);

    /// <summary>Whether bodies were left unread.</summary>
    public bool HasLeftBodies => _leftCount > 0;

    /// <summary>How many array elements were met.</summary>
    public int ElementCount => _elementCount;

    /// <summary>First value of a slot, or -1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int First(int slot) => _heads[slot] - 1;

    /// <summary>The value behind another of the same slot, or -1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Next(int value) => _values[value].Next - 1;

    /// <summary>A value by number.</summary>
    public ref readonly Value this[int value] => ref _values[value];

    /// <summary>Whether another value of the same field stands in the same object as this one.</summary>
    public bool IsDuplicate(int value) => (_values[value].Flags & ValueFlags.Duplicate) != ValueFlags.None;

    /// <summary>The array that an element is of.</summary>
    public int ArrayOf(int element) => _elements[element].ArrayId;

    /// <summary>The element around an element, or -1.</summary>
    public int ParentOf(int element) => _elements[element].Parent;

    /// <summary>Whether the element has that index; negative ones count from the end.</summary>
    public bool HasIndex(int element, int index) => index >= 0 ? _elements[element].Index == index : _elements[element].FromEnd == index;

    /// <summary>Index of an element in its array.</summary>
    public int IndexOf(int element) => _elements[element].Index;

    /// <summary>Where the bytes of a value that was not decoded yet start in the record; those of a string, behind its quote.</summary>
    public int OffsetOf(int value) => _values[value].Start;

    /// <summary>How many bytes the value has, before it is decoded.</summary>
    public int LengthOf(int value) => _values[value].Length;

    /// <summary>The value's text as UTF-8, JSON escapes resolved. Valid until the next record or the next call on the same buffer.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ReadOnlySpan<byte> Utf8(int value)
    {
        ref var v = ref _values[value];
        return (v.Flags & (ValueFlags.Escaped | ValueFlags.InScratch)) == ValueFlags.None ? _record.AsSpan(_recordStart + v.Start, v.Length) : Decoded(ref v);
    }

    private ReadOnlySpan<byte> Decoded(ref Value v)
    {
        if ((v.Flags & ValueFlags.Escaped) != ValueFlags.None) Unescape(ref v);
        return _scratch.AsSpan(v.Start, v.Length);
    }

    /// <summary>The value's text as characters, widened once. Invalid UTF-8 becomes U+FFFD. Valid until the next record or the next call.</summary>
    public ReadOnlySpan<char> Chars(int value)
    {
        ref var v = ref _values[value];
        if ((v.Flags & ValueFlags.Widened) == ValueFlags.None) Widen(value);
        return _chars.AsSpan(v.CharStart, v.CharLength);
    }

    /// <summary>Adds a value that the record does not hold as such (derived from another, or a cell of a table).</summary>
    public void AddText(int slot, ReadOnlySpan<char> text, int element = -1)
    {
        var start = Reserve(Encoding.UTF8.GetMaxByteCount(text.Length));
        var length = Encoding.UTF8.GetBytes(text, _scratch.AsSpan(start));
        _scratchUsed = start + length;
        Add(slot, start, length, ValueKind.String, ValueFlags.InScratch, element);
    }

    /// <summary>Adds a value to another slot as well. Such copies are no repetition of each other.</summary>
    internal void AddCopy(int slot, int value)
    {
        var copy = _values[value];
        Add(slot, copy.Start, copy.Length, copy.Kind, copy.Flags | ValueFlags.Plural, copy.Element);
        ref var added = ref _values[_count - 1];
        (added.CharStart, added.CharLength) = (copy.CharStart, copy.CharLength);
    }

    /// <summary>Adds a slice of the record as a text value, as a table's cells are.</summary>
    public void AddSlice(int slot, int start, int length) => Add(slot, start, length, ValueKind.String, ValueFlags.None, -1);

    /// <summary>Forgets the last record and takes the next one.</summary>
    /// <param name="tree">The tree that the record will be read with.</param>
    public void Reset(byte[] record, int start, int length, FieldTree tree)
    {
        var heads = _heads;
        for (var i = 0; i < _touchedCount; i++) heads[_touched[i]] = 0;
        if (heads.Length < tree.SlotCount)
        {
            _heads = new int[tree.SlotCount];
            _tails = new int[tree.SlotCount];
        }

        if (_lastObjects.Length < tree.NodeCount) _lastObjects = new long[tree.NodeCount];
        (_record, _recordStart, _recordLength) = (record, start, length);
        (_count, _touchedCount, _elementCount, _scratchUsed, _charsUsed) = (0, 0, 0, 0, 0);
        (HasDuplicateKeys, DepthCapped, _inherited, _leaves, _leftCount) = (false, false, ValueFlags.None, false, 0);
    }

    /// <summary>Lets another buffer look at the same record.</summary>
    internal void ShareRecord(EventBuffer other, FieldTree tree) => other.Reset(_record, _recordStart, _recordLength, tree);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Add(int slot, int start, int length, ValueKind kind, ValueFlags flags, int element)
    {
        if (_count == _values.Length) Array.Resize(ref _values, _values.Length * 2);
        ref var value = ref _values[_count++];
        value.Start = start;
        value.Length = length;
        value.Next = 0;
        value.Slot = slot;
        value.Flags = flags | _inherited;
        value.Kind = kind;
        value.Element = element;
        ref var head = ref _heads[slot];
        if (head == 0)
        {
            head = _count;
            if (_touchedCount == _touched.Length) Array.Resize(ref _touched, _touched.Length * 2);
            _touched[_touchedCount++] = slot;
        }
        else
        {
            ref var last = ref _values[_tails[slot] - 1];
            last.Next = _count;
            if (last.Element == element && (flags & ValueFlags.Plural) == ValueFlags.None)
            {
                last.Flags |= ValueFlags.Duplicate;
                value.Flags |= ValueFlags.Duplicate;
                HasDuplicateKeys = true;
            }
        }

        _tails[slot] = _count;
    }

    /// <summary>Lets bodies be left from now on.</summary>
    internal void LeaveBodies() => _leaves = true;

    /// <summary>Leaves a body, if they may be left and there is room.</summary>
    internal bool TryLeave(FieldNode node, int at, int element, int depth)
    {
        if (!_leaves || _leftCount == _left.Length) return false;
        _left[_leftCount++] = new LeftBody(node, at, element, depth);
        return true;
    }

    /// <summary>The bodies that were left, to be read now: no more are left of this record.</summary>
    internal ReadOnlySpan<LeftBody> TakeLeft()
    {
        var left = _left.AsSpan(0, _leftCount);
        (_leaves, _leftCount) = (false, 0);
        return left;
    }

    internal int AddElement(int parent, int arrayId, int index)
    {
        if (_elementCount == _elements.Length) Array.Resize(ref _elements, _elements.Length * 2);
        _elements[_elementCount] = new Element(parent, arrayId, index);
        return _elementCount++;
    }

    /// <summary>A number for an object that is about to be read: no other object of any record has it.</summary>
    internal long NextObject() => ++_objects;

    /// <summary>Whether the node was reached from that object before, by a key of the same name.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool IsRepeated(FieldNode node, long instance)
    {
        ref var last = ref _lastObjects[node.Id];
        if (last == instance && !node.IsAny) return true;
        last = instance;
        return false;
    }

    /// <summary>Marks the values that the node has there already as shadowed, and those that are added from now on as shadowing them.</summary>
    /// <returns>What to hand to <see cref="Unshadow"/>.</returns>
    internal ValueFlags Shadow(FieldNode node, int element)
    {
        var slots = node.Slots();
        for (var i = 0; i < _count; i++)
        {
            if (slots.Contains(_values[i].Slot) && LiesIn(_values[i].Element, element)) _values[i].Flags |= ValueFlags.Duplicate;
        }

        var before = _inherited;
        HasDuplicateKeys = true;
        _inherited = ValueFlags.Duplicate;
        return before;
    }

    internal void Unshadow(ValueFlags before) => _inherited = before;

    internal void CloseArray(int firstElement, int parent, int arrayId, int count)
    {
        for (var i = firstElement; i < _elementCount; i++)
        {
            ref var element = ref _elements[i];
            if (element.ArrayId == arrayId && element.Parent == parent) element = element with { FromEnd = element.Index - count };
        }
    }

    private bool LiesIn(int inner, int outer)
    {
        while (inner > outer) inner = _elements[inner].Parent;
        return inner == outer;
    }

    private void Unescape(ref Value v)
    {
        var start = Reserve(v.Length);
        var length = JsonText.Unescape(_record.AsSpan(_recordStart + v.Start, v.Length), _scratch.AsSpan(start));
        _scratchUsed = start + length;
        (v.Start, v.Length) = (start, length);
        v.Flags = (v.Flags & ~ValueFlags.Escaped) | ValueFlags.InScratch;
    }

    private void Widen(int value)
    {
        var utf8 = Utf8(value);
        if (_charsUsed + utf8.Length > _chars.Length) Array.Resize(ref _chars, Math.Max(_chars.Length * 2, _charsUsed + utf8.Length));
        var length = Encoding.UTF8.GetChars(utf8, _chars.AsSpan(_charsUsed));
        ref var v = ref _values[value];
        (v.CharStart, v.CharLength) = (_charsUsed, length);
        v.Flags |= ValueFlags.Widened;
        _charsUsed += length;
    }

    private int Reserve(int length)
    {
        if (_scratchUsed + length > _scratch.Length) Array.Resize(ref _scratch, Math.Max(_scratch.Length * 2, _scratchUsed + length));
        return _scratchUsed;
    }
}
