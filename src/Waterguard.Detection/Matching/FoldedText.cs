using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace Waterguard.Detection.Matching;

/// <summary>Case-insensitive equality on UTF-8 bytes. ASCII is judged as it stands; other text is widened and compared ordinally.</summary>
internal static class FoldedText
{
    private const ulong CaseBits = 0x2020_2020_2020_2020;

    /// <summary>A stable hash that is equal for texts that differ in ASCII case only (and for some others: the caller compares).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Hash(ReadOnlySpan<byte> text)
    {
        ref var first = ref MemoryMarshal.GetReference(text);
        ulong a, b;
        var length = text.Length;
        if (length >= 8)
        {
            // First and last eight bytes, and for long texts eight of the middle: enough to tell names apart, in constant time.
            a = Unsafe.ReadUnaligned<ulong>(ref first);
            b = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref first, length - 8));
            if (length > 16) a ^= ulong.RotateLeft(Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref first, (length >> 1) - 4)) | CaseBits, 23);
        }
        else if (length >= 4)
        {
            a = Unsafe.ReadUnaligned<uint>(ref first);
            b = Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref first, length - 4));
        }
        else if (length > 0)
        {
            a = first | ((ulong)Unsafe.Add(ref first, length >> 1) << 8) | ((ulong)Unsafe.Add(ref first, length - 1) << 16);
            b = 0;
        }
        else
        {
            return 0;
        }

        var mixed = (((a | CaseBits) * 0x9E37_79B9_7F4A_7C15) ^ (b | CaseBits) ^ (ulong)(uint)length) * 0xD6E8_FEB8_6659_FD93;
        return (uint)(mixed >> 32);
    }

    /// <summary>Ordinal equality without regard to case.</summary>
    public static bool EqualsIgnoreCase(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        if (left.Length == right.Length && Ascii.EqualsIgnoreCase(left, right)) return true;
        return !Ascii.IsValid(left) && !Ascii.IsValid(right) && EqualsWide(left, right);
    }

    private static bool EqualsWide(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right) =>
        left.Length <= right.Length * 4 && right.Length <= left.Length * 4 // no character changes its length more than fourfold
        && Encoding.UTF8.GetString(left).Equals(Encoding.UTF8.GetString(right), StringComparison.OrdinalIgnoreCase);
}
