using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Waterguard.Detection.Matching;

/// <summary>The hash and the comparison by which a worker finds what it remembers of a value: all bytes count, the highest bits are the best.</summary>
internal static class ValueHash
{
    private const ulong Odd = 0x9E37_79B9_7F4A_7C15;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Of(int owner, ReadOnlySpan<byte> value)
    {
        ref var first = ref MemoryMarshal.GetReference(value);
        var mixed = ((ulong)(uint)owner << 8) | (uint)value.Length;
        if (value.Length > 16) mixed = Long(mixed, value);
        else mixed = (((mixed * Odd) ^ Head(ref first, value.Length)) * Odd) ^ Tail(ref first, value.Length);
        return (mixed ^ (mixed >> 32)) * 0xD6E8_FEB8_6659_FD93;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool AreSame(ref byte left, ref byte right, int length) => length > 16
        ? MemoryMarshal.CreateReadOnlySpan(ref left, length).SequenceEqual(MemoryMarshal.CreateReadOnlySpan(ref right, length))
        : Head(ref left, length) == Head(ref right, length) && Tail(ref left, length) == Tail(ref right, length);

    private static ulong Long(ulong mixed, ReadOnlySpan<byte> value)
    {
        ref var first = ref MemoryMarshal.GetReference(value);
        for (var at = 0; at + 8 < value.Length; at += 8) mixed = (mixed ^ Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref first, at))) * Odd;
        return (mixed ^ Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref first, value.Length - 8))) * Odd;
    }

    // Up to eight bytes from the start, and up to eight from the end: together all of a short value.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Head(ref byte first, int length) => length switch
    {
        >= 8 => Unsafe.ReadUnaligned<ulong>(ref first),
        >= 4 => Unsafe.ReadUnaligned<uint>(ref first),
        0 => 0,
        _ => first,
    };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Tail(ref byte first, int length) => length switch
    {
        >= 8 => Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref first, length - 8)),
        >= 4 => Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref first, length - 4)),
        0 => 0,
        _ => Unsafe.Add(ref first, length >> 1) | ((ulong)Unsafe.Add(ref first, length - 1) << 8),
    };
}
