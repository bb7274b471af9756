using Waterguard.Events.Fields;
using Waterguard.Events.Structure;

namespace Waterguard.Events;

/// <summary>Reads one JSON record forward, once, and keeps only the fields that a <see cref="FieldTree"/> asks for.</summary>
/// <remarks>It accepts whatever <see cref="System.Text.Json.Utf8JsonReader"/> accepts, with the same values, and more: what is skipped is only
/// checked for balanced brackets and closed strings, so that a flaw in a part nobody reads never hides a record from the rules.
/// Not thread-safe; one a worker.</remarks>
public sealed class EventReader
{
    /// <summary>How deep arrays directly inside arrays, and needed objects, are followed.</summary>
    public const int MaxDepth = 128;

    private readonly StructuralIndex _index = new();
    private readonly byte[] _keyScratch = new byte[1024];

    /// <summary>The skeleton of the record that was read last.</summary>
    public StructuralIndex Index => _index;

    /// <summary>Extracts the fields of one record into <paramref name="into"/>.</summary>
    /// <param name="error">What is wrong with the record, at which byte; null when it was read. Fields found before the flaw stay in the buffer.</param>
    /// <param name="leaveBodies">What the tree calls bodies is passed over, for <see cref="ReadBodies"/>.</param>
    public bool TryRead(byte[] buffer, int start, int length, FieldTree tree, EventBuffer into, out JsonFlaw? error, bool leaveBodies = false)
    {
        into.Reset(buffer, start, length, tree);
        if (leaveBodies) into.LeaveBodies();
        var record = buffer.AsSpan(start, length);
        _index.Build(record);
        var walk = new RecordWalk(record, _index, into, _keyScratch);
        var at = walk.SkipSpace(0);
        int end;
        if (at >= length) end = walk.Fail(at, "the record is empty");
        else if (record[at] == (byte)'{') end = walk.Object(at, tree.Root, -1, 0);
        else end = walk.Fail(at, "a record must be a JSON object");
        if (end >= 0 && walk.SkipSpace(end) is var rest && rest < length) walk.Fail(rest, "something follows the record");
        error = walk.Error;
        return error is null;
    }

    /// <summary>Reads the bodies that were left of the record that was read last.</summary>
    /// <param name="error">What is wrong with them, at which byte of the record.</param>
    public bool ReadBodies(EventBuffer fields, out JsonFlaw? error)
    {
        var walk = new RecordWalk(fields.Record, _index, fields, _keyScratch);
        walk.Left();
        error = walk.Error;
        return error is null;
    }

    /// <summary>Where an object value that was read last lies in its record: offset and length; length 0 when it does not end.</summary>
    public (int Offset, int Length) Extent(EventBuffer fields, int value)
    {
        var start = fields[value].Start;
        var end = StructuralIndex.SkipContainer(ref _index.Words, start, _index.Length);
        return (start, end <= _index.Length ? end - start : 0);
    }

    /// <summary>Puts every string value of the record (not its keys) into slot 0 of another buffer.</summary>
    /// <param name="read">The record that was read last with this reader.</param>
    public void CollectStrings(EventBuffer read, EventBuffer into, FieldTree tree)
    {
        read.ShareRecord(into, tree);
        var record = read.Record;
        ref var words = ref _index.Words;
        if (_index.Length != record.Length) return;
        for (var at = StructuralIndex.NextQuote(ref words, 0); at < record.Length;)
        {
            var end = StructuralIndex.NextQuote(ref words, at + 1);
            if (end >= record.Length) return;
            var next = end + 1;
            while (next < record.Length && record[next] <= (byte)' ') next++;
            if (next < record.Length && record[next] != (byte)':')
            {
                var flags = StructuralIndex.HasBackslash(ref words, at + 1, end) ? ValueFlags.Escaped : ValueFlags.None;
                into.Add(0, at + 1, end - at - 1, ValueKind.String, flags, into.AddElement(-1, 0, 0));
            }

            if (end + 1 >= record.Length) return;
            at = StructuralIndex.NextQuote(ref words, end + 1);
        }
    }
}
