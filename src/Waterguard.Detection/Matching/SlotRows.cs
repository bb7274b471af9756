using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Text;
using Waterguard.Events.Fields;
using Waterguard.Events.Shapes;

namespace Waterguard.Detection.Matching;

/// <summary>What the values of one slot say about the rules: a row of bits for each text, end of text and test that some rule asks for.</summary>
/// <param name="clauseWords">Length of a row's clauses in 64-bit words: bits that are met.</param>
/// <param name="ruleWords">How many words hold a bit for each rule.</param>
/// <param name="words">Length of a whole row: behind the clauses there may be the rules that cannot match any more.</param>
internal sealed class SlotRows(int clauseWords, int ruleWords, int words)
{
    private readonly Dictionary<string, ulong[]> _byText = new(StringComparer.OrdinalIgnoreCase);
    private readonly FoldedTable<ulong[]> _exact = new();
    private readonly GramRows _prefixes = new();
    private readonly GramRows _suffixes = new();
    private readonly Dictionary<string, (ValueTest Test, ulong[] Row)> _byTest = new(StringComparer.Ordinal);
    private readonly Dictionary<ValueTest, ulong[]> _settling = new(ReferenceEqualityComparer.Instance);
    private readonly ulong[] _anyTested = new ulong[words];
    private readonly ulong[] _concerned = new ulong[ruleWords];
    private (ValueTest Test, ulong[] Row)[] _tested = [];
    private (SlotBinding Place, ulong[] Row)[] _places = [];
    private ulong[]? _present;
    private ulong[]? _numbers;
    private ulong[]? _only;

    public static void Set(ulong[] row, int bit) => row[bit >> 6] |= 1UL << (bit & 63);

    /// <summary>Whether one of these rules asks anything of the slot.</summary>
    public bool Concerns(ReadOnlySpan<ulong> rules)
    {
        for (var word = 0; word < rules.Length; word++)
        {
            if ((_concerned[word] & rules[word]) != 0) return true;
        }

        return false;
    }

    public void Add(Atom atom, int bit)
    {
        Set(_concerned, bit % (ruleWords * 64));
        switch (atom.Kind)
        {
            case AtomKind.Exact: Set(Row(atom.Text), bit); break;
            case AtomKind.Number:
                Set(_numbers ??= NewRow(), bit);
                if (Numbers.TryParse(Encoding.UTF8.GetBytes(atom.Text), out var number) && decimal.Truncate(number) == number)
                {
                    Set(Row(number.ToString("0", CultureInfo.InvariantCulture)), bit); // `1e3` in the rule, 1000 in the event
                }

                break;
            case AtomKind.Prefix when Ascii.IsValid(atom.Text): Set(_prefixes.Row(GramRows.First(Encoding.ASCII.GetBytes(atom.Text)), words), bit); break;
            case AtomKind.Suffix when Ascii.IsValid(atom.Text): Set(_suffixes.Row(GramRows.Last(Encoding.ASCII.GetBytes(atom.Text)), words), bit); break;
            case AtomKind.Tested:
                if (!_byTest.TryGetValue(atom.Text, out var tested)) tested = _byTest[atom.Text] = (atom.Test!, NewRow());
                Set(tested.Row, bit);
                break;
            case AtomKind.PresentAt:
                var place = NewRow();
                Set(place, bit);
                _places = [.. _places, (atom.Place!, place)];
                break;
            default: Set(_present ??= NewRow(), bit); break;
        }
    }

    /// <summary>Files a rule that cannot match when the atom holds.</summary>
    public void Exclude(Atom atom, int rule)
    {
        Set(_concerned, rule);
        var bit = (clauseWords * 64) + rule;
        switch (atom.Kind)
        {
            case AtomKind.Tested:
                if (!_settling.TryGetValue(atom.Test!, out var row)) row = _settling[atom.Test!] = NewRow();
                Set(row, bit);
                break;
            case AtomKind.OnlyValue: Set(_only ??= NewRow(), bit); break;
            case AtomKind.Present: Set(_present ??= NewRow(), bit); break;
        }
    }

    public void Seal()
    {
        foreach (var (text, row) in _byText) _exact.Add(Encoding.UTF8.GetBytes(text), row);
        _exact.Seal();
        _prefixes.Seal();
        _suffixes.Seal();
        foreach (var (_, row) in _byTest.Values) Or(_anyTested, row);
        _tested = [.. _byTest.Values, .. _settling.Select(s => (s.Key, s.Value))];
    }

    /// <summary>Adds what the slot's values say.</summary>
    public void Collect(MatchContext context, int slot, Span<ulong> into)
    {
        var fields = context.Fields;
        var first = fields.First(slot);
        for (var value = first; value >= 0; value = fields.Next(value))
        {
            Collect(context, slot, value, into);
            foreach (var (place, row) in _places)
            {
                if (place.Includes(fields, value)) Or(into, row);
            }
        }

        if (_only is not null && fields.Next(first) < 0 && fields[first].Kind != ValueKind.Null) Or(into, _only);
    }

    private void Collect(MatchContext context, int slot, int value, Span<ulong> into)
    {
        var fields = context.Fields;
        var kind = fields[value].Kind;
        if (kind is ValueKind.String or ValueKind.Number && fields.LengthOf(value) <= RowCache.MaxLength && context.Rows.Pays(slot))
        {
            if (!context.Rows.TryFind(slot, kind, fields.Utf8(value), out var row)) Fill(fields, value, row, ask: true);
            Or(into, row);
            return;
        }

        Fill(fields, value, into, ask: false);
    }

    // Unasked, every test of the slot may hold, and nothing is settled.
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

    private ulong[] Row(string text) => _byText.TryGetValue(text, out var row) ? row : _byText[text] = NewRow();

    private ulong[] NewRow() => new ulong[words];

    private static void Or(Span<ulong> into, ReadOnlySpan<ulong> row)
    {
        ref var to = ref MemoryMarshal.GetReference(into);
        ref var from = ref MemoryMarshal.GetReference(row);
        var i = 0;
        if (Vector256.IsHardwareAccelerated)
        {
            for (; i + 4 <= row.Length; i += 4)
            {
                (Vector256.LoadUnsafe(ref to, (nuint)i) | Vector256.LoadUnsafe(ref from, (nuint)i)).StoreUnsafe(ref to, (nuint)i);
            }
        }

        for (; i < row.Length; i++) Unsafe.Add(ref to, i) |= Unsafe.Add(ref from, i);
    }
}
