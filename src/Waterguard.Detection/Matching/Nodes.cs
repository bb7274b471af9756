using System.Collections.Immutable;

namespace Waterguard.Detection.Matching;

/// <summary>A compiled condition. Immutable and shared between workers; what varies is in the <see cref="MatchContext"/>.</summary>
internal abstract class Node
{
    public abstract Truth Judge(MatchContext context);

    /// <summary>How dear it is to judge, roughly: the cheap parts of a condition are judged first.</summary>
    public virtual int Effort => 1;

    /// <summary>Sets of atoms of which at least one must hold for this node to hold (or to be unknown): an over-approximation.</summary>
    public virtual IEnumerable<Clause> NecessaryClauses() => [];

    /// <summary>The same for the node's negation.</summary>
    public virtual IEnumerable<Clause> NecessaryClausesOfNot() => [];

    /// <summary>Slots that the node reads.</summary>
    public virtual IEnumerable<int> Slots() => [];

    /// <summary>Atoms of which each alone makes this node hold, or makes it fail: an under-approximation.</summary>
    public virtual IEnumerable<Decider> Deciders(bool holds) => [];
}

internal sealed class ConstantNode(Truth truth) : Node
{
    public override Truth Judge(MatchContext context) => truth;

    public override IEnumerable<Clause> NecessaryClauses() => truth == Truth.False ? [Clause.Never] : [];
}

internal sealed class AllNode(Node[] written) : Node
{
    private const int CheapEffort = 10;

    // The index has seen to most of what must be there: what must not be decides.
    private readonly Node[] _parts = [.. written.OrderBy(p => p is NotNode && p.Effort <= CheapEffort ? 0 : 1).ThenBy(p => p.Effort)];

    public override int Effort => _parts.Sum(p => p.Effort);

    public override Truth Judge(MatchContext context)
    {
        var least = Truth.True;
        foreach (var part in _parts)
        {
            var truth = part.Judge(context);
            if (truth == Truth.False) return Truth.False;
            if (truth < least) least = truth;
        }

        return least;
    }

    public override IEnumerable<Clause> NecessaryClauses() => _parts.SelectMany(p => p.NecessaryClauses());

    public override IEnumerable<Clause> NecessaryClausesOfNot() => Clause.OneOfEach(_parts.Select(p => p.NecessaryClausesOfNot()));

    public override IEnumerable<int> Slots() => _parts.SelectMany(p => p.Slots());

    public override IEnumerable<Decider> Deciders(bool holds) => !holds || _parts.Length == 1 ? _parts.SelectMany(p => p.Deciders(holds)) : [];
}

internal sealed class AnyNode(Node[] written) : Node
{
    private readonly Node[] _parts = [.. written.OrderBy(p => p.Effort)];

    public override int Effort => _parts.Sum(p => p.Effort);

    public override Truth Judge(MatchContext context)
    {
        var greatest = Truth.False;
        foreach (var part in _parts)
        {
            var truth = part.Judge(context);
            if (truth == Truth.True) return Truth.True;
            if (truth > greatest) greatest = truth;
        }

        return greatest;
    }

    public override IEnumerable<Clause> NecessaryClauses() => Clause.OneOfEach(_parts.Select(p => p.NecessaryClauses()));

    public override IEnumerable<Clause> NecessaryClausesOfNot() => _parts.SelectMany(p => p.NecessaryClausesOfNot());

    public override IEnumerable<int> Slots() => _parts.SelectMany(p => p.Slots());

    public override IEnumerable<Decider> Deciders(bool holds) => holds || _parts.Length == 1 ? _parts.SelectMany(p => p.Deciders(holds)) : [];
}

internal sealed class AtLeastNode(int count, Node[] parts) : Node
{
    public override int Effort => parts.Sum(p => p.Effort);

    public override Truth Judge(MatchContext context)
    {
        var (certain, possible) = (0, 0);
        foreach (var part in parts)
        {
            var truth = part.Judge(context);
            if (truth == Truth.True && ++certain == count) return Truth.True;
            if (truth != Truth.False) possible++;
        }

        return certain >= count ? Truth.True : possible >= count ? Truth.Unknown : Truth.False;
    }

    public override IEnumerable<int> Slots() => parts.SelectMany(p => p.Slots());

    public override IEnumerable<Clause> NecessaryClauses() => count < 1 ? [] : Clause.OneOfEach(parts.Select(p => p.NecessaryClauses()));
}

internal sealed class NotNode(Node part) : Node
{
    public override int Effort => part.Effort;

    public override Truth Judge(MatchContext context)
    {
        context.Negated = !context.Negated;
        var truth = part.Judge(context);
        context.Negated = !context.Negated;
        return (Truth)((int)Truth.True - (int)truth);
    }

    public override IEnumerable<Clause> NecessaryClauses() => part.NecessaryClausesOfNot();

    public override IEnumerable<Clause> NecessaryClausesOfNot() => part.NecessaryClauses();

    public override IEnumerable<int> Slots() => part.Slots();

    public override IEnumerable<Decider> Deciders(bool holds) => part.Deciders(!holds);
}

/// <summary>Judges the elements of one or several arrays one by one.</summary>
internal sealed class ElementNode(ImmutableArray<int> arrays, Sigma.Conditions.Quantifier quantifier, Node body) : Node
{
    public override int Effort => 10 + (5 * body.Effort);

    private readonly int[] _read = [.. body.Slots().Distinct()];

    public override Truth Judge(MatchContext context)
    {
        if (context.InBodies is { } bodies && bodies.IsInBody(_read)) return Truth.Unknown;
        var fields = context.Fields;
        var outer = context.Element;
        var none = quantifier == Sigma.Conditions.Quantifier.None;
        if (none) context.Negated = !context.Negated;
        var (some, every) = (Truth.False, Truth.True);
        var met = false;
        for (var element = 0; element < fields.ElementCount; element++)
        {
            if (!arrays.Contains(fields.ArrayOf(element)) || !ElementScope.Contains(fields, outer, element)) continue;
            met = true;
            context.Element = element;
            var truth = body.Judge(context);
            if (truth > some) some = truth;
            if (truth < every) every = truth;
        }

        context.Element = outer;
        if (none) context.Negated = !context.Negated;
        return quantifier switch
        {
            Sigma.Conditions.Quantifier.Any => some,
            Sigma.Conditions.Quantifier.All => met ? every : Truth.False,
            Sigma.Conditions.Quantifier.AllOrEmpty => every,
            _ => (Truth)((int)Truth.True - (int)some),
        };
    }

    public override IEnumerable<int> Slots() => _read;

    public override IEnumerable<Clause> NecessaryClauses() =>
        quantifier is Sigma.Conditions.Quantifier.Any or Sigma.Conditions.Quantifier.All ? body.NecessaryClauses() : [];
}

internal static class ElementScope
{
    /// <summary>Whether <paramref name="inner"/> is <paramref name="outer"/> or lies inside it; everything lies inside -1.</summary>
    public static bool Contains(Events.Fields.EventBuffer fields, int outer, int inner)
    {
        if (outer < 0) return true;
        while (inner > outer) inner = fields.ParentOf(inner);
        return inner == outer;
    }
}
