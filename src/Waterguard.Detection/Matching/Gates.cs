namespace Waterguard.Detection.Matching;

/// <summary>The few slots that are asked first (what was done, with what kind of thing): they leave so few rules open that most of the others need not be asked at all.</summary>
/// <remarks>Immutable once made.</remarks>
internal sealed class Gates
{
    private const int Most = 3;
    private const int MostWithCompanions = 24;

    /// <param name="filed">The clauses with their bits.</param>
    /// <param name="met">A row with the bits that are met by nothing.</param>
    public Gates(IReadOnlyCollection<(Clause Clause, int Bit)> filed, ulong[] met, int slots, int rules)
    {
        var least = Math.Max(4, rules / 16);
        var gates = filed.Where(f => IsExact(f.Clause))
            .SelectMany(f => f.Clause.Atoms.Select(a => a.Slot).Distinct())
            .CountBy(s => s).Where(c => c.Value >= least).OrderByDescending(c => c.Value).ThenBy(c => c.Key).Take(Most).Select(c => c.Key).ToHashSet();
        // A clause is decided at the gates only if all that could meet it is asked there.
        foreach (var (clause, _) in filed.Where(f => IsExact(f.Clause) && f.Clause.Atoms.Any(a => gates.Contains(a.Slot))))
        {
            if (gates.Count < MostWithCompanions) gates.UnionWith(clause.Atoms.Select(a => a.Slot));
        }

        Slots = [.. gates.Order()];
        IsGate = new bool[slots];
        foreach (var gate in Slots) IsGate[gate] = true;
        Beyond = [.. met];
        foreach (var (clause, bit) in filed)
        {
            if (clause.Atoms.Any(a => !gates.Contains(a.Slot))) SlotRows.Set(Beyond, bit);
        }
    }

    /// <summary>The slots.</summary>
    public int[] Slots { get; }

    /// <summary>By slot: whether it is one.</summary>
    public bool[] IsGate { get; }

    /// <summary>A row with the bits that the gates cannot decide.</summary>
    public ulong[] Beyond { get; }

    private static bool IsExact(Clause clause) => clause.Atoms.All(a => a.Kind is AtomKind.Exact or AtomKind.Number && a.Slot >= 0);
}
