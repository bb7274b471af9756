using System.Collections.Immutable;
using System.Globalization;
using System.Numerics;
using System.Text;
using Waterguard.Events.Fields;

namespace Waterguard.Detection.Matching;

/// <summary>Finds the rules that an event can match at all: each rule is filed under a few clauses that it cannot match without, the rarest first, and is named
/// when all of them are met.</summary>
/// <remarks>A row has the bits of all rules once for each clause (the first clauses of all rules, the second ones, …). Over-approximates: a rule that it does not name cannot match (a test against judging every rule holds that), one that it names may not.
/// Rows are bit sets over the rules. Immutable; shared.</remarks>
internal sealed class CandidateIndex
{
    // Few rules can afford more clauses: a row is as many times longer.
    public const int ManyRules = 1024;
    private readonly ulong[] _met;
    private readonly SlotRows?[] _slots;
    private KeywordIndex? _keywords;
    private readonly int _clauses;
    private readonly int _ruleWords;

    public CandidateIndex(IReadOnlyList<Node> rules, IReadOnlyList<KeywordNode> keywords, int slotCount)
    {
        _ruleWords = (rules.Count + 63) / 64;
        _clauses = rules.Count > ManyRules ? 2 : 4;
        _met = new ulong[Words];
        _slots = new SlotRows?[slotCount];
        var clauses = rules.Select(r => r.NecessaryClauses().ToImmutableArray()).ToArray();
        var popularity = clauses.SelectMany(c => c.SelectMany(x => x.Atoms).Distinct()).CountBy(a => a).ToDictionary(p => p.Key, p => p.Value);
        for (var rule = 0; rule < rules.Count; rule++)
        {
            if (clauses[rule].Any(c => c.Atoms.Length == 0)) continue; // can never match
            var best = clauses[rule].OrderBy(c => c.Cost(a => popularity[a])).Take(_clauses).ToArray();
            if (best.Length == 0) Unindexed++;
            for (var clause = 0; clause < _clauses; clause++)
            {
                var bit = (clause * _ruleWords * 64) + rule;
                // Keywords are looked for once, for the clauses that come first.
                if (clause < best.Length && (clause == 0 || !best[clause].Atoms.Any(a => a.Kind == AtomKind.Keyword))) File(best[clause], bit);
                else Set(_met, bit);
            }
        }

        foreach (var slot in _slots) slot?.Seal();
        if (keywords.Count == 0) return;
        _keywords ??= new KeywordIndex(Words);
        foreach (var keyword in keywords) keyword.Register(_keywords);
        _keywords.Seal();
    }

    /// <summary>How many keywords a <see cref="MatchContext"/> must have room for.</summary>
    public int Keywords => _keywords?.Count ?? 0;

    /// <summary>Length of a row in 64-bit words.</summary>
    public int Words => _ruleWords * _clauses;

    /// <summary>Rules that are judged on every event because nothing in them is necessary.</summary>
    public int Unindexed { get; }

    /// <summary>Finds all candidates.</summary>
    /// <param name="row">Room for a row.</param>
    /// <returns>A bit for each rule, at the start of the row.</returns>
    public Span<ulong> Collect(MatchContext context, Span<ulong> row)
    {
        _met.CopyTo(row);
        var fields = context.Fields;
        foreach (var slot in fields.Touched)
        {
            if (_slots[slot] is not { } rows) continue;
            for (var value = fields.First(slot); value >= 0; value = fields.Next(value)) rows.Collect(context, slot, value, row);
        }

        _keywords?.Collect(context, row);
        for (var clause = 1; clause < _clauses; clause++)
        {
            for (var word = 0; word < _ruleWords; word++) row[word] &= row[(clause * _ruleWords) + word];
        }

        return row[.._ruleWords];
    }

    private void File(Clause clause, int bit)
    {
        foreach (var atom in clause.Atoms)
        {
            if (atom.Kind == AtomKind.Keyword) (_keywords ??= new KeywordIndex(Words)).Add(atom.Text, bit);
            else (_slots[atom.Slot] ??= new SlotRows(Words)).Add(atom, bit);
        }
    }

    private static void Set(ulong[] row, int rule) => row[rule >> 6] |= 1UL << (rule & 63);

    private static void Or(Span<ulong> candidates, ReadOnlySpan<ulong> row)
    {
        var i = 0;
        for (; i + Vector<ulong>.Count <= row.Length; i += Vector<ulong>.Count)
        {
            (new Vector<ulong>(candidates[i..]) | new Vector<ulong>(row[i..])).CopyTo(candidates[i..]);
        }

        for (; i < row.Length; i++) candidates[i] |= row[i];
    }

    private sealed class SlotRows(int words)
    {
        private readonly Dictionary<string, ulong[]> _byText = new(StringComparer.OrdinalIgnoreCase);
        private readonly FoldedTable<ulong[]> _exact = new();
        private readonly GramRows _prefixes = new();
        private readonly GramRows _suffixes = new();
        private readonly Dictionary<string, (ValueTest Test, ulong[] Row)> _byTest = new(StringComparer.Ordinal);
        private (ValueTest Test, ulong[] Row)[] _tested = [];
        private readonly ulong[] _anyTested = new ulong[words];
        private ulong[]? _present;
        private ulong[]? _numbers;

        public void Add(Atom atom, int rule)
        {
            switch (atom.Kind)
            {
                case AtomKind.Exact: Set(Row(atom.Text), rule); break;
                case AtomKind.Number:
                    Set(_numbers ??= new ulong[words], rule);
                    if (Numbers.TryParse(Encoding.UTF8.GetBytes(atom.Text), out var number) && decimal.Truncate(number) == number)
                    {
                        Set(Row(number.ToString("0", CultureInfo.InvariantCulture)), rule); // `1e3` in the rule, 1000 in the event
                    }

                    break;
                case AtomKind.Prefix when Ascii.IsValid(atom.Text): Set(_prefixes.Row(GramRows.First(Encoding.ASCII.GetBytes(atom.Text)), words), rule); break;
                case AtomKind.Suffix when Ascii.IsValid(atom.Text): Set(_suffixes.Row(GramRows.Last(Encoding.ASCII.GetBytes(atom.Text)), words), rule); break;
                case AtomKind.Tested:
                    if (!_byTest.TryGetValue(atom.Text, out var tested)) tested = _byTest[atom.Text] = (atom.Test!, new ulong[words]);
                    Set(tested.Row, rule);
                    break;
                default: Set(_present ??= new ulong[words], rule); break;
            }
        }

        public void Seal()
        {
            foreach (var (text, row) in _byText) _exact.Add(Encoding.UTF8.GetBytes(text), row);
            _exact.Seal();
            _prefixes.Seal();
            _suffixes.Seal();
            _tested = [.. _byTest.Values];
            foreach (var (_, row) in _tested) Or(_anyTested, row);
        }

        public void Collect(MatchContext context, int slot, int value, Span<ulong> candidates)
        {
            var fields = context.Fields;
            if (fields[value].Kind == ValueKind.String && fields.LengthOf(value) <= RowCache.MaxLength && context.Rows.Pays(slot))
            {
                if (!context.Rows.TryFind(slot, fields.Utf8(value), out var row)) Fill(fields, value, row, ask: true);
                Or(candidates, row);
                return;
            }

            Fill(fields, value, candidates, ask: false);
        }

        // Unasked, every test of the slot may hold.
        private void Fill(EventBuffer fields, int value, Span<ulong> into, bool ask)
        {
            if (_present is not null) Or(into, _present);
            var kind = fields[value].Kind;
            if (kind is ValueKind.Object or ValueKind.Null or ValueKind.EmptyArray) return;
            var text = fields.Utf8(value);
            if (_exact.Count > 0 && _exact.TryFind(text, out var row)) Or(into, row);
            if (_numbers is not null && kind == ValueKind.Number && !IsPlain(text)) Or(into, _numbers);
            if (_tested.Length > 0)
            {
                if (!ask) Or(into, _anyTested);
                foreach (var (test, rules) in ask ? _tested : [])
                {
                    if (test.Holds(fields, value)) Or(into, rules);
                }
            }

            if (text.Length < 4) return;
            if (_prefixes.Find(GramRows.First(text)) is { } prefixed) Or(into, prefixed);
            if (_suffixes.Find(GramRows.Last(text)) is { } suffixed) Or(into, suffixed);
        }

        // A number as nearly all are written: an exact row tells which it is.
        private static bool IsPlain(ReadOnlySpan<byte> number) =>
            number.IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0 && (number.Length == 1 || number[0] != (byte)'0');

        private ulong[] Row(string text) => _byText.TryGetValue(text, out var row) ? row : _byText[text] = new ulong[words];
    }
}

/// <summary>Rows by four folded bytes at one end of a text.</summary>
internal sealed class GramRows
{
    private readonly Dictionary<uint, ulong[]> _rows = [];
    private System.Collections.Frozen.FrozenDictionary<uint, ulong[]>? _sealed;

    public static uint First(ReadOnlySpan<byte> text) => BitConverter.ToUInt32(text) | 0x2020_2020u;

    public static uint Last(ReadOnlySpan<byte> text) => BitConverter.ToUInt32(text[^4..]) | 0x2020_2020u;

    public ulong[] Row(uint gram, int words) => _rows.TryGetValue(gram, out var row) ? row : _rows[gram] = new ulong[words];

    public void Seal() => _sealed = _rows.Count == 0 ? null : System.Collections.Frozen.FrozenDictionary.ToFrozenDictionary(_rows);

    public ulong[]? Find(uint gram) => _sealed is not null && _sealed.TryGetValue(gram, out var row) ? row : null;
}
