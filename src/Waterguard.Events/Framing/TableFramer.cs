using System.Text;

namespace Waterguard.Events.Framing;

/// <summary>A table: a header, then a row a record, cells between commas or tabs, quoted as RFC 4180 says (also over several lines). A row is given on
/// as a JSON object of texts, <c>{"header": "cell"}</c>, so that everything behind reads it like any other record.</summary>
/// <remarks>A row with another number of cells than the header is a problem, and reading goes on at the next line: a quote that is never closed costs
/// that line only.</remarks>
internal sealed class TableFramer : IRecordMaker
{
    private const int RowsLookedAt = 16;
    private const int MaxNameBytes = 256;
    private const int MaxColumns = 4096;

    private readonly byte _separator;
    private readonly byte[][] _keys;
    private bool _headerSeen;

    private TableFramer(byte separator, List<byte[]> names)
    {
        _separator = separator;
        _keys = new byte[names.Count][];
        var writer = new ByteWriter();
        for (var i = 0; i < _keys.Length; i++)
        {
            writer.Clear();
            writer.Write(i == 0 ? "{\""u8 : ",\""u8);
            writer.WriteEscaped(names[i]);
            writer.Write("\":\""u8);
            _keys[i] = writer.Bytes.AsSpan(0, writer.Length).ToArray();
        }
    }

    public long Line { get; private set; } = 1;

    /// <summary>A framer when these first bytes of an input are a table's: a line of at least two different names, and most of the rows behind it have
    /// as many cells. Null otherwise.</summary>
    public static TableFramer? TryCreate(ReadOnlySpan<byte> head)
    {
        var line = head.IndexOf((byte)'\n');
        if (line <= 0) return null;
        var separator = head[..line].Contains((byte)'\t') ? (byte)'\t' : (byte)',';
        if (Row(head, separator, ended: false) is not { Closed: true, Cells: >= 2 and <= MaxColumns } header) return null;
        var names = Names(head[..header.Length], separator);
        if (names is null) return null;
        var (same, others) = (0, 0);
        for (var rest = head[header.Used..]; !rest.IsEmpty && same + others < RowsLookedAt;)
        {
            var row = Row(rest, separator, ended: true);
            if (rest[0] == (byte)'{') return null;
            if (row.Length > 0 && row.Cells == header.Cells) same++;
            else if (row.Length > 0 && row.Used < rest.Length) others++;
            rest = rest[row.Used..];
        }

        return same > others ? new TableFramer(separator, names) : null;
    }

    /// <summary>A framer that goes on at a line below a header.</summary>
    public static TableFramer? Below(ReadOnlySpan<byte> header, long line)
    {
        var separator = header.Contains((byte)'\t') ? (byte)'\t' : (byte)',';
        if (header.StartsWith(FramerChoice.ByteOrderMark)) header = header[3..];
        return Names(header.TrimEnd("\r\n"u8), separator) is { } names ? new TableFramer(separator, names) { _headerSeen = true, Line = line } : null;
    }

    public bool IsBelowHeader => _headerSeen;

    public bool Next(ReadOnlySpan<byte> bytes, bool ended, out Frame frame)
    {
        frame = default;
        if (bytes.IsEmpty) return false;
        var start = !_headerSeen && bytes.StartsWith(FramerChoice.ByteOrderMark) ? 3 : 0;
        var row = Row(bytes[start..], _separator, ended);
        if (row.Used == 0) return false;
        if (row.Length == 0 || !_headerSeen)
        {
            frame = new Frame(start, 0, start + row.Used, Line);
            _headerSeen |= row.Length > 0;
            Line += bytes[..(start + row.Used)].Count((byte)'\n');
            return true;
        }

        if (row.Closed && row.Cells == _keys.Length)
        {
            frame = new Frame(0, row.Length, row.Used, Line);
            Line += bytes[..row.Used].Count((byte)'\n');
            return true;
        }

        var line = bytes.IndexOf((byte)'\n');
        var problem = row.Closed ? $"the row has {row.Cells} cells, the header {_keys.Length}" : "a quoted cell does not end";
        frame = new Frame(0, 0, line < 0 ? bytes.Length : line + 1, Line++, problem);
        return true;
    }

    public void SkippedLine() => Line++;

    public void Make(ReadOnlySpan<byte> bytes, long line, long offset, RecordBatch batch)
    {
        var start = batch.Made.Length;
        Write(bytes, batch.Made);
        batch.AddMade(start, line, offset);
    }

    public void Finish(RecordBatch batch)
    {
    }

    /// <summary>Writes a row, which has as many cells as the header, as a JSON object.</summary>
    private void Write(ReadOnlySpan<byte> row, ByteWriter into)
    {
        for (var i = 0; i < _keys.Length; i++)
        {
            into.Write(_keys[i]);
            var cell = CellLength(row, _separator, out _);
            var text = row[..cell];
            if (IsQuoted(text)) WriteQuoted(text[1..^1], into);
            else into.WriteEscaped(text);
            into.Write((byte)'"');
            if (cell < row.Length) row = row[(cell + 1)..];
        }

        into.Write((byte)'}');
    }

    private static void WriteQuoted(ReadOnlySpan<byte> text, ByteWriter into)
    {
        for (var doubled = text.IndexOf("\"\""u8); doubled >= 0; doubled = text.IndexOf("\"\""u8))
        {
            into.WriteEscaped(text[..(doubled + 1)]);
            text = text[(doubled + 2)..];
        }

        into.WriteEscaped(text);
    }

    private static bool IsQuoted(ReadOnlySpan<byte> cell) => cell.Length >= 2 && cell[0] == (byte)'"' && cell[^1] == (byte)'"';

    private static List<byte[]>? Names(ReadOnlySpan<byte> header, byte separator)
    {
        var names = new List<byte[]>();
        var known = new HashSet<string>(StringComparer.Ordinal);
        while (true)
        {
            var cell = CellLength(header, separator, out _);
            var name = header[..cell];
            if (IsQuoted(name)) name = name[1..^1];
            name = name.Trim((byte)' ');
            if (name.Length is 0 or > MaxNameBytes || !known.Add(Encoding.UTF8.GetString(name))) return null;
            names.Add(name.ToArray());
            if (cell == header.Length) return names;
            header = header[(cell + 1)..];
        }
    }

    // The first row of the bytes. Used is 0 when it may go on behind them.
    private static (int Length, int Used, int Cells, bool Closed) Row(ReadOnlySpan<byte> bytes, byte separator, bool ended)
    {
        var at = 0;
        for (var cells = 1; ; cells++)
        {
            at += CellLength(bytes[at..], separator, out var closed);
            if (at < bytes.Length && bytes[at] == separator)
            {
                at++;
                continue;
            }

            if (at == bytes.Length && !ended) return default;
            var used = at == bytes.Length ? at : at + 1;
            var length = at > 0 && bytes[at - 1] == (byte)'\r' ? at - 1 : at;
            return (length, used, cells, closed);
        }
    }

    // Up to the separator or the line end behind the cell. A cell is a quoted one when its closing quote ends it; otherwise its quotes are text.
    private static int CellLength(ReadOnlySpan<byte> bytes, byte separator, out bool closed)
    {
        closed = true;
        if (!bytes.IsEmpty && bytes[0] == (byte)'"')
        {
            var end = QuotedLength(bytes);
            closed = end > 0;
            if (!closed || end == bytes.Length || bytes[end] == separator || bytes[end] == (byte)'\n') return closed ? end : bytes.Length;
            if (bytes[end] == (byte)'\r' && (end + 1 == bytes.Length || bytes[end + 1] == (byte)'\n')) return end + 1;
        }

        var plain = bytes.IndexOfAny(separator, (byte)'\n');
        return plain < 0 ? bytes.Length : plain;
    }

    // Behind the closing quote; 0 when there is none.
    private static int QuotedLength(ReadOnlySpan<byte> bytes)
    {
        for (var at = 1; ; at += 2)
        {
            var quote = bytes[at..].IndexOf((byte)'"');
            if (quote < 0) return 0;
            at += quote;
            if (at + 1 >= bytes.Length || bytes[at + 1] != (byte)'"') return at + 1;
        }
    }
}
