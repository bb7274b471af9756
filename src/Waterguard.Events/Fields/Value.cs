namespace Waterguard.Events.Fields;

/// <summary>What a JSON value is.</summary>
public enum ValueKind : byte
{
    /// <summary>JSON null.</summary>
    Null,

    /// <summary>JSON true or false.</summary>
    Boolean,

    /// <summary>A JSON number, as written.</summary>
    Number,

    /// <summary>A JSON string.</summary>
    String,

    /// <summary>An object: only that it is there is known here.</summary>
    Object,

    /// <summary>An empty array: there, but without a value.</summary>
    EmptyArray,
}

/// <summary>One extracted value: a slice of the record (or of scratch), not decoded until somebody asks.</summary>
public struct Value
{
    internal int Start;
    internal int Length;
    internal int Next;
    internal int CharStart;
    internal int CharLength;
    internal int Slot;
    internal ValueFlags Flags;

    /// <summary>What the value is.</summary>
    public ValueKind Kind { get; internal set; }

    /// <summary>The innermost array element that the value belongs to; -1 outside arrays.</summary>
    public int Element { get; internal set; }
}

[Flags]
internal enum ValueFlags : byte
{
    None = 0,

    /// <summary>Holds JSON escapes that are not resolved yet.</summary>
    Escaped = 1,

    /// <summary>Lies in the scratch bytes, not in the record.</summary>
    InScratch = 2,

    /// <summary>Was widened to characters already.</summary>
    Widened = 4,

    /// <summary>Another value of the same field stands in the same object: one shadows the other for some readers.</summary>
    Duplicate = 8,

    /// <summary>The field's path holds a step over any key: several values in one object are no repetition.</summary>
    Plural = 16,
}

/// <summary>One element of an array that lies on a needed path.</summary>
internal readonly record struct Element(int Parent, int ArrayId, int Index)
{
    /// <summary>Index from the end: -1 is the last; known when the array was read.</summary>
    public int FromEnd { get; init; }
}

/// <summary>A part of a record that was not read yet: where it starts, and what it is.</summary>
internal readonly record struct LeftBody(FieldNode Node, int Start, int Element, int Depth);
