using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text;

namespace Waterguard.Detection.Matching;

/// <summary>Many ASCII texts that a value may start, or end, with, without regard to case: eight bytes at once tell nearly all of them apart.</summary>
internal sealed class AsciiEnds
{
    private const ulong CaseBits = 0x2020_2020_2020_2020;
    private readonly (ulong Mask, ulong Eight, byte[] Text)[] _texts;
    private readonly bool _atStart;

    private AsciiEnds((ulong, ulong, byte[])[] texts, bool atStart) => (_texts, _atStart) = (texts, atStart);

    /// <summary>Null where a text is not ASCII: its case is folded in ways that bytes do not show.</summary>
    public static AsciiEnds? TryBuild(ImmutableArray<string> texts, bool atStart)
    {
        if (!texts.All(t => Ascii.IsValid(t))) return null;
        return new AsciiEnds([.. texts.Select(t => Encoding.ASCII.GetBytes(t)).Select(t => (Mask(t.Length, atStart), Eight(t, atStart) & Mask(t.Length, atStart), t))], atStart);
    }

    public bool Hold(ReadOnlySpan<byte> value)
    {
        var eight = Eight(value, _atStart);
        foreach (var (mask, wanted, text) in _texts)
        {
            if ((eight & mask) != wanted || value.Length < text.Length) continue;
            if (Ascii.EqualsIgnoreCase(_atStart ? value[..text.Length] : value[^text.Length..], text)) return true;
        }

        return false;
    }

    // The first bytes in the low bits, or the last ones in the high bits; what is missing is zero and masked.
    private static ulong Eight(ReadOnlySpan<byte> text, bool atStart)
    {
        if (text.Length >= 8) return BinaryPrimitives.ReadUInt64LittleEndian(atStart ? text : text[^8..]) | CaseBits;
        Span<byte> padded = stackalloc byte[8];
        padded.Clear();
        text.CopyTo(atStart ? padded : padded[(8 - text.Length)..]);
        return BinaryPrimitives.ReadUInt64LittleEndian(padded) | CaseBits;
    }

    private static ulong Mask(int length, bool atStart) => length >= 8 ? ulong.MaxValue : length == 0 ? 0 : atStart ? ulong.MaxValue >> (64 - (length * 8)) : ulong.MaxValue << (64 - (length * 8));
}
