using Waterguard.Sigma.Conditions;

namespace Waterguard.Sigma.Parsing;

/// <summary>Makes one test of those that ask the same in the same way, so that a list of values stays one question.</summary>
internal static class MergedTests
{
    public static List<Test> Of(IEnumerable<Test> tests)
    {
        var all = tests.ToList();
        if (all.Count <= 1)
            return all;
        var merged = all.Where(t => t is not (TextTest or RegexTest or CidrTest or UnresolvedPlaceholderTest)).ToList();
        // All come from one field, so that they have the same modifiers.
        if (all.OfType<TextTest>().FirstOrDefault() is { } text)
            merged.Add(text with { AnyOf = [.. all.OfType<TextTest>().SelectMany(t => t.AnyOf)] });
        if (all.OfType<RegexTest>().FirstOrDefault() is { } regex)
            merged.Add(regex with { AnyOf = [.. all.OfType<RegexTest>().SelectMany(t => t.AnyOf)] });
        if (all.OfType<CidrTest>().Any())
            merged.Add(new CidrTest([.. all.OfType<CidrTest>().SelectMany(t => t.AnyOf)]));
        if (all.OfType<UnresolvedPlaceholderTest>().Any())
            merged.Add(new UnresolvedPlaceholderTest([.. all.OfType<UnresolvedPlaceholderTest>().SelectMany(t => t.Names).Distinct(StringComparer.Ordinal)]));
        return merged;
    }
}
