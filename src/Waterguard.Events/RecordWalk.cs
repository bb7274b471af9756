using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Waterguard.Events.Fields;
using Waterguard.Events.Structure;

namespace Waterguard.Events;

/// <summary>One way over the bytes of a record, from its opening brace on: what the tree asks for goes into the buffer, the rest is stepped over by the skeleton. A method takes where it begins, and returns what is behind, or -1
/// when <see cref="Error"/> says why not.</summary>
internal ref struct RecordWalk(ReadOnlySpan<byte> record, StructuralIndex index, EventBuffer into, byte[] keyScratch)
{
    private readonly ref byte _bytes = ref MemoryMarshal.GetReference(record);
    private readonly ref ulong _words = ref index.Words;
    private readonly int _length = record.Length;
    private readonly bool _escapes = index.HasBackslashes;

    public JsonFlaw? Error;

    public int Fail(int at, string reason)
    {
        Error ??= new JsonFlaw(Math.Min(at, _length), reason);
        return -1;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int SkipSpace(int at)
    {
        while (at < _length && Unsafe.Add(ref _bytes, at) <= (byte)' ' && JsonBytes.IsSpace(Unsafe.Add(ref _bytes, at))) at++;
        return at;
    }

    // `at` is at the opening brace; the result is behind the closing one, or -1. Every loop step is one key and its value.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int Object(int at, FieldNode node, int element, int depth)
    {
        at = SkipSpace(at + 1);
        if (at < _length && Unsafe.Add(ref _bytes, at) == (byte)'}') return at + 1;
        var instance = into.NextObject();
        while (true)
        {
            if (at >= _length || Unsafe.Add(ref _bytes, at) != (byte)'"') return Fail(at, "a key was expected");
            var keyEnd = StructuralIndex.NextQuote(ref _words, at + 1);
            if (keyEnd >= _length) return Fail(at, "a string does not end");
            var key = MemoryMarshal.CreateReadOnlySpan(ref Unsafe.Add(ref _bytes, at + 1), keyEnd - at - 1);
            if (_escapes && StructuralIndex.HasBackslash(ref _words, at + 1, keyEnd)) key = UnescapeKey(key);
            var child = node.Find(key);
            at = keyEnd + 1;
            // As nearly all writers put it: a colon, and the value at once.
            if (at + 1 < _length && Unsafe.Add(ref _bytes, at) == (byte)':' && Unsafe.Add(ref _bytes, at + 1) > (byte)' ') at++;
            else
            {
                at = SkipSpace(at);
                if (at >= _length || Unsafe.Add(ref _bytes, at) != (byte)':') return Fail(at, "a colon was expected");
                at = SkipSpace(at + 1);
            }

            if (child is null) at = Skip(at);
            else if (child.Together is null && !into.IsRepeated(child, instance)) at = Take(at, child, element, depth);
            else at = Enter(at, child, instance, element, depth);
            if (at < 0) return -1;
            at = SkipSpace(at);
            if (at >= _length) return Fail(at, "an object does not end");
            var next = Unsafe.Add(ref _bytes, at);
            if (next == (byte)'}') return at + 1;
            if (next != (byte)',') return Fail(at, "a comma or a closing brace was expected");
            at = SkipSpace(at + 1);
        }
    }

    // A value that nobody needs: behind it.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int Skip(int at)
    {
        if (at >= _length) return Fail(at, "a value was expected");
        var first = Unsafe.Add(ref _bytes, at);
        if (first == (byte)'"')
        {
            var end = StructuralIndex.NextQuote(ref _words, at + 1);
            return end < _length ? end + 1 : Fail(at, "a string does not end");
        }

        return first is (byte)'{' or (byte)'[' ? SkipContainer(at) : Scalar(at, first);
    }

    private int SkipContainer(int at)
    {
        var end = StructuralIndex.SkipContainer(ref _words, at, _length);
        return end <= _length ? end : Fail(at, "a bracket is not closed");
    }

    // The value of a needed key. A second one under the same key of the same object shadows the first: the values of both are marked.
    private int Enter(int at, FieldNode node, long instance, int element, int depth)
    {
        if (node.Together is { } together)
        {
            var end = at;
            foreach (var one in together)
            {
                end = Enter(at, one, instance, element, depth);
                if (end < 0) return end;
            }

            return end;
        }

        if (!into.IsRepeated(node, instance)) return Take(at, node, element, depth);
        if (!Left()) return -1; // what is shadowed must be there
        var before = into.Shadow(node, element);
        var behind = Take(at, node, element, depth);
        into.Unshadow(before);
        return behind;
    }

    // Bodies that were left, in the order of the record.
    public bool Left()
    {
        foreach (var body in into.TakeLeft())
        {
            if (Take(body.Start, body.Node, body.Element, body.Depth) < 0) return false;
        }

        return true;
    }

    private int Take(int at, FieldNode node, int element, int depth)
    {
        if (at >= _length) return Fail(at, "a value was expected");
        var first = Unsafe.Add(ref _bytes, at);
        switch (first)
        {
            case (byte)'"':
                var end = StructuralIndex.NextQuote(ref _words, at + 1);
                if (end >= _length) return Fail(at, "a string does not end");
                if (node.Slot >= 0)
                {
                    var flags = _escapes && StructuralIndex.HasBackslash(ref _words, at + 1, end) ? ValueFlags.Escaped : ValueFlags.None;
                    into.Add(node.Slot, at + 1, end - at - 1, ValueKind.String, flags | node.Flags, element);
                }

                return end + 1;
            case (byte)'{':
                if (node.IsBody && into.TryLeave(node, at, element, depth)) return SkipContainer(at);
                if (node.Slot >= 0) into.Add(node.Slot, at, 1, ValueKind.Object, node.Flags, element);
                if (!node.HasChildren) return SkipContainer(at);
                return depth < EventReader.MaxDepth ? Object(at, node, element, depth + 1) : TooDeep(at);
            case (byte)'[':
                if (node.IsBody && into.TryLeave(node, at, element, depth)) return SkipContainer(at);
                return depth < EventReader.MaxDepth ? Array(at, node, element, depth + 1) : TooDeep(at);
            default:
                var behind = Scalar(at, first);
                if (behind >= 0 && node.Slot >= 0) into.Add(node.Slot, at, behind - at, JsonBytes.KindOf(first), node.Flags, element);
                return behind;
        }
    }

    private int TooDeep(int at)
    {
        into.DepthCapped = true;
        return SkipContainer(at);
    }

    private int Array(int at, FieldNode node, int element, int depth)
    {
        var open = at;
        at = SkipSpace(at + 1);
        if (at < _length && Unsafe.Add(ref _bytes, at) == (byte)']')
        {
            if (node.Slot >= 0) into.Add(node.Slot, open, at + 1 - open, ValueKind.EmptyArray, node.Flags, element);
            return at + 1;
        }

        var firstElement = into.ElementCount;
        for (var i = 0; ; i++)
        {
            at = Take(at, node, into.AddElement(element, node.Id, i), depth);
            if (at < 0) return -1;
            at = SkipSpace(at);
            if (at >= _length) return Fail(at, "an array does not end");
            var next = Unsafe.Add(ref _bytes, at);
            if (next == (byte)']')
            {
                into.CloseArray(firstElement, element, node.Id, i + 1);
                return at + 1;
            }

            if (next != (byte)',') return Fail(at, "a comma or a closing bracket was expected");
            at = SkipSpace(at + 1);
        }
    }

    // Behind a number, true, false or null. What it is exactly is judged by whoever reads it.
    private int Scalar(int at, byte first)
    {
        if (JsonBytes.KindOf(first) == ValueKind.EmptyArray) return Fail(at, "a value was expected");
        var end = at + 1;
        while (end < _length && JsonBytes.IsScalarByte(Unsafe.Add(ref _bytes, end))) end++;
        var text = MemoryMarshal.CreateReadOnlySpan(ref Unsafe.Add(ref _bytes, at), end - at);
        var known = first switch
        {
            (byte)'t' => text.SequenceEqual("true"u8),
            (byte)'f' => text.SequenceEqual("false"u8),
            (byte)'n' => text.SequenceEqual("null"u8),
            _ => true,
        };
        return known ? end : Fail(at, "a value was expected");
    }

    private readonly ReadOnlySpan<byte> UnescapeKey(ReadOnlySpan<byte> key)
    {
        var scratch = key.Length <= keyScratch.Length ? keyScratch : new byte[key.Length];
        return scratch.AsSpan(0, JsonText.Unescape(key, scratch));
    }
}
