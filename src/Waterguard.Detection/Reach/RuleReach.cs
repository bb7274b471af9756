using System.Collections.Immutable;
using Waterguard.Detection.Matching;
using Waterguard.Events.Shapes;
using Waterguard.Sigma;
using Waterguard.Sigma.Conditions;

namespace Waterguard.Detection.Reach;

/// <summary>Whether a rule can fire on the records of one form at all.</summary>
/// <param name="CanFire">False only when the source's vocabulary makes the condition impossible.</param>
/// <param name="Impossible">The clauses that cannot hold, and why, in words.</param>
/// <param name="Level">The level of detail without which it cannot fire; null when it needs none.</param>
/// <param name="Dialect">Names and values that work only by the source's mapping of another dialect, in words.</param>
public sealed record RuleReach(bool CanFire, ImmutableArray<string> Impossible, string? Level, ImmutableArray<string> Dialect)
{
    private const int MaxValues = 4;

    /// <summary>Judges a rule against what the form's records can hold.</summary>
    public static RuleReach Of(SigmaRule rule, EventShape shape)
    {
        var possible = new PossibleValues(shape);
        var condition = Dialects.Translate(rule.Condition, shape);
        if (!new Walk(t => CanHold(t, possible)).CanBeTrue(condition)) return new RuleReach(false, Reasons(condition, possible), null, []);
        var detailed = Leaves(condition, positive: true).Select(t => possible.LevelsOf(t.Field)).Where(l => l.Length > 0).ToArray();
        var needed = detailed.Length > 0 && !new Walk(t => CanHold(t, possible) && possible.LevelsOf(t.Field).IsEmpty).CanBeTrue(condition)
            ? string.Join(" or ", detailed.SelectMany(l => l).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)) : null;
        return new RuleReach(true, [], needed, ByDialect(rule, shape, possible));
    }

    private static bool CanHold(FieldTest test, PossibleValues possible) =>
        test.Test is NullTest or ExistsTest { Exists: false } || (possible.HasField(test.Field) && possible.CanPass(test.Field, test.Test));

    private static ImmutableArray<string> Reasons(Condition condition, PossibleValues possible) =>
        [.. Leaves(condition, positive: true).Where(t => !CanHold(t, possible)).Select(t => Reason(t, possible)).Distinct(StringComparer.Ordinal)];

    private static string Reason(FieldTest test, PossibleValues possible)
    {
        if (!possible.HasField(test.Field)) return $"there is no field '{test.Field}'";
        var values = possible.Values(test.Field) ?? [];
        var shown = string.Join(", ", values.Take(MaxValues)) + (values.Length > MaxValues ? ", …" : "");
        return values.IsEmpty ? $"'{test.Field}' has no value there" : $"'{test.Field}' is one of {shown}, never {Wanted(test.Test)}";
    }

    private static string Wanted(Test test) => SigmaText.Of(test) is var text && text.StartsWith("is ", StringComparison.Ordinal) ? text[3..] : text;

    // Only what the rule cannot fire without is worth a word.
    private static ImmutableArray<string> ByDialect(SigmaRule rule, EventShape shape, PossibleValues possible)
    {
        var words = ImmutableArray.CreateBuilder<string>();
        if (!new Walk(t => CanHold(t, possible) && !shape.DialectFields.Contains(t.Field)).CanBeTrue(Dialects.Translate(rule.Condition, shape)))
        {
            words.AddRange(Leaves(rule.Condition, positive: true).Select(t => t.Field).Where(shape.DialectFields.Contains).Distinct(StringComparer.Ordinal)
                .Select(f => $"'{f}' is read as {string.Join(", ", shape.Map[f].Paths.Take(MaxValues))}{(shape.Map[f].Paths.Length > MaxValues ? ", …" : "")}"));
        }

        if (!new Walk(t => CanHold(t, possible)).CanBeTrue(rule.Condition))
        {
            words.AddRange(shape.ValueDialects.Where(d => Leaves(rule.Condition, positive: true).Any(t => t.Field == d.Field && t.Test is TextTest text
                    && text.AnyOf.Any(p => p.Literal.Equals(d.Value, StringComparison.OrdinalIgnoreCase))))
                .Select(d => $"'{d.Field}: {d.Value}' is read as '{d.MeansField}: {d.MeansValue}'"));
        }

        return words.ToImmutable();
    }

    internal static IEnumerable<FieldTest> Leaves(Condition condition, bool positive) => condition switch
    {
        AllOf all => all.Parts.SelectMany(p => Leaves(p, positive)),
        AnyOf any => any.Parts.SelectMany(p => Leaves(p, positive)),
        AtLeast some => some.Parts.SelectMany(p => Leaves(p, positive)),
        Not not => Leaves(not.Part, !positive),
        ElementTest { Quantifier: Quantifier.Any or Quantifier.All } element when positive => [new FieldTest(element.Array, new ExistsTest(true))],
        FieldTest field when positive => [field],
        _ => [],
    };

    /// <summary>What a condition can be, given what its clauses can: in doubt, both.</summary>
    internal sealed class Walk(Func<FieldTest, bool> canHold)
    {
        public bool CanBeTrue(Condition condition) => condition switch
        {
            AllOf all => all.Parts.All(CanBeTrue),
            AnyOf any => any.Parts.Any(CanBeTrue),
            AtLeast some => some.Parts.Count(CanBeTrue) >= some.Count,
            Not not => CanBeFalse(not.Part),
            FieldTest field => canHold(field),
            ElementTest { Quantifier: Quantifier.Any or Quantifier.All } element => canHold(new FieldTest(element.Array, new ExistsTest(true))),
            _ => true,
        };

        private bool CanBeFalse(Condition condition) => condition switch
        {
            AllOf all => all.Parts.Any(CanBeFalse),
            AnyOf any => any.Parts.All(CanBeFalse),
            AtLeast some => some.Parts.Count(p => !CanBeFalse(p)) < some.Count,
            Not not => CanBeTrue(not.Part),
            FieldTest { Test: NullTest or ExistsTest { Exists: false } } missing => canHold(new FieldTest(missing.Field, new ExistsTest(true))),
            _ => true,
        };
    }
}
