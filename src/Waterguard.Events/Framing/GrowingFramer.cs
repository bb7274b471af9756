namespace Waterguard.Events.Framing;

/// <summary>Where a framer goes on in an input that it, or one before it, has begun.</summary>
/// <param name="Kind">Which framer.</param>
/// <param name="Line">Line, or ordinal, of what comes next.</param>
/// <param name="IsInside">An array is open.</param>
/// <param name="HeaderStart">Where the lines are that all below depend on, in the input; both are 0 without any.</param>
public sealed record FramingState(string Kind, long Line, bool IsInside, long HeaderStart, long HeaderEnd);

/// <summary>Splits an input that still grows into records: only whole ones come out, and where it stands can be kept beside the input and gone on from. Not
/// thread-safe.</summary>
/// <remarks>It frames exactly as <see cref="RecordReader"/> does. What it needs to know of the input so far is small: a line number, and where the header is.
/// An event of several lines (Linux audit) that is not complete holds its bytes back; see <see cref="Frame"/>.</remarks>
public sealed class GrowingFramer
{
    private const int EnoughToTell = 64 * 1024;
    private const int LongestHeader = 64 * 1024;

    private readonly RecordBatch _made = new();
    private IFramer _framer;
    private long _headerStart;
    private long _headerEnd;

    private GrowingFramer(IFramer framer) => _framer = framer;

    /// <summary>Where it stands.</summary>
    public FramingState State => new(KindOf(_framer), _framer.Line, _framer is ValueFramer { IsInside: true }, _headerStart, _headerEnd);

    /// <summary>Chooses a framer by the first bytes of an input; null while there are too few to tell.</summary>
    /// <param name="final">No more will come, or nobody wants to wait.</param>
    public static GrowingFramer? Choose(ReadOnlySpan<byte> head, bool final)
    {
        if (head.Length > EnoughToTell) head = head[..EnoughToTell];
        var whole = head.LastIndexOf((byte)'\n') + 1;
        if (whole == 0 && !final && head.Length < EnoughToTell) return null;
        var framer = FramerChoice.Choose(whole > 0 ? head[..whole] : head);
        // Text that is no JSON shows what it is from the second line on.
        var text = head.TrimStart(" \t\r\n"u8);
        if (framer is LineFramer && !final && head.Length < EnoughToTell && (text.IsEmpty || (text[0] != (byte)'{' && head.Count((byte)'\n') < 2))) return null;
        return new GrowingFramer(framer);
    }

    /// <summary>Goes on where another framer stood. Null when the header does not make sense.</summary>
    /// <param name="header">The input's bytes from <see cref="FramingState.HeaderStart"/> to its end.</param>
    public static GrowingFramer? GoOn(FramingState state, ReadOnlySpan<byte> header)
    {
        IFramer? framer = state.Kind switch
        {
            "array" => new ValueFramer(array: true, state.Line, state.IsInside),
            "values" => new ValueFramer(array: false, state.Line),
            "audit" => new AuditFramer(),
            "flow" => new FlowLineFramer(),
            "log" => new LogLineFramer(),
            "zeek" => ZeekFramer.TryCreate(header),
            "table" => TableFramer.Below(header, state.Line),
            "lines" => new LineFramer(state.Line),
            _ => null,
        };
        if (framer is null) return null;
        var growing = new GrowingFramer(framer) { _headerStart = state.HeaderStart, _headerEnd = state.HeaderEnd };
        if (framer is MakingLineFramer lines)
        {
            foreach (var range in header.Split((byte)'\n'))
            {
                var line = header[range].Trim(" \t\r"u8);
                if (!line.IsEmpty) lines.Make(line, 1, 0, growing._made);
            }

            growing._made.Clear();
            lines.GoOnAt(state.Line);
        }

        return growing;
    }

    /// <summary>Takes the whole records at the start of some bytes, adds them to a block, and says how many bytes are done with: the others must come again,
    /// with more behind them.</summary>
    /// <param name="offset">Where the bytes are in the input.</param>
    /// <param name="flush">Nobody waits any longer for further lines of what is open: it is taken as complete.</param>
    /// <param name="ended">No more will come: what is left is the last record.</param>
    public int Frame(ReadOnlySpan<byte> bytes, long offset, bool flush, bool ended, string file, RecordBlock into, ICollection<RecordProblem> problems)
    {
        _made.Clear();
        _made.File = file;
        var lines = _framer as MakingLineFramer;
        var used = 0;
        var done = (Used: 0, Records: 0, Problems: 0, _framer.Line);
        while (_framer.Next(bytes[used..], ended, out var frame))
        {
            var start = used + frame.Start;
            used += frame.Used;
            if (frame.Length > 0) Take(bytes.Slice(start, frame.Length), frame.Line, offset + start, offset + used, into);
            else if (frame.Problem is { } problem) _made.Problems.Add(new RecordProblem(file, frame.Line, offset + start, problem));
            else if (_headerEnd == 0 && _framer is TableFramer { IsBelowHeader: true }) (_headerStart, _headerEnd) = (offset, offset + used);
            if (lines is not { IsOpen: true }) done = (used, _made.Count, _made.Problems.Count, _framer.Line);
        }

        if (lines is { IsOpen: true } && (flush || ended))
        {
            lines.Finish(_made);
            done = (used, _made.Count, _made.Problems.Count, _framer.Line);
        }
        else if (lines is { IsOpen: true })
        {
            // Back to the last moment at which nothing was open: what came behind it comes again.
            var fresh = new AuditFramer();
            fresh.GoOnAt(done.Line);
            _framer = fresh;
        }

        foreach (var record in _made.Records[..done.Records]) into.Add(_made.Buffer.AsSpan(record.Start, record.Length), record.Line, record.Offset);
        foreach (var problem in _made.Problems.Take(done.Problems)) problems.Add(problem);
        return done.Used;
    }

    /// <summary>Whether some bytes are one JSON object and nothing else.</summary>
    public static bool IsWholeObject(ReadOnlySpan<byte> bytes)
    {
        bytes = bytes.Trim(" \t\r\n"u8);
        return !bytes.IsEmpty && bytes[0] == (byte)'{' && ValueExtent.Of(bytes, ended: true) == bytes.Length;
    }

    /// <summary>Goes on behind a record that is too large to be framed: its bytes up to a line end were skipped.</summary>
    public void SkippedLine() => _framer.SkippedLine();

    private void Take(ReadOnlySpan<byte> record, long line, long offset, long end, RecordBlock into)
    {
        if (_framer is not IRecordMaker maker)
        {
            into.Add(record, line, offset);
            return;
        }

        if (_framer is MakingLineFramer lines && lines.IsHeader(record))
        {
            // A new header replaces the one before it; its lines stand together.
            if (offset > _headerEnd + 2 || _headerEnd == 0 || record.StartsWith("#separator"u8) || end - _headerStart > LongestHeader) _headerStart = offset;
            _headerEnd = end;
        }

        maker.Make(record, line, offset, _made);
    }

    private static string KindOf(IFramer framer) => framer switch
    {
        ValueFramer { IsArray: true } => "array",
        ValueFramer => "values",
        AuditFramer => "audit",
        FlowLineFramer => "flow",
        LogLineFramer => "log",
        ZeekFramer => "zeek",
        TableFramer => "table",
        _ => "lines",
    };
}
