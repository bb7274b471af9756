using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Waterguard.Detection.Matching;

/// <summary>Tells, for 64 positions at once, where one of many four-byte sequences may start: the sequences are dealt into eight buckets, and for each of
/// the four bytes a table says which buckets have it there. Needs a machine that looks up 128 bytes at once; elsewhere every position may be a start.</summary>
/// <remarks>The idea is Hyperscan's "Teddy": Wang et al., "Hyperscan: A Fast Multi-pattern Regex Matcher for Modern CPUs", NSDI 2019; whole bytes instead of
/// halves, because hundreds of sequences fill tables of halves. Over-approximates. Written once, then sealed and shared.</remarks>
internal sealed class GramBuckets
{
    private const int Bytes = 4;
    private readonly byte[][] _masks = [new byte[128], new byte[128], new byte[128], new byte[128]];

    /// <summary>Deals the sequences: neighbours in order share a bucket, so that each bucket knows few first bytes.</summary>
    /// <param name="grams">Up to four bytes each, without regard to ASCII case; a missing one may be any.</param>
    public void Seal(IReadOnlyCollection<byte[]> grams)
    {
        var sorted = grams.Select(g => Array.ConvertAll(g, b => (byte)(b | 0x20))).OrderBy(Convert.ToHexString, StringComparer.Ordinal).ToArray();
        for (var i = 0; i < sorted.Length; i++)
        {
            var bucket = (byte)(1 << (i * 8 / sorted.Length));
            for (var at = 0; at < Bytes; at++)
            {
                for (var b = 0; b < 128; b++)
                {
                    if (at >= sorted[i].Length || (b | 0x20) == sorted[i][at]) _masks[at][b] |= bucket;
                }
            }
        }
    }

    /// <summary>Bit i: a sequence may start at byte i. Reads three bytes past the 64.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Starts(ref byte block)
    {
        if (!Avx512Vbmi.IsSupported) return ulong.MaxValue;
        var found = Buckets(ref block, 0) & Buckets(ref block, 1) & Buckets(ref block, 2) & Buckets(ref block, 3);
        return ~Vector512.Equals(found, Vector512<byte>.Zero).ExtractMostSignificantBits();
    }

    // Only the low seven bits of a byte are looked at: one above 0x7F stands for another, and is found out by whoever compares.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Vector512<byte> Buckets(ref byte block, int at) =>
        Avx512Vbmi.PermuteVar64x8x2(Vector512.Create(_masks[at]), Vector512.LoadUnsafe(ref block, (nuint)at), Vector512.Create(_masks[at], 64));
}
