using System.Buffers.Text;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace Waterguard.Detection.Matching;

/// <summary>Finds, in one pass over a record's bytes, which keywords are in its string values, and so which rules they can make match.</summary>
/// <remarks>A keyword is filed under four bytes of its longest run of plain characters, which JSON writers leave as they are; most of a record
/// is passed over 64 bytes at a time. Where a record writes a plain character as an escape, nothing
/// is known and every rule is named. Written once, then sealed and shared.</remarks>
internal sealed class KeywordIndex(int words)
{
    private const int Gram = 4;
    private const uint Fold = 0x2020_2020;
    private const int FilterBits = 16;

    private readonly SortedDictionary<string, Needle> _byRun = new(StringComparer.Ordinal);
    private readonly Dictionary<uint, List<Needle>> _needles = [];
    private readonly ulong[] _filter = new ulong[1 << (FilterBits - 6)];
    private (uint Gram, Needle[]? Needles)[] _table = new (uint, Needle[]?)[1];
    private readonly GramBuckets _buckets = new();
    private readonly ulong[] _always = new ulong[words];
    private readonly ulong[] _all = new ulong[words];

    /// <summary>How many runs there are: the numbers that <see cref="Number"/> gives out are below.</summary>
    public int Count => _byRun.Count;

    /// <summary>How selective a keyword is for the index: the length of the run that it is filed under; 0 when it cannot be.</summary>
    public static int RunLength(string keyword) => PlainRun.Of(keyword) is { Length: >= Gram - 1 } run ? run.Length : 0;

    /// <summary>The number by which <see cref="MatchContext"/> tells whether the keyword was met, or -1 when it has more than its run.</summary>
    public int Number(string keyword) => PlainRun.Of(keyword) is { Length: >= Gram - 1 } run && run == keyword ? Find(run).Number : -1;

    /// <summary>Files a rule under a keyword that it cannot match without.</summary>
    public void Add(string keyword, int rule)
    {
        var run = PlainRun.Of(keyword);
        Set(_all, rule);
        Set(run.Length < Gram - 1 ? _always : Find(run).Row, rule);
    }

    /// <summary>Files every run under its rarest four bytes.</summary>
    public void Seal()
    {
        foreach (var needle in _byRun.Values)
        {
            var run = needle.Run;
            if (run.Length >= Gram)
            {
                needle.Offset = PlainRun.RarestGram(run, Gram, GramBuckets.Bytes);
                File(BitConverter.ToUInt32(run, needle.Offset) | Fold, needle);
                continue;
            }

            // Three characters are filed once for each that may follow.
            for (uint next = 0; next < 256; next++)
            {
                if ((next & 0x20) != 0) File(run[0] | ((uint)run[1] << 8) | ((uint)run[2] << 16) | (next << 24) | Fold, needle);
            }
        }

        Tabulate();
        _buckets.Seal([.. _byRun.Values.Select(n => n.Run[n.Offset..Math.Min(n.Run.Length, n.Offset + GramBuckets.Bytes)])]);
    }

    /// <summary>Sets the bits of the rules that may hold.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Collect(MatchContext context, Span<ulong> candidates)
    {
        var record = context.Fields.Record;
        Or(candidates, _always);
        if (EscapesPlainText(record) || context.Reader.Index.Length != record.Length)
        {
            Or(candidates, _all);
            return;
        }

        context.KeywordsKnown = true;
        if (_needles.Count == 0) return;

        ref var bytes = ref MemoryMarshal.GetReference(record);
        ref var filter = ref MemoryMarshal.GetArrayDataReference(_filter);
        var at = 0;
        if (GramBuckets.IsSupported)
        {
            var tables = _buckets.Load();
            for (; at + 64 + GramBuckets.Bytes <= record.Length; at += 64)
            {
                for (var starts = tables.Starts(ref Unsafe.Add(ref bytes, at)); starts != 0; starts &= starts - 1)
                {
                    Look(context, ref bytes, at + BitOperations.TrailingZeroCount(starts), ref filter, candidates);
                }
            }
        }

        for (; at + Gram <= record.Length; at++) Look(context, ref bytes, at, ref filter, candidates);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Look(MatchContext context, ref byte bytes, int at, ref ulong filter, Span<ulong> candidates)
    {
        var gram = Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref bytes, at)) | Fold;
        var hash = Hash(gram);
        if ((Unsafe.Add(ref filter, hash >> 6) >> (int)(hash & 63) & 1) != 0) Verify(context, at, gram, candidates);
    }

    // A dictionary answers the same, three times slower: this is asked for some positions of every record.
    private void Tabulate()
    {
        var size = 16;
        while (size < _needles.Count * 4) size *= 2;
        _table = new (uint, Needle[]?)[size];
        foreach (var (gram, needles) in _needles)
        {
            var slot = Hash(gram) & (uint)(size - 1);
            while (_table[slot].Needles is not null) slot = (slot + 1) & (uint)(size - 1);
            _table[slot] = (gram, [.. needles]);
        }
    }

    private Needle Find(string run) => _byRun.TryGetValue(run, out var known) ? known : _byRun[run] = new Needle(_byRun.Count, Encoding.ASCII.GetBytes(run), new ulong[words]);

    private void File(uint gram, Needle needle)
    {
        var hash = Hash(gram);
        _filter[hash >> 6] |= 1UL << (int)(hash & 63);
        ref var needles = ref CollectionsMarshal.GetValueRefOrAddDefault(_needles, gram, out _);
        (needles ??= []).Add(needle);
    }

    private void Verify(MatchContext context, int at, uint gram, Span<ulong> candidates)
    {
        var slot = Hash(gram) & (uint)(_table.Length - 1);
        while (_table[slot].Needles is not null && _table[slot].Gram != gram) slot = (slot + 1) & (uint)(_table.Length - 1);
        if (_table[slot].Needles is not { } needles) return;
        var record = context.Fields.Record;
        foreach (var needle in needles)
        {
            var start = at - needle.Offset;
            if (start < 0 || start + needle.Run.Length > record.Length || context.KeywordMet(needle.Number)) continue;
            if (!Ascii.EqualsIgnoreCase(record.Slice(start, needle.Run.Length), needle.Run) || !context.Reader.Index.IsInValue(record, start, needle.Run.Length)) continue;
            context.MeetKeyword(needle.Number);
            Or(candidates, needle.Row);
        }
    }

    // \u0061 for "a" and the like: no writer does that but one who hides.
    private static bool EscapesPlainText(ReadOnlySpan<byte> record)
    {
        if (record.IndexOf("\\/"u8) >= 0) return true;
        for (var at = record.IndexOf("\\u00"u8); at >= 0 && at + 6 <= record.Length;)
        {
            if (Utf8Parser.TryParse(record.Slice(at + 4, 2), out byte code, out var used, 'X') && used == 2 && PlainRun.IsPlain((char)code)) return true;
            var next = record[(at + 4)..].IndexOf("\\u00"u8);
            at = next < 0 ? -1 : at + 4 + next;
        }

        return false;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Hash(uint gram) => (gram * 0x9E37_79B1u) >> (32 - FilterBits);

    private static void Or(Span<ulong> candidates, ulong[] row)
    {
        for (var i = 0; i < row.Length; i++) candidates[i] |= row[i];
    }

    private static void Set(ulong[] row, int rule) => row[rule >> 6] |= 1UL << (rule & 63);

    private sealed class Needle(int number, byte[] run, ulong[] row)
    {
        public int Number => number;

        public byte[] Run => run;

        public ulong[] Row => row;

        public int Offset { get; set; }
    }
}
