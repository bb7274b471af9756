namespace Waterguard.Events.Framing;

/// <summary>Splits a stream of bytes into records, whatever way they are put together: one a line, values one after another (also indented), one array,
/// a table with a header, or lines of a known text format. Records are not copied but for the piece of one that a batch's end cuts. Not thread-safe.</summary>
public sealed class RecordReader : IDisposable
{
    /// <summary>Bytes in a batch, unless a record is larger: small enough to stay in a core's second-level cache.</summary>
    public const int BatchBytes = 256 * 1024;

    /// <summary>Largest record. A larger one is reported and skipped.</summary>
    public const int MaxRecordBytes = 64 * 1024 * 1024;

    // Rows grow when they are written as objects; a short row below long names grows much.
    private const int MaxMadeBytes = 8 * 1024 * 1024;

    private readonly Stream _stream;
    private readonly string _file;
    private IFramer? _framer;
    private IRecordMaker? _maker;
    private byte[] _carry = [];
    private int _carried;
    private long _offset;
    private long _sequence;
    private bool _ended;
    private bool _skipping;

    /// <summary>Reads from a stream, which it then owns.</summary>
    public RecordReader(Stream stream, string file)
    {
        _stream = stream;
        _file = file;
    }

    /// <summary>Fills the batch with the next records. False: the input has ended, and the batch holds at most problems.</summary>
    public bool Read(RecordBatch batch)
    {
        batch.Clear();
        (batch.File, batch.Sequence) = (_file, _sequence++);
        var wanted = Math.Clamp(_carried * 2, BatchBytes, MaxRecordBytes);
        if (batch.Input.Length < wanted) batch.Input = new byte[wanted];
        _carry.AsSpan(0, _carried).CopyTo(batch.Input);
        var filled = _carried;
        while (true)
        {
            filled = Fill(batch, filled);
            if (_framer is null) _maker = (_framer = FramerChoice.Choose(batch.Input.AsSpan(0, filled))) as IRecordMaker;
            var used = _skipping ? Skip(batch, filled) : 0;
            if (!_skipping) used = Frame(batch, used, filled);
            if (used > 0 || _ended)
            {
                var done = _ended && batch.Made.Length < MaxMadeBytes;
                if (done && used < filled && !_skipping) Report(batch, used, "the input ends inside a record");
                Keep(batch.Input.AsSpan(used, done ? 0 : filled - used));
                if (done) _maker?.Finish(batch);
                batch.Bytes = done ? filled : used;
                _offset += batch.Bytes;
                return batch.Count > 0 || !done;
            }

            if (filled < batch.Input.Length) continue;
            if (batch.Input.Length < MaxRecordBytes)
            {
                var larger = new byte[Math.Min(batch.Input.Length * 2, MaxRecordBytes)];
                batch.Input.AsSpan(0, filled).CopyTo(larger);
                batch.Input = larger;
                continue;
            }

            Report(batch, 0, "the record is larger than 64 MiB");
            _skipping = true;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();

    private int Frame(RecordBatch batch, int used, int filled)
    {
        while (batch.Made.Length < MaxMadeBytes && _framer!.Next(batch.Input.AsSpan(used, filled - used), _ended, out var frame))
        {
            if (frame.Length > 0 && _maker is { } maker) maker.Make(batch.Input.AsSpan(used + frame.Start, frame.Length), frame.Line, _offset + used + frame.Start, batch);
            else if (frame.Length > 0) batch.Add(used + frame.Start, frame.Length, frame.Line, _offset + used + frame.Start);
            else if (frame.Problem is { } problem) batch.Problems.Add(new RecordProblem(_file, frame.Line, _offset + used + frame.Start, problem));
            used += frame.Used;
        }

        return used;
    }

    // Behind a record that is too large, reading goes on at the next line.
    private int Skip(RecordBatch batch, int filled)
    {
        var newline = batch.Input.AsSpan(0, filled).IndexOf((byte)'\n');
        if (newline < 0) return filled;
        _skipping = false;
        _framer!.SkippedLine();
        return newline + 1;
    }

    private int Fill(RecordBatch batch, int filled)
    {
        while (filled < batch.Input.Length && !_ended)
        {
            int read;
            try
            {
                read = _stream.Read(batch.Input.AsSpan(filled));
            }
            catch (Exception e) when (e is InvalidDataException or IOException)
            {
                Report(batch, filled, e.Message);
                read = 0;
            }

            if (read == 0) _ended = true;
            filled += read;
        }

        return filled;
    }

    private void Keep(ReadOnlySpan<byte> rest)
    {
        if (_carry.Length < rest.Length) _carry = new byte[rest.Length * 2];
        rest.CopyTo(_carry);
        _carried = rest.Length;
    }

    private void Report(RecordBatch batch, int at, string reason) =>
        batch.Problems.Add(new RecordProblem(_file, _framer?.Line ?? 1, _offset + at, reason));
}
