using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Waterguard.Events.Structure;

/// <summary>The skeleton of one JSON record: bitmaps of the quotes that delimit strings, and of the brackets and backslashes, 64 bytes a word.
/// Brackets inside strings are not in it, so that a whole subtree is skipped by counting bits.</summary>
/// <remarks>After Langdale and Lemire, "Parsing Gigabytes of JSON per Second", VLDB Journal 28 (2019), section 3.1; kept as bitmaps
/// instead of a list of positions, because most of a record is skipped. Not thread-safe; one a worker, reused.</remarks>
public sealed class StructuralIndex
{
    // Per 64-byte block, side by side so that one cache line serves two blocks: delimiting quotes, opens, closes, backslashes.
    internal const int WordsPerBlock = 4;
    internal const int QuoteWord = 0;
    internal const int OpenWord = 1;
    internal const int CloseWord = 2;
    internal const int BackslashWord = 3;

    private ulong[] _words = new ulong[WordsPerBlock * 64];

    /// <summary>Length of the record in bytes.</summary>
    public int Length { get; private set; }

    /// <summary>Whether the record ends inside a string.</summary>
    public bool EndsInString { get; private set; }

    /// <summary>Whether a backslash stands anywhere in the record.</summary>
    internal bool HasBackslashes { get; private set; }

    internal ref ulong Words => ref MemoryMarshal.GetArrayDataReference(_words);

    /// <summary>Indexes a record, with the widest vectors that this machine has.</summary>
    public void Build(ReadOnlySpan<byte> record)
    {
        if (Vector512.IsHardwareAccelerated) Build<Classifier512>(record);
        else if (Vector256.IsHardwareAccelerated) Build<Classifier256>(record);
        else if (Vector128.IsHardwareAccelerated) Build<Classifier128>(record);
        else Build<ClassifierScalar>(record);
    }

    // Straight to optimised code: the first records of a short scan would otherwise run at tier 0, a hundred times slower.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void Build<TClassifier>(ReadOnlySpan<byte> record)
        where TClassifier : struct, IBlockClassifier
    {
        Length = record.Length;
        var blocks = (record.Length + 63) / 64;
        EnsureCapacity(blocks + 1);
        ref var words = ref MemoryMarshal.GetArrayDataReference(_words);
        ref var source = ref MemoryMarshal.GetReference(record);
        var state = default(Carry);
        var at = 0;
        for (; at + 64 <= record.Length; at += 64)
        {
            Store(ref words, TClassifier.Classify(ref Unsafe.Add(ref source, at)), ref state);
            words = ref Unsafe.Add(ref words, WordsPerBlock);
        }

        if (at < record.Length)
        {
            Span<byte> tail = stackalloc byte[64];
            tail.Clear();
            record[at..].CopyTo(tail);
            Store(ref words, TClassifier.Classify(ref MemoryMarshal.GetReference(tail)), ref state);
            words = ref Unsafe.Add(ref words, WordsPerBlock);
        }

        // A sentinel stops every search behind the end, so that the searches need no bounds.
        Unsafe.Add(ref words, QuoteWord) = ulong.MaxValue;
        Unsafe.Add(ref words, OpenWord) = 0;
        Unsafe.Add(ref words, CloseWord) = ulong.MaxValue;
        Unsafe.Add(ref words, BackslashWord) = 0;
        EndsInString = state.InString != 0;
        HasBackslashes = state.Met;
    }

    /// <summary>Position of the first delimiting quote at or behind <paramref name="from"/>; at or past <see cref="Length"/> when there is none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static int NextQuote(ref ulong words, int from)
    {
        var block = (nint)((uint)from >> 6);
        var bits = Unsafe.Add(ref words, block * WordsPerBlock + QuoteWord) & (ulong.MaxValue << from);
        while (bits == 0) bits = Unsafe.Add(ref words, ++block * WordsPerBlock + QuoteWord);
        return ((int)block << 6) + BitOperations.TrailingZeroCount(bits);
    }

    /// <summary>Whether a piece of the record that was indexed last, which holds no quote, lies inside a string that is a value: one that no colon follows,
    /// and whose opening quote is before the piece.</summary>
    public bool IsInValue(ReadOnlySpan<byte> record, int at, int length)
    {
        if (record.Length != Length || !IsInString(at)) return false;
        var behind = NextQuote(ref Words, at + length) + 1;
        while (behind < record.Length && record[behind] is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t') behind++;
        return behind >= record.Length || record[behind] != (byte)':';
    }

    // An odd number of quotes stands before it.
    private bool IsInString(int at)
    {
        ref var words = ref Words;
        var quotes = 0;
        for (var block = 0; block <= at >> 6; block++)
        {
            var bits = Unsafe.Add(ref words, block * WordsPerBlock + QuoteWord);
            if (block == at >> 6) bits &= ~(ulong.MaxValue << at);
            quotes += BitOperations.PopCount(bits);
        }

        return (quotes & 1) != 0;
    }

    /// <summary>Whether a backslash stands in [from, to).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool HasBackslash(ref ulong words, int from, int to)
    {
        var block = (nint)((uint)from >> 6);
        var last = (nint)((uint)to >> 6);
        var bits = Unsafe.Add(ref words, block * WordsPerBlock + BackslashWord) & (ulong.MaxValue << from);
        for (; block < last; bits = Unsafe.Add(ref words, ++block * WordsPerBlock + BackslashWord))
        {
            if (bits != 0) return true;
        }

        return (bits & ~(ulong.MaxValue << to)) != 0;
    }

    /// <summary>Position behind the bracket that closes the one at <paramref name="open"/>; <see cref="int.MaxValue"/> when nothing closes it.</summary>
    internal static int SkipContainer(ref ulong words, int open, int length)
    {
        var end = (nint)((uint)length + 63 >> 6);
        var block = (nint)((uint)open >> 6);
        var mask = ulong.MaxValue << open;
        var depth = 0;
        for (; block < end; block++)
        {
            ref var word = ref Unsafe.Add(ref words, block * WordsPerBlock);
            var opens = Unsafe.Add(ref word, OpenWord) & mask;
            var closes = Unsafe.Add(ref word, CloseWord) & mask;
            var closing = BitOperations.PopCount(closes);

            // Only a block with enough closing brackets can end the container; the others are counted whole.
            if (closing >= depth)
            {
                var level = depth;
                while (closes != 0)
                {
                    var below = Bit.LowestMask(closes);
                    level--;
                    if (level + BitOperations.PopCount(opens & below) == 0) return ((int)block << 6) + BitOperations.TrailingZeroCount(closes) + 1;
                    closes &= closes - 1;
                }
            }

            depth += BitOperations.PopCount(opens) - closing;
            mask = ulong.MaxValue;
        }

        return int.MaxValue;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(ref ulong words, BlockMasks masks, ref Carry carry)
    {
        var quotes = masks.Quotes;
        if ((masks.Backslashes | carry.Escaped) != 0)
        {
            carry.Met = true;
            quotes &= ~EscapedCharacters(masks.Backslashes, ref carry.Escaped);
        }

        var inString = PrefixXor(quotes) ^ carry.InString;
        carry.InString = (ulong)((long)inString >> 63);
        Unsafe.Add(ref words, QuoteWord) = quotes;
        Unsafe.Add(ref words, OpenWord) = masks.Opens & ~inString;
        Unsafe.Add(ref words, CloseWord) = masks.Closes & ~inString;
        Unsafe.Add(ref words, BackslashWord) = masks.Backslashes;
    }

    /// <summary>The characters that an odd number of backslashes precedes. A subtraction lets each run of backslashes carry to the
    /// character behind it; comparing with the parity of its start tells odd runs from even ones.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong EscapedCharacters(ulong backslashes, ref ulong carried)
    {
        const ulong OddBits = 0xAAAA_AAAA_AAAA_AAAA;
        var starts = backslashes & ~carried;
        var behind = (starts << 1) | OddBits;
        var runs = (behind - starts) ^ OddBits;
        var escaped = runs ^ (backslashes | carried);
        carried = (runs & backslashes) >> 63;
        return escaped;
    }

    /// <summary>Bit i of the result is the parity of bits 0 to i: between an opening and a closing quote it is set.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong PrefixXor(ulong bits)
    {
        if (Pclmulqdq.IsSupported)
        {
            return Pclmulqdq.CarrylessMultiply(Vector128.CreateScalar(bits), Vector128<ulong>.AllBitsSet, 0).ToScalar();
        }

        bits ^= bits << 1;
        bits ^= bits << 2;
        bits ^= bits << 4;
        bits ^= bits << 8;
        bits ^= bits << 16;
        bits ^= bits << 32;
        return bits;
    }

    private void EnsureCapacity(int blocks)
    {
        if (_words.Length < blocks * WordsPerBlock) _words = new ulong[Math.Max(blocks * WordsPerBlock, _words.Length * 2)];
    }

    private struct Carry
    {
        public ulong InString;
        public ulong Escaped;
        public bool Met;
    }
}

internal static class Bit
{
    /// <summary>All bits below the lowest set one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong LowestMask(ulong bits) => (bits & (0 - bits)) - 1;
}
