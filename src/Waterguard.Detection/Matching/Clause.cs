using System.Collections.Immutable;
using Waterguard.Events.Shapes;

namespace Waterguard.Detection.Matching;

/// <summary>What a value of a slot must show for an atom to hold, as far as the index can tell.</summary>
internal enum AtomKind
{
    /// <summary>Any value.</summary>
    Present,

    /// <summary>Any value at one place of an array.</summary>
    PresentAt,

    /// <summary>One value and no other, and not null.</summary>
    OnlyValue,

    /// <summary>This text, without regard to case.</summary>
    Exact,

    /// <summary>A number equal to this one, however written.</summary>
    Number,

    /// <summary>A text that starts with this one.</summary>
    Prefix,

    /// <summary>A text that ends with this one.</summary>
    Suffix,

    /// <summary>A value that passes a test, which is asked once for each value that comes again.</summary>
    Tested,

    /// <summary>A string somewhere in the record contains this text (slot -1).</summary>
    Keyword,
}

/// <summary>The smallest thing that the candidate index knows.</summary>
internal readonly record struct Atom(AtomKind Kind, int Slot, string Text, ValueTest? Test = null, SlotBinding? Place = null)
{
    public static Atom Present(SlotBinding slot) =>
        slot.Indexes.IsDefaultOrEmpty ? new(AtomKind.Present, slot.Slot, "") : new(AtomKind.PresentAt, slot.Slot, "", Place: slot);
}

/// <summary>One atom that alone settles what a node says, in a record without repeated keys.</summary>
/// <param name="Unless">Slots that speak first: with a value there, nothing is settled.</param>
internal sealed record Decider(Atom Atom, ImmutableArray<int> Unless);

/// <summary>A rule cannot match unless at least one of these atoms holds.</summary>
internal sealed record Clause(ImmutableArray<Atom> Atoms)
{
    /// <summary>Cannot be met at all.</summary>
    public static Clause Never { get; } = new([]);

    /// <summary>For alternatives: the union of one clause of each, if each has one.</summary>
    public static IEnumerable<Clause> OneOfEach(IEnumerable<IEnumerable<Clause>> parts)
    {
        var atoms = ImmutableArray.CreateBuilder<Atom>();
        foreach (var part in parts)
        {
            var best = part.MinBy(c => c.Cost(_ => 1));
            if (best is null) return [];
            atoms.AddRange(best.Atoms);
        }

        return [new Clause([.. atoms.Distinct()])];
    }

    /// <summary>How often the clause is expected to be met: less is better. Only the order matters.</summary>
    /// <param name="popularity">How many rules use an atom: what many rules ask for is common in the log.</param>
    public double Cost(Func<Atom, int> popularity) => Atoms.Sum(atom => atom.Kind switch
    {
        AtomKind.Exact or AtomKind.Number => 1.0 * popularity(atom),
        AtomKind.Prefix or AtomKind.Suffix => 4.0 + (2.0 * popularity(atom)),
        AtomKind.Keyword => KeywordIndex.RunLength(atom.Text) is var run and > 0 ? 4.0 + (8.0 / run) : 500.0,
        AtomKind.Tested => 6.0,
        _ => 20.0,
    });
}
