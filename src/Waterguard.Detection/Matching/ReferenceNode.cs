using Waterguard.Events.Fields;
using Waterguard.Events.Shapes;

namespace Waterguard.Detection.Matching;

/// <summary>A value of one field relates to a value of another.</summary>
internal sealed class ReferenceNode(FieldBinding leftField, FieldBinding rightField, Sigma.Conditions.TextKind kind, bool cased) : Node
{
    private readonly SlotBinding[][] _left = [.. leftField.Tiers.Select(t => t.ToArray())];
    private readonly SlotBinding[][] _right = [.. rightField.Tiers.Select(t => t.ToArray())];
    public override int Effort => 50;

    private readonly StringComparison _comparison = cased ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase;

    private readonly int[] _read = [.. leftField.Slots.Concat(rightField.Slots).Select(s => s.Slot).Where(s => s >= 0)];

    public override Truth Judge(MatchContext context)
    {
        if (context.InBodies is { } bodies && bodies.IsInBody(_read)) return Truth.Unknown;
        var leftTier = Tier(_left, context);
        var rightTier = Tier(_right, context);
        if (leftTier is null || rightTier is null) return Truth.False;
        foreach (var leftSlot in leftTier)
        {
            for (var i = First(leftSlot, context); i >= 0; i = Next(leftSlot, i, context))
            {
                if (AnyRelates(Text(leftSlot, i, context), rightTier, context)) return Truth.True;
            }

            if (leftSlot.Constant is { } constant && AnyRelates(constant, rightTier, context)) return Truth.True;
        }

        return Truth.False;
    }

    public override IEnumerable<int> Slots() => _read;

    public override IEnumerable<Clause> NecessaryClauses() =>
        leftField.Slots.Any(s => s.Slot < 0) ? [] : [new Clause([.. leftField.Slots.Select(Atom.Present)])];

    private bool AnyRelates(ReadOnlySpan<char> leftText, SlotBinding[] rightTier, MatchContext context)
    {
        foreach (var slot in rightTier)
        {
            for (var i = First(slot, context); i >= 0; i = Next(slot, i, context))
            {
                if (Relates(leftText, Text(slot, i, context))) return true;
            }

            if (slot.Constant is { } constant && Relates(leftText, constant)) return true;
        }

        return false;
    }

    private bool Relates(ReadOnlySpan<char> leftText, ReadOnlySpan<char> rightText) => kind switch
    {
        Sigma.Conditions.TextKind.StartsWith => leftText.StartsWith(rightText, _comparison),
        Sigma.Conditions.TextKind.EndsWith => leftText.EndsWith(rightText, _comparison),
        Sigma.Conditions.TextKind.Contains => leftText.Contains(rightText, _comparison),
        _ => leftText.Equals(rightText, _comparison),
    };

    // The first tier with a value speaks for the field; none where a shadow value is about under a negation.
    private static SlotBinding[]? Tier(SlotBinding[][] tiers, MatchContext context)
    {
        foreach (var tier in tiers)
        {
            foreach (var slot in tier)
            {
                if (slot.Constant is not null) return tier;
                var first = First(slot, context);
                if (first < 0) continue;
                return context.Negated && context.Fields.HasDuplicateKeys && Array.Exists(tier, s => HasDuplicate(s, context)) ? null : tier;
            }
        }

        return null;
    }

    private static bool HasDuplicate(SlotBinding slot, MatchContext context)
    {
        for (var i = First(slot, context); i >= 0; i = Next(slot, i, context))
        {
            if (context.Fields.IsDuplicate(i)) return true;
        }

        return false;
    }

    private static int First(SlotBinding slot, MatchContext context) => slot.Slot < 0 ? -1 : Usable(slot, context.Fields.First(slot.Slot), context);

    private static int Next(SlotBinding slot, int value, MatchContext context) => Usable(slot, context.Fields.Next(value), context);

    private static int Usable(SlotBinding slot, int value, MatchContext context)
    {
        var fields = context.Fields;
        while (value >= 0 && (fields[value].Kind is ValueKind.Null or ValueKind.Object or ValueKind.EmptyArray || !PredicateNode.Belongs(slot, context, value))) value = fields.Next(value);
        return value;
    }

    private static ReadOnlySpan<char> Text(SlotBinding slot, int value, MatchContext context)
    {
        var text = context.Fields.Chars(value);
        return slot.Values is null ? text : slot.Values.GetValueOrDefault(text.ToString()) ?? text;
    }
}
