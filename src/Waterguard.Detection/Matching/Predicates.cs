using System.Collections.Immutable;
using Waterguard.Events.Fields;
using Waterguard.Events.Shapes;

namespace Waterguard.Detection.Matching;

/// <summary>One slot of a field with the test that its values must pass; for a constant the answer is known.</summary>
internal sealed record SlotTest(SlotBinding Binding, ValueTest? Test, bool Answer, IReadOnlyList<Atom> Atoms);

/// <summary>Some value of the field passes. The first tier that has any value speaks for the field.</summary>
internal sealed class PredicateNode(int id, SlotTest[][] tiers) : Node
{
    private const int DearEffort = 8;

    public override int Effort { get; } = tiers.Sum(tier => tier.Sum(slot => slot.Test?.Effort ?? 0));

    private readonly int[] _read = [.. tiers.SelectMany(t => t).Select(s => s.Binding.Slot).Where(s => s >= 0)];

    public override Truth Judge(MatchContext context)
    {
        if (context.InBodies is { } bodies && bodies.IsInBody(_read)) return Truth.Unknown;

        // Inside a quantifier, and where a shadow value is about, the answer is not the event's but this place's.
        if (context.Element >= 0 || context.Fields.HasDuplicateKeys) return Ask(context) ? Truth.True : Truth.False;
        if (!context.TryRecall(id, out var answer)) answer = context.Remember(id, Ask(context));
        return answer ? Truth.True : Truth.False;
    }

    public override IEnumerable<Clause> NecessaryClauses() =>
        tiers.Any(tier => tier.Any(slot => slot.Binding.Slot < 0 && slot.Answer)) ? [] : [new Clause([.. tiers.SelectMany(t => t).SelectMany(s => s.Atoms)])];

    public override IEnumerable<int> Slots() => _read;

    // A value that passes settles it, unless an earlier tier speaks for the field.
    public override IEnumerable<Decider> Deciders(bool holds)
    {
        if (!holds) yield break;
        var unless = ImmutableArray<int>.Empty;
        foreach (var tier in tiers)
        {
            foreach (var slot in tier)
            {
                if (slot.Test is not null && slot.Binding.Slot >= 0 && slot.Binding.Indexes.IsDefaultOrEmpty)
                {
                    yield return new Decider(new Atom(AtomKind.Tested, slot.Binding.Slot, "", slot.Test), unless);
                }
            }

            if (Array.Exists(tier, s => s.Binding.Slot < 0)) yield break;
            unless = unless.AddRange(tier.Select(s => s.Binding.Slot));
        }
    }

    private bool Ask(MatchContext context)
    {
        var fields = context.Fields;
        foreach (var tier in tiers)
        {
            var present = false;
            var holds = false;
            foreach (var slot in tier)
            {
                if (slot.Binding.Slot < 0)
                {
                    present = true;
                    holds |= slot.Answer;
                    continue;
                }

                for (var value = fields.First(slot.Binding.Slot); value >= 0; value = fields.Next(value))
                {
                    if (!Belongs(slot.Binding, context, value)) continue;
                    if (context.Negated && fields.IsDuplicate(value)) return false;
                    present = true;
                    holds = holds || Test(slot.Test!, context, value);
                    if (holds && !(context.Negated && fields.HasDuplicateKeys)) return true;
                }
            }

            if (present) return holds;
        }

        return false;
    }

    // A dear test is asked once for each value that comes again; the predicate's number stands for it, for all its slots alike.
    private bool Test(ValueTest test, MatchContext context, int value)
    {
        var fields = context.Fields;
        if (test.Effort < DearEffort || fields[value].Kind != ValueKind.String) return test.Holds(fields, value);
        var text = fields.Utf8(value);
        if (text.Length > AnswerCache.MaxLength) return test.Holds(fields, value);
        return context.Cache.TryFind(id, text, out var answer, out var place) ? answer : context.Cache.Put(place, id, fields.Utf8(value), test.Holds(fields, value));
    }

    internal static bool Belongs(SlotBinding binding, MatchContext context, int value) =>
        (context.Element < 0 || ElementScope.Contains(context.Fields, context.Element, context.Fields[value].Element))
        && (binding.Indexes.IsDefaultOrEmpty || binding.Includes(context.Fields, value));
}

/// <summary>The field is there, whatever its value; or, for <c>null</c>, it is missing or null.</summary>
internal sealed class PresenceNode(FieldBinding field, bool wantNull) : Node
{
    private readonly SlotBinding[] _slots = [.. field.Slots];

    private readonly int[] _read = [.. field.Slots.Select(s => s.Slot).Where(s => s >= 0)];

    public override Truth Judge(MatchContext context)
    {
        if (context.InBodies is { } bodies && bodies.IsInBody(_read)) return Truth.Unknown;
        var fields = context.Fields;
        var present = false;
        foreach (var slot in _slots)
        {
            if (slot.Slot < 0)
            {
                present = true;
                continue;
            }

            for (var value = fields.First(slot.Slot); value >= 0; value = fields.Next(value))
            {
                if (!PredicateNode.Belongs(slot, context, value)) continue;
                if (wantNull && fields[value].Kind == ValueKind.Null && !(context.Negated && fields.IsDuplicate(value))) return Truth.True;
                present = true;
            }
        }

        return present != wantNull ? Truth.True : Truth.False;
    }

    public override IEnumerable<Clause> NecessaryClauses() => wantNull ? [] : IsThere();

    // "Not null" needs a value.
    public override IEnumerable<Clause> NecessaryClausesOfNot() => wantNull ? IsThere() : [];

    public override IEnumerable<int> Slots() => _read;

    public override IEnumerable<Decider> Deciders(bool holds)
    {
        if (wantNull) return !holds && _slots is [{ Slot: >= 0 } only] && only.Indexes.IsDefaultOrEmpty ? [new Decider(new Atom(AtomKind.OnlyValue, only.Slot, ""), [])] : [];
        return holds ? _slots.Where(s => s.Slot >= 0 && s.Indexes.IsDefaultOrEmpty).Select(s => new Decider(Atom.Present(s), [])) : [];
    }

    private IEnumerable<Clause> IsThere() => Array.Exists(_slots, s => s.Slot < 0) ? [] : [new Clause([.. _slots.Select(Atom.Present)])];
}
