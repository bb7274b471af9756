using System.Collections.Immutable;

namespace Waterguard.Sigma.Conditions;

/// <summary>How a literal must sit in the value.</summary>
public enum TextKind
{
    /// <summary>It is the whole value.</summary>
    Exact,

    /// <summary>The value starts with it.</summary>
    StartsWith,

    /// <summary>The value ends with it.</summary>
    EndsWith,

    /// <summary>The value contains it.</summary>
    Contains,

    /// <summary>Wildcards inside: see <see cref="TextPattern.Parts"/>.</summary>
    Wildcard,
}

/// <summary>A Sigma string value after its modifiers: escapes resolved, wildcards found.</summary>
/// <param name="Kind">The simplest form that says the same.</param>
/// <param name="Literal">The text, for every kind but <see cref="TextKind.Wildcard"/> (there: the longest literal part, for indexing).</param>
/// <param name="Parts">For <see cref="TextKind.Wildcard"/>: literal texts and wildcards in order; otherwise empty.</param>
/// <param name="Number">The value, where the rule wrote an unquoted number: then a JSON number of the same value is equal, however written.</param>
public sealed record TextPattern(TextKind Kind, string Literal, ImmutableArray<PatternPart> Parts, decimal? Number = null)
{
    /// <summary>A pattern without wildcards inside.</summary>
    public static TextPattern Of(TextKind kind, string literal, decimal? number = null) => new(kind, literal, [], number);
}

/// <summary>A piece of a wildcard pattern: a literal, <c>*</c> (any text, also none) or <c>?</c> (one character).</summary>
/// <param name="Literal">Null for a wildcard.</param>
/// <param name="AnyLength">For a wildcard: true for <c>*</c>, false for <c>?</c>.</param>
public readonly record struct PatternPart(string? Literal, bool AnyLength = false);
