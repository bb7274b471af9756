namespace Waterguard.Events.Framing;

/// <summary>Zeek's own text format: <c>#</c> lines name the columns and their types (anew after each rotation), then a row a record. A row is given on as Zeek
/// itself would write it as JSON, with the name of its log as <c>_path</c>: unset columns are left out, sets and vectors are arrays, numbers are numbers.</summary>
internal sealed class ZeekFramer : MakingLineFramer
{
    private const int MaxColumns = 1024;
    private static readonly string[] Numbers = ["time", "interval", "count", "int", "double", "port"];

    private byte[] _separator = "\t"u8.ToArray();
    private byte[] _setSeparator = ","u8.ToArray();
    private byte[] _empty = "(empty)"u8.ToArray();
    private byte[] _unset = "-"u8.ToArray();
    private byte[] _path = [];
    private Column[] _columns = [];
    private int _labels;
    private bool _bare;
    private byte[] _scratch = new byte[256];

    /// <summary>A framer when the first lines are a Zeek header.</summary>
    public static ZeekFramer? TryCreate(ReadOnlySpan<byte> head)
    {
        for (var lines = 0; lines < 16 && !head.IsEmpty && head[0] == (byte)'#'; lines++)
        {
            if (head.StartsWith("#separator "u8) || head.StartsWith("#fields\t"u8)) return new ZeekFramer();
            var end = head.IndexOf((byte)'\n');
            head = end < 0 ? default : head[(end + 1)..];
            // What zeek-cut prints with the names of its columns, below a comment
            if (head.StartsWith("ts\t"u8) || head.StartsWith("uid\t"u8)) return new ZeekFramer { _bare = true };
        }

        return null;
    }

    public override bool IsHeader(ReadOnlySpan<byte> line) => _bare || line[0] == (byte)'#';

    public override void Make(ReadOnlySpan<byte> bytes, long line, long offset, RecordBatch batch)
    {
        if (bytes[0] == (byte)'#')
        {
            Header(bytes);
        }
        else if (_bare)
        {
            Columns(bytes, names: true);
            _bare = false;
        }
        else if (_columns.Length == 0) Report(batch, line, offset, "a row stands before the header");
        else if (Cells(bytes) is var cells && cells != _columns.Length - _labels) Report(batch, line, offset, $"the row has {cells} cells, the header {_columns.Length - _labels}");
        else
        {
            var start = batch.Made.Length;
            Write(bytes, batch.Made);
            batch.AddMade(start, line, offset);
        }
    }

    private void Header(ReadOnlySpan<byte> line)
    {
        if (line.StartsWith("#separator "u8)) _separator = Plain(line[11..]);
        else if (Value(line, "#set_separator"u8, out var value)) _setSeparator = Plain(value);
        else if (Value(line, "#empty_field"u8, out value)) _empty = value.ToArray();
        else if (Value(line, "#unset_field"u8, out value)) _unset = value.ToArray();
        else if (Value(line, "#path"u8, out value)) _path = value.ToArray();
        else if (Value(line, "#fields"u8, out value)) Columns(value, names: true);
        else if (Value(line, "#types"u8, out value)) Columns(value, names: false);
        if (_separator.Length == 0) _separator = "\t"u8.ToArray();
        if (_setSeparator.Length == 0) _setSeparator = ","u8.ToArray();
    }

    // Labelled data sets append columns of their own, with three blanks between.
    private void Columns(ReadOnlySpan<byte> row, bool names)
    {
        var cells = new List<byte[]>();
        var labels = 0;
        while (cells.Count < MaxColumns)
        {
            var cell = Cell(ref row, _separator, out var more);
            for (var wide = cell.IndexOf("   "u8); wide > 0 && !more; wide = cell.IndexOf("   "u8), labels++)
            {
                cells.Add(cell[..wide].ToArray());
                cell = cell[wide..].TrimStart((byte)' ');
            }

            cells.Add(cell.ToArray());
            if (!more) break;
        }

        if (names) (_columns, _labels) = ([.. cells.Select(c => new Column(c, ""))], labels);
        else for (var i = 0; i < Math.Min(cells.Count, _columns.Length); i++) _columns[i] = new Column(_columns[i].Name, System.Text.Encoding.UTF8.GetString(cells[i]));
    }

    private void Write(ReadOnlySpan<byte> row, ByteWriter into)
    {
        var record = new ObjectWriter(into);
        record.TextIfAny("_path"u8, _path);
        var more = true;
        for (var i = 0; i < _columns.Length; i++)
        {
            ReadOnlySpan<byte> cell;
            if (more && i < _columns.Length - _labels - 1)
            {
                cell = Cell(ref row, _separator, out more);
            }
            else
            {
                var wide = _labels > 0 ? row.IndexOf("   "u8) : -1;
                cell = wide < 0 ? row : row[..wide];
                row = wide < 0 ? default : row[wide..].TrimStart((byte)' ');
            }

            if (cell.SequenceEqual(_unset)) continue;
            record.Key(_columns[i].Name);
            if (_columns[i].ElementType is { } type) WriteList(cell, type, into);
            else WriteOne(cell.SequenceEqual(_empty) ? default : cell, _columns[i].Type, into);
        }

        record.End();
    }

    private void WriteList(ReadOnlySpan<byte> cell, string type, ByteWriter into)
    {
        into.Write((byte)'[');
        if (!cell.SequenceEqual(_empty))
        {
            for (var more = true; more;)
            {
                var one = Cell(ref cell, _setSeparator, out more);
                if (one.SequenceEqual(_unset)) into.Write("null"u8);
                else WriteOne(one, type, into);
                if (more) into.Write((byte)',');
            }
        }

        into.Write((byte)']');
    }

    private void WriteOne(ReadOnlySpan<byte> cell, string type, ByteWriter into)
    {
        if (type == "bool" && cell.Length == 1 && cell[0] is (byte)'T' or (byte)'F') into.Write(cell[0] == 'T' ? "true"u8 : "false"u8);
        else if (Array.IndexOf(Numbers, type) >= 0) ObjectWriter.WriteNumber(into, cell);
        else if (cell.Contains((byte)'\\')) ObjectWriter.WriteText(into, Unescaped(cell));
        else ObjectWriter.WriteText(into, cell);
    }

    private ReadOnlySpan<byte> Unescaped(ReadOnlySpan<byte> cell)
    {
        if (_scratch.Length < cell.Length) _scratch = new byte[cell.Length * 2];
        return _scratch.AsSpan(0, HexText.Unescape(cell, _scratch));
    }

    private int Cells(ReadOnlySpan<byte> row) => row.Count(_separator) + 1;

    private bool Value(ReadOnlySpan<byte> line, ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        value = default;
        if (!line.StartsWith(name) || !line[name.Length..].StartsWith(_separator)) return false;
        value = line[(name.Length + _separator.Length)..];
        return true;
    }

    private static byte[] Plain(ReadOnlySpan<byte> escaped)
    {
        var plain = new byte[escaped.Length];
        return plain.AsSpan(0, HexText.Unescape(escaped, plain)).ToArray();
    }

    private static ReadOnlySpan<byte> Cell(scoped ref ReadOnlySpan<byte> row, scoped ReadOnlySpan<byte> separator, out bool more)
    {
        var end = row.IndexOf(separator);
        more = end >= 0;
        var cell = more ? row[..end] : row;
        row = more ? row[(end + separator.Length)..] : default;
        return cell;
    }

    private sealed record Column(byte[] Name, string Type)
    {
        /// <summary>What a set or vector holds; null for other types.</summary>
        public string? ElementType { get; } =
            (Type.StartsWith("set[", StringComparison.Ordinal) || Type.StartsWith("vector[", StringComparison.Ordinal)) && Type.EndsWith(']') ? Type[(Type.IndexOf('[', StringComparison.Ordinal) + 1)..^1] : null;
    }
}
