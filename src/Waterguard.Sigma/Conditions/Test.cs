using System.Collections.Immutable;
using System.Net;

namespace Waterguard.Sigma.Conditions;

/// <summary>What one value must satisfy. Immutable.</summary>
public abstract record Test;

/// <summary>The value's text equals, or fits the wildcards of, at least one pattern. Numbers and booleans are compared by their
/// JSON text, and by number where the pattern is one.</summary>
/// <param name="Cased">Whether case matters; it does not unless the rule says <c>|cased</c>.</param>
public sealed record TextTest(ImmutableArray<TextPattern> AnyOf, bool Cased) : Test;

/// <summary>The value matches at least one regular expression (linear time).</summary>
public sealed record RegexTest(ImmutableArray<string> AnyOf, bool IgnoreCase, bool MultiLine, bool DotAll) : Test;

/// <summary>The value is a number (or its text is one) that compares as said.</summary>
public sealed record CompareTest(Comparison Comparison, decimal Number) : Test;

/// <summary>The value is an address inside at least one of the networks.</summary>
public sealed record CidrTest(ImmutableArray<IPNetwork> AnyOf) : Test;

/// <summary>The field is there (whatever its value, also null), or is not there.</summary>
public sealed record ExistsTest(bool Exists) : Test;

/// <summary>The field is missing or JSON null (<c>field: null</c>).</summary>
public sealed record NullTest : Test;

/// <summary>The value relates to a value of another field (<c>|fieldref</c>).</summary>
public sealed record FieldReferenceTest(string OtherField, TextKind Kind, bool Cased) : Test;

/// <summary>The value is in the named list (<c>|lookup</c>).</summary>
public sealed record LookupTest(string List) : Test;

/// <summary>The value is one that a placeholder stands for (<c>|expand</c> with <c>%name%</c>) and nobody has said which: it holds for none.
/// Resolved placeholders become a <see cref="TextTest"/> when the rule is loaded.</summary>
public sealed record UnresolvedPlaceholderTest(ImmutableArray<string> Names) : Test;

/// <summary>A part of the value, read as a UTC time, compares as said.</summary>
public sealed record TimePartTest(TimePart Part, Comparison Comparison, int Number) : Test;

/// <summary>How a number compares.</summary>
public enum Comparison
{
    /// <summary>Equal.</summary>
    Equal,

    /// <summary>Greater.</summary>
    Greater,

    /// <summary>Greater or equal.</summary>
    GreaterOrEqual,

    /// <summary>Less.</summary>
    Less,

    /// <summary>Less or equal.</summary>
    LessOrEqual,
}

/// <summary>The parts of a time that Sigma names.</summary>
public enum TimePart
{
    /// <summary>0 to 59.</summary>
    Minute,

    /// <summary>0 to 23.</summary>
    Hour,

    /// <summary>Day of the month, 1 to 31.</summary>
    Day,

    /// <summary>ISO 8601 week of the year.</summary>
    Week,

    /// <summary>1 to 12.</summary>
    Month,

    /// <summary>Four digits.</summary>
    Year,
}
