namespace Waterguard.Events.Framing;

/// <summary>What a framer found at the start of the bytes that it was given.</summary>
/// <param name="Start">Where the record starts; with a problem, where that is.</param>
/// <param name="Length">Length of the record; 0 when these bytes hold none (a blank line, a problem).</param>
/// <param name="Used">How many bytes are done with.</param>
internal readonly record struct Frame(int Start, int Length, int Used, long Line, string? Problem = null);

/// <summary>Finds the next record in a growing buffer.</summary>
internal interface IFramer
{
    /// <summary>1-based line, or ordinal, of what comes next.</summary>
    long Line { get; }

    /// <summary>False: more bytes are needed, or there are none left.</summary>
    bool Next(ReadOnlySpan<byte> bytes, bool ended, out Frame frame);

    /// <summary>The reader has skipped to behind the next line end.</summary>
    void SkippedLine();
}

/// <summary>A framer of an input that is no JSON: it writes each record anew, as a JSON object.</summary>
internal interface IRecordMaker : IFramer
{
    /// <summary>Takes what <see cref="IFramer.Next"/> has framed, and writes the records that are complete now.</summary>
    /// <param name="offset">Where the frame's bytes are in the input.</param>
    void Make(ReadOnlySpan<byte> bytes, long line, long offset, RecordBatch batch);

    /// <summary>Nothing comes any more: writes what was waiting for more.</summary>
    void Finish(RecordBatch batch);
}

/// <summary>One record a line; CR LF and a byte order mark are no part of it, blank lines are none.</summary>
internal sealed class LineFramer(long line = 1) : IFramer
{
    public long Line { get; private set; } = line;

    public bool Next(ReadOnlySpan<byte> bytes, bool ended, out Frame frame)
    {
        frame = default;
        if (bytes.IsEmpty) return false;
        var end = bytes.IndexOf((byte)'\n');
        if (end < 0 && !ended) return false;
        var used = end < 0 ? bytes.Length : end + 1;
        var start = Line == 1 && bytes.StartsWith(FramerChoice.ByteOrderMark) ? 3 : 0;
        var stop = end < 0 ? bytes.Length : end;
        while (start < stop && bytes[start] is (byte)' ' or (byte)'\t' or (byte)'\r') start++;
        while (stop > start && bytes[stop - 1] is (byte)' ' or (byte)'\t' or (byte)'\r') stop--;
        frame = new Frame(start, Math.Max(0, stop - start), used, Line++);
        return true;
    }

    public void SkippedLine() => Line++;
}

/// <summary>JSON values one after another, on as many lines as they like, or the elements of arrays. The line of a value in a list of values
/// is the one that it starts on; for the elements of an array it is their ordinal.</summary>
internal sealed class ValueFramer(bool array, long line = 1, bool insideArray = false) : IFramer
{
    private long _lines = line;
    private long _ordinal = line;
    private bool _inside = insideArray;
    private bool _resync;

    public long Line => array ? _ordinal : _lines;

    public bool IsArray => array;

    /// <summary>Whether an array is open.</summary>
    public bool IsInside => _inside;

    public bool Next(ReadOnlySpan<byte> bytes, bool ended, out Frame frame)
    {
        frame = default;
        if (bytes.IsEmpty) return false;
        if (_resync) return Resync(bytes, out frame);
        var at = 0;
        var lines = 0;
        var inside = _inside;
        for (; at < bytes.Length && IsBetween(bytes[at], ref inside); at++) lines += bytes[at] == (byte)'\n' ? 1 : 0;
        var length = at == bytes.Length ? 0 : bytes[at] is (byte)'{' or (byte)'[' ? ValueExtent.Of(bytes[at..], ended) : ScalarLength(bytes[at..], inside, ended);
        if (length == 0 && at < bytes.Length) return false;
        _lines += lines;
        _inside = inside;
        if (length < 0)
        {
            frame = new Frame(at, 0, at, Line, "a bracket is not closed");
            _resync = true;
            return true;
        }

        frame = new Frame(at, length, at + length, Line);
        if (length == 0) return true;
        _lines += bytes.Slice(at, length).Count((byte)'\n');
        _ordinal++;
        return true;
    }

    public void SkippedLine() => _lines++;

    private bool IsBetween(byte b, ref bool inside)
    {
        if (b is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n' or (byte)',' or 0xEF or 0xBB or 0xBF) return true;
        if (!array || b != (byte)(inside ? ']' : '[')) return false;
        inside = !inside;
        return true;
    }

    // A value that never ends: what may be the next one starts a line with a brace.
    private bool Resync(ReadOnlySpan<byte> bytes, out Frame frame)
    {
        var next = bytes[1..].IndexOf("\n{"u8);
        var used = next < 0 ? bytes.Length : next + 2;
        _lines += bytes[..used].Count((byte)'\n');
        _resync = false;
        frame = new Frame(0, 0, used, Line);
        return true;
    }

    // What is neither object nor array is no record: it is given on for its place to be told.
    private static int ScalarLength(ReadOnlySpan<byte> bytes, bool inside, bool ended)
    {
        var end = inside ? bytes.IndexOfAny(",]\n"u8) : bytes.IndexOf((byte)'\n');
        return end > 0 ? end : ended || end == 0 ? Math.Max(1, end < 0 ? bytes.Length : 1) : 0;
    }
}

/// <summary>Finds the end of a JSON object or array.</summary>
internal static class ValueExtent
{
    /// <summary>Its length; 0 when more bytes are needed; -1 when it does not end in the last bytes.</summary>
    public static int Of(ReadOnlySpan<byte> bytes, bool ended)
    {
        var depth = 0;
        var at = 0;
        while (true)
        {
            var next = bytes[at..].IndexOfAny("\"{}[]"u8);
            if (next < 0) return ended ? -1 : 0;
            at += next;
            switch (bytes[at])
            {
                case (byte)'"':
                    var end = StringEnd(bytes, at + 1);
                    if (end < 0) return ended ? -1 : 0;
                    at = end;
                    break;
                case (byte)'{' or (byte)'[': depth++; break;
                default:
                    if (--depth == 0) return at + 1;
                    break;
            }

            at++;
        }
    }

    private static int StringEnd(ReadOnlySpan<byte> bytes, int at)
    {
        while (true)
        {
            var next = bytes[at..].IndexOfAny((byte)'"', (byte)'\\');
            if (next < 0) return -1;
            at += next;
            if (bytes[at] == (byte)'"') return at;
            at += 2;
            if (at > bytes.Length) return -1;
        }
    }
}
