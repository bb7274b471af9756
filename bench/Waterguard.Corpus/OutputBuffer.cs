using System.Buffers.Text;
using System.Text;

namespace Waterguard.Corpus;

/// <summary>Bytes on their way to a stream. Everything written here is ASCII that needs no escaping.</summary>
internal sealed class OutputBuffer(Stream stream)
{
    private const int FlushAt = 1 << 18;
    private byte[] _bytes = new byte[FlushAt * 2];
    private int _length;
    private long _flushed;

    public long Written => _flushed + _length;

    public void Add(ReadOnlySpan<byte> bytes)
    {
        Reserve(bytes.Length);
        bytes.CopyTo(_bytes.AsSpan(_length));
        _length += bytes.Length;
    }

    public void Add(string text)
    {
        Reserve(text.Length);
        _length += Encoding.ASCII.GetBytes(text, _bytes.AsSpan(_length));
    }

    public void Add(long number)
    {
        Reserve(20);
        Utf8Formatter.TryFormat(number, _bytes.AsSpan(_length), out var written);
        _length += written;
    }

    public void AddHex(ulong value, int digits)
    {
        Reserve(digits);
        for (var i = digits - 1; i >= 0; i--, value >>= 4) _bytes[_length + i] = "0123456789abcdef"u8[(int)(value & 15)];
        _length += digits;
    }

    /// <summary>A random-looking version 4 UUID made of two numbers.</summary>
    public void AddUuid(ulong high, ulong low)
    {
        AddHex(high >> 32, 8);
        Add("-"u8);
        AddHex(high >> 16, 4);
        Add("-4"u8);
        AddHex(high, 3);
        Add("-"u8);
        AddHex((low >> 48 & 0x3FFF) | 0x8000, 4);
        Add("-"u8);
        AddHex(low, 12);
    }

    /// <summary>An RFC 3339 time, with microseconds or whole seconds.</summary>
    public void AddTime(long unixMicroseconds, bool fraction)
    {
        var time = DateTime.UnixEpoch.AddTicks(unixMicroseconds * TimeSpan.TicksPerMicrosecond);
        Reserve(32);
        AddDigits(time.Year, 4);
        AddDigits("-"u8, time.Month);
        AddDigits("-"u8, time.Day);
        AddDigits("T"u8, time.Hour);
        AddDigits(":"u8, time.Minute);
        AddDigits(":"u8, time.Second);
        if (fraction)
        {
            Add("."u8);
            AddDigits((int)(unixMicroseconds % 1_000_000), 6);
        }

        Add("Z"u8);
    }

    /// <summary>Hands whole lines on once enough has gathered.</summary>
    public void EndLine()
    {
        Add("\n"u8);
        if (_length >= FlushAt) Flush();
    }

    public void Flush()
    {
        stream.Write(_bytes, 0, _length);
        _flushed += _length;
        _length = 0;
    }

    private void AddDigits(ReadOnlySpan<byte> separator, int value)
    {
        Add(separator);
        AddDigits(value, 2);
    }

    private void AddDigits(int value, int digits)
    {
        Reserve(digits);
        for (var i = digits - 1; i >= 0; i--, value /= 10) _bytes[_length + i] = (byte)('0' + value % 10);
        _length += digits;
    }

    private void Reserve(int count)
    {
        if (_length + count > _bytes.Length) Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _length + count));
    }
}
