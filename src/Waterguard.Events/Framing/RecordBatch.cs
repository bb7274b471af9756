namespace Waterguard.Events.Framing;

/// <summary>Some records of one input, side by side in one buffer. Reused by its owner.</summary>
public sealed class RecordBatch
{
    private RecordSlice[] _records = new RecordSlice[256];
    private bool _isMade;

    /// <summary>The bytes; records are slices of it.</summary>
    public byte[] Buffer => _isMade ? Made.Bytes : Input;

    /// <summary>The bytes as they were read.</summary>
    internal byte[] Input { get; set; } = new byte[RecordReader.BatchBytes];

    /// <summary>Records that had to be written anew, because the input's are no JSON.</summary>
    internal ByteWriter Made { get; } = new();

    /// <summary>How many records there are.</summary>
    public int Count { get; private set; }

    /// <summary>The input's name, as the user gave it.</summary>
    public string File { get; internal set; } = "";

    /// <summary>Which batch of its input it is, from 0.</summary>
    public long Sequence { get; internal set; }

    /// <summary>Bytes of the input (decompressed) that the batch accounts for.</summary>
    public long Bytes { get; internal set; }

    /// <summary>The records.</summary>
    public ReadOnlySpan<RecordSlice> Records => _records.AsSpan(0, Count);

    /// <summary>What could not be framed.</summary>
    public List<RecordProblem> Problems { get; } = [];

    internal void Clear()
    {
        Count = 0;
        Bytes = 0;
        Made.Clear();
        _isMade = false;
        Problems.Clear();
    }

    /// <summary>Adds the record that was just written into <see cref="Made"/>, from <paramref name="start"/> on. A batch holds only such records, or none.</summary>
    internal void AddMade(int start, long line, long offset)
    {
        _isMade = true;
        Add(start, Made.Length - start, line, offset);
    }

    internal void Add(int start, int length, long line, long offset)
    {
        if (Count == _records.Length) Array.Resize(ref _records, _records.Length * 2);
        _records[Count++] = new RecordSlice(start, length, line, offset);
    }
}

/// <summary>Where one record lies.</summary>
/// <param name="Start">In the batch's buffer.</param>
/// <param name="Line">1-based line in the input; for a record of an array its 1-based ordinal.</param>
/// <param name="Offset">First byte in the (decompressed) input.</param>
public readonly record struct RecordSlice(int Start, int Length, long Line, long Offset);

/// <summary>A piece of input that is no record, or a record that cannot be read: with its place and the reason.</summary>
/// <param name="Offset">Byte in the (decompressed) input.</param>
public sealed record RecordProblem(string File, long Line, long Offset, string Reason);
