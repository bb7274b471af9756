using System.Globalization;
using System.Text;
using Waterguard.Sigma.Conditions;

namespace Waterguard.Sigma;

/// <summary>One canonical line for a condition: the same for two conditions that say the same in another order, and never the same for two
/// that differ. Used for semantic hashes, for sharing equal predicates, and for showing what a rule means.</summary>
public static class SigmaText
{
    /// <summary>The line for a condition.</summary>
    public static string Of(Condition condition) => condition switch
    {
        AllOf { Parts: [] } => "true",
        AnyOf { Parts: [] } => "false",
        AllOf all => Join(all.Parts, " and "),
        AnyOf any => Join(any.Parts, " or "),
        AtLeast some => $"{some.Count.ToString(CultureInfo.InvariantCulture)} of {Join(some.Parts, ", ")}",
        Not not => $"not {Of(not.Part)}",
        FieldTest field => $"{Quoted(field.Field, '`')} {Of(field.Test)}",
        KeywordTest keyword => $"keyword {Of(keyword.Test)}",
        ElementTest element => $"{Quoted(element.Array, '`')}[{Name(element.Quantifier)}] {{ {Of(element.Body)} }}",
        _ => throw new ArgumentOutOfRangeException(nameof(condition), condition, "An unknown kind of condition."),
    };

    /// <summary>The line for a test, without its field.</summary>
    public static string Of(Test test) => test switch
    {
        TextTest text => (text.Cased ? "cased " : "") + "is " + List(text.AnyOf.Select(Of)),
        RegexTest regex => $"re{Flags(regex)} {List(regex.AnyOf.Select(p => Quoted(p, '/')))}",
        CompareTest compare => $"{Symbol(compare.Comparison)} {Number(compare.Number)}",
        CidrTest cidr => $"in {List(cidr.AnyOf.Select(n => n.ToString()))}",
        ExistsTest exists => exists.Exists ? "exists" : "is missing",
        NullTest => "is null",
        FieldReferenceTest reference => $"{(reference.Cased ? "cased " : "")}{Name(reference.Kind)} field {Quoted(reference.OtherField, '`')}",
        LookupTest lookup => $"in list {Quoted(lookup.List, '`')}",
        UnresolvedPlaceholderTest unresolved => $"is unresolved {List(unresolved.Names.Select(n => Quoted(n, '%')))}",
        TimePartTest time => string.Create(CultureInfo.InvariantCulture, $"{Name(time.Part)} {Symbol(time.Comparison)} {time.Number}"),
        _ => throw new ArgumentOutOfRangeException(nameof(test), test, "An unknown kind of test."),
    };

    /// <summary>A pattern as a rule would write it: wildcards outside, what is literal escaped.</summary>
    public static string Of(TextPattern pattern)
    {
        var text = new StringBuilder("'");
        if (pattern.Kind is TextKind.EndsWith or TextKind.Contains)
            text.Append('*');
        if (pattern.Kind == TextKind.Wildcard)
        {
            foreach (var part in pattern.Parts)
                _ = part.Literal is null ? text.Append(part.AnyLength ? '*' : '?') : Escape(text, part.Literal, '\'', wildcards: true);
        }
        else
        {
            Escape(text, pattern.Literal, '\'', wildcards: true);
        }
        if (pattern.Kind is TextKind.StartsWith or TextKind.Contains)
            text.Append('*');
        text.Append('\'');
        // "4624" the text and 4624 the number are two patterns.
        return pattern.Number is { } number ? text.Append('#').Append(Number(number)).ToString() : text.ToString();
    }

    private static string Join(IEnumerable<Condition> parts, string word) =>
        $"({string.Join(word, parts.Select(Of).Order(StringComparer.Ordinal))})";

    private static string List(IEnumerable<string> items)
    {
        var sorted = items.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        return sorted.Count == 1 ? sorted[0] : $"[{string.Join(", ", sorted)}]";
    }

    private static string Flags(RegexTest regex) =>
        (regex.IgnoreCase ? "|i" : "") + (regex.MultiLine ? "|m" : "") + (regex.DotAll ? "|s" : "");

    // 1.0 and 1 are one number, but a decimal remembers its zeros.
    private static string Number(decimal number) => number.ToString("0.############################", CultureInfo.InvariantCulture);

    private static string Name<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();

    private static string Symbol(Comparison comparison) => comparison switch
    {
        Comparison.Equal => "=",
        Comparison.Greater => ">",
        Comparison.GreaterOrEqual => ">=",
        Comparison.Less => "<",
        _ => "<=",
    };

    /// <summary>Names stand as they are where that is unmistakable, else in the quote given.</summary>
    private static string Quoted(string text, char quote)
    {
        if (quote == '`' && text.Length > 0 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-'))
            return text;
        var quoted = new StringBuilder().Append(quote);
        return Escape(quoted, text, quote, wildcards: false).Append(quote).ToString();
    }

    private static StringBuilder Escape(StringBuilder text, string literal, char quote, bool wildcards)
    {
        foreach (var c in literal)
        {
            if (c == '\\' || c == quote || (wildcards && c is '*' or '?'))
                text.Append('\\').Append(c);
            else if (char.IsControl(c) || c is '\u2028' or '\u2029')
                text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            else
                text.Append(c);
        }
        return text;
    }
}
