using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Waterguard.Detection.Matching;

/// <summary>The hash by which a worker finds what it remembers of a value: all bytes count, the highest bits are the best.</summary>
internal static class ValueHash
{
    public static ulong Of(int owner, ReadOnlySpan<byte> value)
    {
        ref var first = ref MemoryMarshal.GetReference(value);
        ulong mixed = (uint)owner;
        var at = 0;
        for (; at + 8 <= value.Length; at += 8) mixed = (mixed ^ Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref first, at))) * 0x9E37_79B9_7F4A_7C15;
        if (value.Length >= 8) mixed = (mixed ^ Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref first, value.Length - 8))) * 0x9E37_79B9_7F4A_7C15;
        else for (; at < value.Length; at++) mixed = (mixed ^ Unsafe.Add(ref first, at)) * 0x100_0000_01B3;
        return (mixed ^ (mixed >> 32)) * 0xD6E8_FEB8_6659_FD93;
    }
}
