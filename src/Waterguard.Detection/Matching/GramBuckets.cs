using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Waterguard.Detection.Matching;

/// <summary>Tells, for 64 positions at once, where one of many short sequences may start: the sequences are dealt into eight buckets, and for each of
/// six bytes a table says which buckets have it there. Needs a machine that looks up 128 bytes at once; elsewhere every position may be a start.</summary>
/// <remarks>The idea is Hyperscan's "Teddy": Wang et al., "Hyperscan: A Fast Multi-pattern Regex Matcher for Modern CPUs", NSDI 2019; whole bytes instead of
/// halves, because hundreds of sequences fill tables of halves. Over-approximates. Written once, then sealed and shared.</remarks>
internal sealed class GramBuckets
{
    /// <summary>How many bytes of a sequence are looked at.</summary>
    public const int Bytes = 6;

    private readonly byte[][] _masks = [.. Enumerable.Range(0, Bytes).Select(_ => new byte[128])];

    /// <summary>Whether this machine can; elsewhere every position may be a start.</summary>
    public static bool IsSupported => Avx512Vbmi.IsSupported;

    /// <summary>Deals the sequences: neighbours in order share a bucket, so that each bucket knows few first bytes. Short ones have buckets of their own: where
    /// a byte may be any, a bucket lets everything pass.</summary>
    /// <param name="sequences">Up to six bytes each, without regard to ASCII case; a missing one may be any.</param>
    public void Seal(IReadOnlyCollection<byte[]> sequences)
    {
        var folded = sequences.Select(g => Array.ConvertAll(g, b => (byte)(b | 0x20))).OrderBy(Convert.ToHexString, StringComparer.Ordinal).ToArray();
        var whole = folded.Where(g => g.Length == Bytes).ToArray();
        for (var i = 0; i < whole.Length; i++) Deal(whole[i], (byte)(1 << (i * 5 / whole.Length)));
        foreach (var part in folded.Where(g => g.Length < Bytes)) Deal(part, (byte)(1 << (10 - part.Length)));
    }

    /// <summary>The tables, to be kept in registers over a record.</summary>
    public Tables Load() => new(this);

    private static Vector512<byte> Half(byte[] masks, int at) => Vector512.Create(masks, at);

    private void Deal(byte[] gram, byte bucket)
    {
        for (var at = 0; at < Bytes; at++)
        {
            for (var b = 0; b < 128; b++)
            {
                if (at >= gram.Length || (b | 0x20) == gram[at]) _masks[at][b] |= bucket;
            }
        }
    }

    /// <summary>The tables of all six bytes. Only the low seven bits of a byte are looked at: one above 0x7F stands for another, and is found out by whoever
    /// compares.</summary>
    public readonly struct Tables(GramBuckets buckets)
    {
        private readonly Vector512<byte> _low0 = Half(buckets._masks[0], 0), _high0 = Half(buckets._masks[0], 64);
        private readonly Vector512<byte> _low1 = Half(buckets._masks[1], 0), _high1 = Half(buckets._masks[1], 64);
        private readonly Vector512<byte> _low2 = Half(buckets._masks[2], 0), _high2 = Half(buckets._masks[2], 64);
        private readonly Vector512<byte> _low3 = Half(buckets._masks[3], 0), _high3 = Half(buckets._masks[3], 64);
        private readonly Vector512<byte> _low4 = Half(buckets._masks[4], 0), _high4 = Half(buckets._masks[4], 64);
        private readonly Vector512<byte> _low5 = Half(buckets._masks[5], 0), _high5 = Half(buckets._masks[5], 64);

        /// <summary>Bit i: a sequence may start at byte i. Reads five bytes past the 64.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public ulong Starts(ref byte block)
        {
            var found = Avx512Vbmi.PermuteVar64x8x2(_low0, Vector512.LoadUnsafe(ref block), _high0)
                & Avx512Vbmi.PermuteVar64x8x2(_low1, Vector512.LoadUnsafe(ref block, 1), _high1)
                & Avx512Vbmi.PermuteVar64x8x2(_low2, Vector512.LoadUnsafe(ref block, 2), _high2)
                & Avx512Vbmi.PermuteVar64x8x2(_low3, Vector512.LoadUnsafe(ref block, 3), _high3)
                & Avx512Vbmi.PermuteVar64x8x2(_low4, Vector512.LoadUnsafe(ref block, 4), _high4)
                & Avx512Vbmi.PermuteVar64x8x2(_low5, Vector512.LoadUnsafe(ref block, 5), _high5);
            return ~Vector512.Equals(found, Vector512<byte>.Zero).ExtractMostSignificantBits();
        }
    }
}
