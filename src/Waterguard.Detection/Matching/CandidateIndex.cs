using System.Collections.Immutable;

namespace Waterguard.Detection.Matching;

/// <summary>Finds the rules that an event can match at all: each rule is filed under a few clauses that it cannot match without, the rarest first, and is named
/// when all of them are met and nothing was met that it cannot match with.</summary>
/// <remarks>A row has the bits of all rules once for each clause (the first clauses of all rules, the second ones, …), and once for the rules that are out.
/// Over-approximates: a rule that it does not name cannot match (a test against judging every rule holds that), one that it names may not.
/// Rows are bit sets over the rules. Immutable; shared.</remarks>
internal sealed class CandidateIndex
{
    // Few rules can afford more clauses: a row is as many times longer.
    public const int ManyRules = 1024;
    private readonly ulong[] _met;
    private readonly ulong[] _metInBodies;
    private readonly ulong[] _readBodies;
    private readonly SlotRows?[] _slots;
    private readonly bool[] _inBody;
    private readonly bool[] _speaksFirst;
    private readonly int _clauses;
    private readonly int _ruleWords;
    private readonly bool _few;
    private readonly List<(Clause Clause, int Bit)> _filed = [];
    private readonly Gates _gates;
    private KeywordIndex? _keywords;

    /// <param name="inBody">By slot: whether it is read only when a rule may need it.</param>
    public CandidateIndex(IReadOnlyList<Node> rules, IReadOnlyList<KeywordNode> keywords, bool[] inBody)
    {
        _ruleWords = (rules.Count + 63) / 64;
        _few = rules.Count <= ManyRules;
        _clauses = _few ? 4 : 2;
        (_met, _metInBodies, _readBodies) = (new ulong[Words], new ulong[Words], new ulong[_ruleWords]);
        (_slots, _inBody, _speaksFirst) = (new SlotRows?[inBody.Length], inBody, new bool[inBody.Length]);
        var clauses = rules.Select(r => r.NecessaryClauses().ToImmutableArray()).ToArray();
        var popularity = clauses.SelectMany(c => c.SelectMany(x => x.Atoms).Distinct()).CountBy(a => a).ToDictionary(p => p.Key, p => p.Value);
        for (var rule = 0; rule < rules.Count; rule++)
        {
            if (rules[rule].Slots().Any(s => inBody[s])) SlotRows.Set(_readBodies, rule);
            if (clauses[rule].Any(c => c.Atoms.Length == 0)) continue; // can never match
            FileClauses(rule, Best(clauses[rule], a => popularity[a]));
            if (_few) FileDeciders(rule, rules[rule]);
        }

        foreach (var slot in _slots) slot?.Seal();
        _gates = new Gates(_filed, _met, inBody.Length, rules.Count);
        if (keywords.Count == 0) return;
        _keywords ??= new KeywordIndex(Words);
        foreach (var keyword in keywords) keyword.Register(_keywords);
        _keywords.Seal();
    }

    /// <summary>How many keywords a <see cref="MatchContext"/> must have room for.</summary>
    public int Keywords => _keywords?.Count ?? 0;

    /// <summary>How many words hold a bit for each rule.</summary>
    public int RuleWords => _ruleWords;

    /// <summary>Whether a value of one of these slots can only be known once the bodies are read.</summary>
    public bool IsInBody(ReadOnlySpan<int> slots)
    {
        foreach (var slot in slots)
        {
            if (_inBody[slot]) return true;
        }

        return false;
    }

    /// <summary>Length of a row in 64-bit words.</summary>
    public int Words => ((_ruleWords * _clauses) + (_few ? _ruleWords : 0) + 3) & ~3; // whole vectors

    /// <summary>Rules that are judged on every event because nothing in them is necessary.</summary>
    public int Unindexed { get; private set; }

    /// <summary>Starts a row with what was read of an event.</summary>
    public void Begin(MatchContext context, Span<ulong> row)
    {
        _met.CopyTo(row);
        var fields = context.Fields;
        foreach (var gate in _gates.Slots)
        {
            if (fields.First(gate) >= 0) _slots[gate]!.Collect(context, gate, row);
        }

        context.Settled = IsSettled(context);
        Span<ulong> open = context.OpenRules;
        Open(context, row, open);
        foreach (var slot in fields.Touched)
        {
            if (_slots[slot] is { } rows && !_gates.IsGate[slot] && rows.Concerns(open)) rows.Collect(context, slot, row);
        }

        _keywords?.Collect(context, row);
    }

    /// <summary>Which rules that read bodies may match, as far as it is known without the bodies.</summary>
    /// <param name="word">Which 64 rules.</param>
    public ulong BodyReaders(MatchContext context, ReadOnlySpan<ulong> row, int word)
    {
        var may = _readBodies[word];
        for (var clause = 0; clause < _clauses; clause++) may &= row[(clause * _ruleWords) + word] | _metInBodies[(clause * _ruleWords) + word];
        return may != 0 && context.Settled ? may & ~row[(_ruleWords * _clauses) + word] : may;
    }

    /// <summary>Adds what was read of the bodies.</summary>
    /// <param name="known">How many slots had values before.</param>
    public void AddBodies(MatchContext context, int known, Span<ulong> row)
    {
        context.Settled = IsSettled(context);
        var touched = context.Fields.Touched;
        for (var i = 0; i < touched.Length; i++)
        {
            if (i >= known || _inBody[touched[i]]) _slots[touched[i]]?.Collect(context, touched[i], row);
        }
    }

    /// <summary>The candidates of a finished row: a bit for each rule, at its start. Where bodies were left, none of the rules that read them is one.</summary>
    public Span<ulong> Candidates(MatchContext context, Span<ulong> row)
    {
        var settled = context.Settled ? row[(_ruleWords * _clauses)..] : [];
        for (var word = 0; word < _ruleWords; word++)
        {
            for (var clause = 1; clause < _clauses; clause++) row[word] &= row[(clause * _ruleWords) + word];
            if (!settled.IsEmpty) row[word] &= ~settled[word];
            if (context.Fields.HasLeftBodies) row[word] &= ~_readBodies[word];
        }

        return row[.._ruleWords];
    }

    // A shadow value never excuses; nor does a value where another name speaks first.
    private bool IsSettled(MatchContext context)
    {
        if (!_few || context.Fields.HasDuplicateKeys) return false;
        foreach (var slot in context.Fields.Touched)
        {
            if (_speaksFirst[slot]) return false;
        }

        return true;
    }

    // Of a rule that reads bodies, two clauses at most are about them: by the others it can be told that they need not be read.
    private Clause[] Best(ImmutableArray<Clause> clauses, Func<Atom, int> popularity)
    {
        var sorted = clauses.OrderBy(c => c.Cost(popularity)).ToArray();
        var inBodies = sorted.Where(IsInBody).Take(_clauses / 2).ToArray();
        var best = inBodies.Concat(sorted.Where(c => !IsInBody(c)).Take(_clauses - inBodies.Length)).ToList();
        best.AddRange(sorted.Except(best).Take(_clauses - best.Count));
        return [.. best.OrderBy(c => c.Cost(popularity))];
    }

    private bool IsInBody(Clause clause) => clause.Atoms.Any(a => a.Slot >= 0 && _inBody[a.Slot]);

    private void FileClauses(int rule, Clause[] best)
    {
        if (best.Length == 0) Unindexed++;
        for (var clause = 0; clause < _clauses; clause++)
        {
            var bit = (clause * _ruleWords * 64) + rule;
            // Keywords are looked for once, for the clauses that come first.
            if (clause >= best.Length || (clause > 0 && best[clause].Atoms.Any(a => a.Kind == AtomKind.Keyword)))
            {
                SlotRows.Set(_met, bit);
                continue;
            }

            if (IsInBody(best[clause])) SlotRows.Set(_metInBodies, bit);
            _filed.Add((best[clause], bit));
            foreach (var atom in best[clause].Atoms)
            {
                if (atom.Kind == AtomKind.Keyword) (_keywords ??= new KeywordIndex(Words)).Add(atom.Text, bit);
                else Slot(atom.Slot).Add(atom, bit);
            }
        }
    }

    private void FileDeciders(int rule, Node condition)
    {
        foreach (var decider in condition.Deciders(holds: false))
        {
            if (decider.Unless.Any(s => _inBody[s]) && !_inBody[decider.Atom.Slot]) continue; // not known when it is asked
            Slot(decider.Atom.Slot).Exclude(decider.Atom, rule);
            foreach (var first in decider.Unless) _speaksFirst[first] = true;
        }
    }

    // The rules that the gates leave open.
    private void Open(MatchContext context, ReadOnlySpan<ulong> row, Span<ulong> open)
    {
        var settled = context.Settled ? row[(_ruleWords * _clauses)..] : [];
        for (var word = 0; word < open.Length; word++)
        {
            var may = settled.IsEmpty ? ulong.MaxValue : ~settled[word];
            for (var clause = 0; clause < _clauses; clause++) may &= row[(clause * _ruleWords) + word] | _gates.Beyond[(clause * _ruleWords) + word];
            open[word] = may;
        }
    }

    private SlotRows Slot(int slot) => _slots[slot] ??= new SlotRows(_ruleWords * _clauses, _ruleWords, Words);
}
