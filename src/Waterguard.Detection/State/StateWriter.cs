using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text;

namespace Waterguard.Detection.State;

/// <summary>Writes state as few bytes as it goes: small numbers are short, a text is written once and then named. Read back by <see cref="StateReader"/>. Not thread-safe.</summary>
internal sealed class StateWriter(StateWords words)
{
    private const double FarApart = 1L << 60;
    private readonly ArrayBufferWriter<byte> _bytes = new(256);
    private readonly Dictionary<string, int> _texts = new(StringComparer.Ordinal);
    private long _time;

    /// <summary>The entities that were written last: the next ones are the same as a rule.</summary>
    public ImmutableSortedDictionary<string, ImmutableArray<string>>? Entities { get; set; }

    public ReadOnlySpan<byte> Written => _bytes.WrittenSpan;

    /// <summary>Starts anew: nothing that comes refers to what was.</summary>
    public void Clear()
    {
        _bytes.ResetWrittenCount();
        _texts.Clear();
        _time = 0;
        Entities = null;
    }

    /// <summary>A number of at least 0.</summary>
    public void Count(long value)
    {
        var rest = (ulong)value;
        var span = _bytes.GetSpan(10);
        var at = 0;
        for (; rest >= 0x80; rest >>= 7) span[at++] = (byte)(rest | 0x80);
        span[at++] = (byte)rest;
        _bytes.Advance(at);
    }

    /// <summary>Any number; short near 0.</summary>
    public void Number(long value) => Count((value << 1) ^ (value >> 63));

    public void Flag(bool value) => Count(value ? 1 : 0);

    /// <summary>A time in ticks; short near the one before.</summary>
    public void Time(long ticks)
    {
        var later = unchecked(ticks - _time);
        _time = ticks;
        if (later % TimeSpan.TicksPerMillisecond == 0) Number(later / TimeSpan.TicksPerMillisecond * 2);
        else if (Math.Abs((double)later) < FarApart) Number((later * 2) + 1);
        else
        {
            Number(1); // no time lies 0 ticks later and is no whole number of milliseconds
            Number(later);
        }
    }

    public void Bytes(ReadOnlySpan<byte> bytes)
    {
        Count(bytes.Length);
        _bytes.Write(bytes);
    }

    public void Real(double value)
    {
        BinaryPrimitives.WriteDoubleLittleEndian(_bytes.GetSpan(8), value);
        _bytes.Advance(8);
    }

    public void Single(float value)
    {
        BinaryPrimitives.WriteSingleLittleEndian(_bytes.GetSpan(4), value);
        _bytes.Advance(4);
    }

    /// <summary>Four bytes; one where the last of them is 0.</summary>
    public void Cell(uint value)
    {
        var span = _bytes.GetSpan(4);
        span[0] = (byte)value;
        (span[1], span[2], span[3]) = ((byte)(value >> 8), (byte)(value >> 16), (byte)(value >> 24));
        _bytes.Advance(span[0] == 0 ? 1 : 4);
    }

    /// <summary>A decimal, digit by digit.</summary>
    public void Exact(decimal value)
    {
        Span<int> bits = stackalloc int[4];
        decimal.GetBits(value, bits);
        foreach (var one in bits) Count((uint)one);
    }

    /// <summary>A text; nothing where it is null.</summary>
    public void Text(string? text)
    {
        if (text is null) Count(0);
        else if (words.TryNumber(text, out var word)) Count((((long)word + 1) << 2) | 1);
        else if (_texts.TryGetValue(text, out var known)) Count((((long)known + 1) << 2) | 2);
        else New(text);
    }

    /// <summary>A text that much of the state has in common.</summary>
    public void Word(string text)
    {
        words.Learn(text);
        Text(text);
    }

    public void Texts(ImmutableArray<string> texts)
    {
        Count(texts.Length);
        foreach (var text in texts) Text(text);
    }

    /// <summary>A name that is thirty-two hexadecimal digits as a rule: then sixteen bytes.</summary>
    public void Id(string id)
    {
        if (_texts.ContainsKey(id) || id.Length != 32 || !id.All(char.IsAsciiHexDigitLower))
        {
            Text(id);
            return;
        }

        Count(3);
        _texts[id] = _texts.Count;
        Convert.FromHexString(id, _bytes.GetSpan(16), out _, out _);
        _bytes.Advance(16);
    }

    private void New(string text)
    {
        Count(((long)Encoding.UTF8.GetByteCount(text) + 1) << 2);
        _bytes.Advance(Encoding.UTF8.GetBytes(text, _bytes.GetSpan(Encoding.UTF8.GetMaxByteCount(text.Length))));
        _texts[text] = _texts.Count;
    }
}
