using System.Collections.Immutable;
using Waterguard.Events.Shapes;
using Waterguard.Sigma.Conditions;

namespace Waterguard.Detection.Matching;

/// <summary>Rewrites the values that public rules use into those that the log really holds, beside what the rule says.</summary>
internal static class Dialects
{
    public static Condition Translate(Condition condition, EventShape shape) => shape.ValueDialects.IsDefaultOrEmpty ? condition : Walk(condition, shape);

    private static Condition Walk(Condition condition, EventShape shape) => condition switch
    {
        AllOf all => new AllOf([.. all.Parts.Select(p => Walk(p, shape))]),
        AnyOf any => new AnyOf([.. any.Parts.Select(p => Walk(p, shape))]),
        AtLeast atLeast => new AtLeast(atLeast.Count, [.. atLeast.Parts.Select(p => Walk(p, shape))]),
        Not not => new Not(Walk(not.Part, shape)),
        FieldTest { Test: TextTest text } field => Field(field, text, shape),
        _ => condition,
    };

    private static Condition Field(FieldTest field, TextTest text, EventShape shape)
    {
        var meant = shape.ValueDialects
            .Where(d => d.Field == field.Field && text.AnyOf.Any(p => p.Kind == TextKind.Exact && p.Literal.Equals(d.Value, StringComparison.OrdinalIgnoreCase)))
            .Select(d => (Condition)new FieldTest(d.MeansField, new TextTest([TextPattern.Of(TextKind.Exact, d.MeansValue)], text.Cased)))
            .ToImmutableArray();
        return meant.Length == 0 ? field : new AnyOf([field, .. meant]);
    }
}
