using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Waterguard.Detection.Matching;

/// <summary>Tells, for 64 positions at once, where one of many four-byte sequences may start: the sequences are dealt into eight buckets, and for each of
/// the four bytes two tables of sixteen say which buckets have a byte with that low, and that high, half.</summary>
/// <remarks>The idea is Hyperscan's "Teddy": Wang et al., "Hyperscan: A Fast Multi-pattern Regex Matcher for Modern CPUs", NSDI 2019. Over-approximates.
/// Written once, then sealed and shared.</remarks>
internal sealed class GramBuckets
{
    private const int Bytes = 4;
    private readonly Vector128<byte>[] _low = new Vector128<byte>[Bytes];
    private readonly Vector128<byte>[] _high = new Vector128<byte>[Bytes];

    /// <summary>Deals the sequences: neighbours in order share a bucket, so that each bucket knows few first bytes.</summary>
    /// <param name="grams">Four folded bytes each (0x20 set), the first in the lowest bits.</param>
    public void Seal(IEnumerable<uint> grams)
    {
        var sorted = grams.OrderBy(System.Buffers.Binary.BinaryPrimitives.ReverseEndianness).ToArray();
        var (low, high) = (new byte[Bytes, 16], new byte[Bytes, 16]);
        for (var i = 0; i < sorted.Length; i++)
        {
            var bucket = (byte)(1 << (i * 8 / sorted.Length));
            for (var at = 0; at < Bytes; at++)
            {
                var b = (byte)(sorted[i] >> (at * 8));
                low[at, b & 15] |= bucket;
                high[at, b >> 4] |= bucket;
            }
        }

        for (var at = 0; at < Bytes; at++)
        {
            (_low[at], _high[at]) = (Table(low, at), Table(high, at));
        }
    }

    /// <summary>Bit i: a sequence may start at byte i. Reads three bytes past the 64.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Starts(ref byte block)
    {
        if (Avx512BW.IsSupported)
        {
            var found = Hits512(ref block, 0) & Hits512(ref block, 1) & Hits512(ref block, 2) & Hits512(ref block, 3);
            return ~Vector512.Equals(found, Vector512<byte>.Zero).ExtractMostSignificantBits();
        }

        ulong starts = 0;
        for (var part = 0; part < 64; part += 16)
        {
            var found = Hits128(ref block, part, 0) & Hits128(ref block, part, 1) & Hits128(ref block, part, 2) & Hits128(ref block, part, 3);
            starts |= (ulong)(~Vector128.Equals(found, Vector128<byte>.Zero).ExtractMostSignificantBits() & 0xFFFF) << part;
        }

        return starts;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Vector512<byte> Hits512(ref byte block, int at)
    {
        var bytes = Vector512.LoadUnsafe(ref block, (nuint)at) | Vector512.Create((byte)0x20);
        var low = Avx512BW.Shuffle(Spread(_low[at]), bytes & Vector512.Create((byte)0x0F));
        var high = Avx512BW.Shuffle(Spread(_high[at]), (bytes.AsUInt16() >>> 4).AsByte() & Vector512.Create((byte)0x0F));
        return low & high;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Vector128<byte> Hits128(ref byte block, int part, int at)
    {
        var bytes = Vector128.LoadUnsafe(ref block, (nuint)(part + at)) | Vector128.Create((byte)0x20);
        var low = Vector128.Shuffle(_low[at], bytes & Vector128.Create((byte)0x0F));
        var high = Vector128.Shuffle(_high[at], (bytes.AsUInt16() >>> 4).AsByte() & Vector128.Create((byte)0x0F));
        return low & high;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<byte> Spread(Vector128<byte> table)
    {
        var half = Vector256.Create(table, table);
        return Vector512.Create(half, half);
    }

    private static Vector128<byte> Table(byte[,] masks, int at)
    {
        var row = new byte[16];
        for (var i = 0; i < 16; i++) row[i] = masks[at, i];
        return Vector128.Create(row);
    }
}
