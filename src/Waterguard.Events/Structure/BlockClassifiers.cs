using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Waterguard.Events.Structure;

/// <summary>Where the bytes that give JSON its structure are in 64 bytes: bit i stands for byte i.</summary>
internal struct BlockMasks
{
    public ulong Quotes;
    public ulong Backslashes;
    public ulong Opens;
    public ulong Closes;
}

/// <summary>Finds the four classes of bytes in 64 bytes. The implementations differ in vector width only, and are proven equal by tests.</summary>
internal interface IBlockClassifier
{
    static abstract BlockMasks Classify(ref byte block);
}

// '[' | 0x20 == '{' and ']' | 0x20 == '}', and no other byte maps to either: one OR halves the comparisons for brackets.

internal readonly struct Classifier512 : IBlockClassifier
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static BlockMasks Classify(ref byte block)
    {
        var bytes = Vector512.LoadUnsafe(ref block);
        var folded = bytes | Vector512.Create((byte)0x20);
        BlockMasks masks;
        masks.Quotes = Vector512.Equals(bytes, Vector512.Create((byte)'"')).ExtractMostSignificantBits();
        masks.Backslashes = Vector512.Equals(bytes, Vector512.Create((byte)'\\')).ExtractMostSignificantBits();
        masks.Opens = Vector512.Equals(folded, Vector512.Create((byte)'{')).ExtractMostSignificantBits();
        masks.Closes = Vector512.Equals(folded, Vector512.Create((byte)'}')).ExtractMostSignificantBits();
        return masks;
    }
}

internal readonly struct Classifier256 : IBlockClassifier
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static BlockMasks Classify(ref byte block)
    {
        var low = Vector256.LoadUnsafe(ref block);
        var high = Vector256.LoadUnsafe(ref block, 32);
        var fold = Vector256.Create((byte)0x20);
        BlockMasks masks;
        masks.Quotes = Where(low, high, (byte)'"');
        masks.Backslashes = Where(low, high, (byte)'\\');
        masks.Opens = Where(low | fold, high | fold, (byte)'{');
        masks.Closes = Where(low | fold, high | fold, (byte)'}');
        return masks;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Where(Vector256<byte> low, Vector256<byte> high, byte wanted) =>
        Vector256.Equals(low, Vector256.Create(wanted)).ExtractMostSignificantBits()
        | ((ulong)Vector256.Equals(high, Vector256.Create(wanted)).ExtractMostSignificantBits() << 32);
}

internal readonly struct Classifier128 : IBlockClassifier
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static BlockMasks Classify(ref byte block)
    {
        BlockMasks masks = default;
        var fold = Vector128.Create((byte)0x20);
        for (var part = 0; part < 4; part++)
        {
            var bytes = Vector128.LoadUnsafe(ref block, (nuint)(part * 16));
            var folded = bytes | fold;
            masks.Quotes |= Where(bytes, (byte)'"', part);
            masks.Backslashes |= Where(bytes, (byte)'\\', part);
            masks.Opens |= Where(folded, (byte)'{', part);
            masks.Closes |= Where(folded, (byte)'}', part);
        }

        return masks;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Where(Vector128<byte> bytes, byte wanted, int part) =>
        (ulong)Vector128.Equals(bytes, Vector128.Create(wanted)).ExtractMostSignificantBits() << (part * 16);
}

internal readonly struct ClassifierScalar : IBlockClassifier
{
    public static BlockMasks Classify(ref byte block)
    {
        BlockMasks masks = default;
        var bytes = MemoryMarshal.CreateReadOnlySpan(ref block, 64);
        for (var i = 0; i < 64; i++)
        {
            var bit = 1UL << i;
            switch (bytes[i])
            {
                case (byte)'"': masks.Quotes |= bit; break;
                case (byte)'\\': masks.Backslashes |= bit; break;
                case (byte)'{' or (byte)'[': masks.Opens |= bit; break;
                case (byte)'}' or (byte)']': masks.Closes |= bit; break;
            }
        }

        return masks;
    }
}
