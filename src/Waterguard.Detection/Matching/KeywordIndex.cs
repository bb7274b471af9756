using System.Buffers.Text;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Waterguard.Events.Structure;

namespace Waterguard.Detection.Matching;

/// <summary>Finds, in one pass over a record's bytes, the rules whose keywords may be in it.</summary>
/// <remarks>A keyword is filed under four bytes of its longest run of plain characters, which JSON writers leave as they are. A record in which
/// some plain character is written as an escape names every rule. Written once, then shared.</remarks>
internal sealed class KeywordIndex(int words)
{
    private const int Gram = 4;
    private const uint Fold = 0x2020_2020;
    private const int FilterBits = 16;

    private readonly Dictionary<uint, List<Needle>> _needles = [];
    private readonly ulong[] _filter = new ulong[1 << (FilterBits - 6)];
    private readonly ByteSet _starts = new();
    private readonly ulong[] _always = new ulong[words];
    private readonly ulong[] _all = new ulong[words];

    /// <summary>How selective a keyword is for the index: the length of the run that it is filed under; 0 when it cannot be.</summary>
    public static int RunLength(string keyword) => Run(keyword) is { Length: >= Gram - 1 } run ? run.Length : 0;

    public void Add(string keyword, int rule)
    {
        _all[rule >> 6] |= 1UL << (rule & 63);
        var run = Run(keyword);
        if (run.Length < Gram - 1)
        {
            _always[rule >> 6] |= 1UL << (rule & 63);
            return;
        }

        var bytes = Encoding.ASCII.GetBytes(run);
        if (run.Length >= Gram)
        {
            var offset = RarestGram(bytes);
            File(BitConverter.ToUInt32(bytes, offset) | Fold, bytes, offset, rule);
            return;
        }

        // Three characters are filed once for each that may follow.
        for (uint next = 0; next < 256; next++)
        {
            if ((next & 0x20) != 0) File(bytes[0] | ((uint)bytes[1] << 8) | ((uint)bytes[2] << 16) | (next << 24) | Fold, bytes, 0, rule);
        }
    }

    /// <summary>Sets the bits of the rules that may hold.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Collect(ReadOnlySpan<byte> record, StructuralIndex index, Span<ulong> candidates)
    {
        Or(candidates, _always);
        if (_needles.Count == 0) return;
        if (EscapesPlainText(record))
        {
            Or(candidates, _all);
            return;
        }

        ref var bytes = ref MemoryMarshal.GetReference(record);
        ref var filter = ref MemoryMarshal.GetArrayDataReference(_filter);
        var last = record.Length - Gram;
        var at = 0;
        for (; at + 64 + Gram <= record.Length; at += 64)
        {
            for (var starts = _starts.In(ref Unsafe.Add(ref bytes, at)); starts != 0; starts &= starts - 1)
            {
                var position = at + BitOperations.TrailingZeroCount(starts);
                var gram = Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref bytes, position)) | Fold;
                var hash = Hash(gram);
                if ((Unsafe.Add(ref filter, hash >> 6) >> (int)(hash & 63) & 1) != 0) Verify(record, index, position, gram, candidates);
            }
        }

        for (; at <= last; at++)
        {
            var gram = Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref bytes, at)) | Fold;
            Verify(record, index, at, gram, candidates);
        }
    }

    private void File(uint gram, byte[] run, int offset, int rule)
    {
        _starts.Add((byte)gram);
        var hash = Hash(gram);
        _filter[hash >> 6] |= 1UL << (int)(hash & 63);
        ref var needles = ref CollectionsMarshal.GetValueRefOrAddDefault(_needles, gram, out _);
        needles ??= [];
        var needle = needles.Find(n => n.Offset == offset && n.Run.AsSpan().SequenceEqual(run));
        if (needle is null) needles.Add(needle = new Needle(run, offset, new ulong[words]));
        needle.Row[rule >> 6] |= 1UL << (rule & 63);
    }

    private void Verify(ReadOnlySpan<byte> record, StructuralIndex index, int at, uint gram, Span<ulong> candidates)
    {
        if (!_needles.TryGetValue(gram, out var needles)) return;
        foreach (var needle in needles)
        {
            var start = at - needle.Offset;
            if (start < 0 || start + needle.Run.Length > record.Length || !Ascii.EqualsIgnoreCase(record.Slice(start, needle.Run.Length), needle.Run)) continue;
            if (!index.IsInKey(record, start)) Or(candidates, needle.Row);
        }
    }

    // \u0061 for "a" and the like: no writer does that but one who hides.
    private static bool EscapesPlainText(ReadOnlySpan<byte> record)
    {
        if (record.IndexOf("\\/"u8) >= 0) return true;
        for (var at = record.IndexOf("\\u00"u8); at >= 0 && at + 6 <= record.Length;)
        {
            if (Utf8Parser.TryParse(record.Slice(at + 4, 2), out byte code, out var used, 'X') && used == 2 && IsPlain((char)code)) return true;
            var next = record[(at + 4)..].IndexOf("\\u00"u8);
            at = next < 0 ? -1 : at + 4 + next;
        }

        return false;
    }

    private static bool IsPlain(char c) => char.IsAsciiLetterOrDigit(c) || c is ' ' or '-' or '_' or '.' or ':' or '=' or '+' or ',' or '(' or ')' or '*' or ';' or '@' or '%' or '#' or '!' or '|' or '[' or ']' or '{' or '}' or '^' or '~' or '?' or '$' or '/';

    private static string Run(string keyword)
    {
        var (best, start) = ("", 0);
        for (var at = 0; at <= keyword.Length; at++)
        {
            if (at < keyword.Length && IsPlain(keyword[at])) continue;
            if (at - start > best.Length) best = keyword[start..at];
            start = at + 1;
        }

        return best;
    }

    // The first byte decides how often the filter is asked, the others how often it says yes.
    private static int RarestGram(byte[] run)
    {
        var (best, offset) = (int.MaxValue, 0);
        for (var at = 0; at + Gram <= run.Length; at++)
        {
            var cost = 4 * Commonness(run[at]);
            for (var i = 1; i < Gram; i++) cost += Commonness(run[at + i]);
            if (cost < best) (best, offset) = (cost, at);
        }

        return offset;
    }

    // How common a byte is in logs, roughly, in thousandths.
    private static int Commonness(byte b) => (char)(b | 0x20) switch
    {
        'e' => 80, 't' => 65, 'a' => 60, 's' => 60, 'o' => 55, 'i' => 55, 'n' => 55, 'r' => 50, 'c' => 35, 'd' => 35, 'l' => 35, 'm' => 30, 'p' => 30,
        'u' => 25, 'f' => 20, 'g' => 15, 'h' => 15, 'b' => 15, 'v' => 12, 'k' => 12, 'y' => 12, 'w' => 8, '-' => 25, '.' => 20, ':' => 40, '/' => 20,
        >= '0' and <= '9' => 20, 'x' => 3, 'j' => 3, 'z' => 3, 'q' => 2, ',' => 30, _ => 5,
    };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Hash(uint gram) => (gram * 0x9E37_79B1u) >> (32 - FilterBits);

    private static void Or(Span<ulong> candidates, ulong[] row)
    {
        for (var i = 0; i < row.Length; i++) candidates[i] |= row[i];
    }

    private sealed record Needle(byte[] Run, int Offset, ulong[] Row);
}
