namespace Waterguard.Events.Framing;

/// <summary>Whole records with their places, as bytes: what a transport hands over and a journal keeps. Whoever reads a block needs no framing, and gets every
/// record with the line and offset that it had in its input.</summary>
/// <remarks>Version, count of records, then for each its length, and line and offset as differences to the record before; then the records' bytes.
/// All numbers are variable-length.</remarks>
public sealed class RecordBlock
{
    private const byte Version = 1;
    private readonly ByteWriter _places = new();
    private readonly ByteWriter _bytes = new();
    private long _line;
    private long _offset;

    /// <summary>How many records were added.</summary>
    public int Count { get; private set; }

    /// <summary>Bytes of the records.</summary>
    public int Length => _bytes.Length;

    /// <summary>Adds a record.</summary>
    /// <param name="line">1-based line, or ordinal, in its input.</param>
    /// <param name="offset">First byte in its input.</param>
    public void Add(ReadOnlySpan<byte> record, long line, long offset)
    {
        Number(_places, (ulong)record.Length);
        Number(_places, Folded(line - _line));
        Number(_places, Folded(offset - _offset));
        (_line, _offset) = (line, offset);
        _bytes.Write(record);
        Count++;
    }

    /// <summary>Adds all records of a batch.</summary>
    public void Add(RecordBatch batch)
    {
        foreach (var record in batch.Records) Add(batch.Buffer.AsSpan(record.Start, record.Length), record.Line, record.Offset);
    }

    /// <summary>Splits what one input holds into records, whatever way they are put together, and adds them all.</summary>
    /// <returns>What could not be framed.</returns>
    public IReadOnlyList<RecordProblem> AddAll(Stream input, string name)
    {
        var problems = new List<RecordProblem>();
        using var reader = new RecordReader(input, name);
        var batch = new RecordBatch();
        while (true)
        {
            var more = reader.Read(batch);
            Add(batch);
            problems.AddRange(batch.Problems);
            if (!more) return problems;
        }
    }

    /// <summary>The block as bytes.</summary>
    public byte[] ToArray()
    {
        var head = new ByteWriter();
        head.Write(Version);
        Number(head, (ulong)Count);
        return [.. head.Bytes.AsSpan(0, head.Length), .. _places.Bytes.AsSpan(0, _places.Length), .. _bytes.Bytes.AsSpan(0, _bytes.Length)];
    }

    /// <summary>Forgets all records; the memory is kept.</summary>
    public void Clear()
    {
        _places.Clear();
        _bytes.Clear();
        (Count, _line, _offset) = (0, 0, 0);
    }

    /// <summary>Reads a block back into a batch, whose memory becomes the block's.</summary>
    /// <exception cref="InvalidDataException">The bytes are no block.</exception>
    public static void Read(byte[] block, string file, long sequence, RecordBatch into)
    {
        into.Clear();
        (into.File, into.Sequence, into.Input) = (file, sequence, block);
        var at = 1;
        if (block.Length == 0 || block[0] != Version) throw new InvalidDataException("not a block of records, or of a newer version");
        var count = Number(block, ref at);
        var places = new List<(int Length, long Line, long Offset)>();
        long line = 0, offset = 0;
        for (ulong i = 0; i < count; i++)
        {
            var length = Number(block, ref at);
            line += Unfolded(Number(block, ref at));
            offset += Unfolded(Number(block, ref at));
            if (length > (ulong)block.Length) throw new InvalidDataException("a record is longer than its block");
            places.Add(((int)length, line, offset));
        }

        foreach (var place in places)
        {
            if (place.Length > block.Length - at) throw new InvalidDataException("a record reaches beyond its block");
            into.Add(at, place.Length, place.Line, place.Offset);
            at += place.Length;
            into.Bytes += place.Length;
        }

        if (at != block.Length) throw new InvalidDataException("something follows the last record of a block");
    }

    private static void Number(ByteWriter into, ulong value)
    {
        for (; value >= 0x80; value >>= 7) into.Write((byte)(value | 0x80));
        into.Write((byte)value);
    }

    private static ulong Number(byte[] block, ref int at)
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            if (at >= block.Length) break;
            var b = block[at++];
            value |= (ulong)(b & 0x7F) << shift;
            if (b < 0x80) return value;
        }

        throw new InvalidDataException("a number of a block does not end");
    }

    private static ulong Folded(long value) => (ulong)((value << 1) ^ (value >> 63));

    private static long Unfolded(ulong value) => (long)(value >> 1) ^ -(long)(value & 1);
}
