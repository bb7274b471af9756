namespace Waterguard.Sigma.Conditions;

/// <summary>Joins conditions without needless nesting.</summary>
internal static class Joined
{
    public static Condition All(IReadOnlyList<Condition> parts) =>
        parts.Count == 1 ? parts[0] : new AllOf([.. parts.SelectMany(p => p is AllOf all ? all.Parts : [p])]);

    public static Condition Any(IReadOnlyList<Condition> parts) =>
        parts.Count == 1 ? parts[0] : new AnyOf([.. parts.SelectMany(p => p is AnyOf any ? any.Parts : [p])]);
}
