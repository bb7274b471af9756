using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text;

namespace Waterguard.Detection.State;

/// <summary>Reads what a <see cref="StateWriter"/> wrote. Whatever the bytes are, it ends: with what they say or with an <see cref="InvalidDataException"/>. Not thread-safe.</summary>
internal sealed class StateReader(byte[] bytes, StateWords words)
{
    private readonly List<string> _texts = [];
    private int _at;
    private long _time;

    /// <summary>The entities that were read last.</summary>
    public ImmutableSortedDictionary<string, ImmutableArray<string>>? Entities { get; set; }

    public bool AtEnd => _at == bytes.Length;

    public long Count()
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var one = Take(1)[0];
            value |= (ulong)(one & 0x7F) << shift;
            if (one < 0x80) return (long)value;
        }

        throw Damaged();
    }

    /// <summary>How many of something follow, each of at least one byte: more than there are bytes cannot be.</summary>
    public int Length()
    {
        var count = Count();
        return count >= 0 && count <= bytes.Length - _at ? (int)count : throw Damaged();
    }

    public long Number()
    {
        var value = (ulong)Count();
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    public bool Flag() => Count() != 0;

    public long Time()
    {
        var code = Number();
        return _time = unchecked(_time + (code == 1 ? Number() : (code & 1) == 0 ? code / 2 * TimeSpan.TicksPerMillisecond : (code - 1) / 2));
    }

    public byte[] Bytes() => Take(Length()).ToArray();

    public double Real() => BinaryPrimitives.ReadDoubleLittleEndian(Take(8));

    public float Single() => BinaryPrimitives.ReadSingleLittleEndian(Take(4));

    public uint Cell() => Take(1)[0] is > 0 and var last && Take(3) is var rest ? last | ((uint)rest[0] << 8) | ((uint)rest[1] << 16) | ((uint)rest[2] << 24) : 0;

    public decimal Exact()
    {
        Span<int> bits = stackalloc int[4];
        for (var i = 0; i < bits.Length; i++) bits[i] = unchecked((int)Count());
        try
        {
            return new decimal(bits);
        }
        catch (ArgumentException)
        {
            throw Damaged();
        }
    }

    public string? TextOrNull()
    {
        var tag = Count();
        if (tag == 0) return null;
        if (tag == 3) return New(Convert.ToHexStringLower(Take(16)));
        var number = (tag >> 2) - 1;
        if (number is < 0 or > int.MaxValue) throw Damaged();
        return (tag & 3) switch
        {
            0 => New(Encoding.UTF8.GetString(Take((int)number))),
            1 => words.At(number) ?? throw Damaged(),
            2 when number < _texts.Count => _texts[(int)number],
            _ => throw Damaged(),
        };
    }

    public string Text() => TextOrNull() ?? throw Damaged();

    public ImmutableArray<string> Texts()
    {
        var texts = new string[Length()];
        for (var i = 0; i < texts.Length; i++) texts[i] = Text();
        return [.. texts];
    }

    /// <summary>The error of state that cannot be read.</summary>
    public static InvalidDataException Damaged() => new("stored state is damaged");

    private string New(string text)
    {
        _texts.Add(text);
        return text;
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count < 0 || bytes.Length - _at < count) throw Damaged();
        var span = bytes.AsSpan(_at, count);
        _at += count;
        return span;
    }
}
