using System.Buffers;
using System.Buffers.Text;
using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Waterguard.Events.Fields;
using Waterguard.Sigma.Conditions;

namespace Waterguard.Detection.Matching;

/// <summary>A compiled test on one value. Immutable and shared between workers.</summary>
internal abstract class ValueTest
{
    /// <summary>How dear one value is, roughly.</summary>
    public virtual int Effort => 2;

    public abstract bool Holds(EventBuffer fields, int value);

    /// <summary>Whether the value has a text at all: null, objects and empty arrays have none.</summary>
    protected static bool HasText(EventBuffer fields, int value) => fields[value].Kind is ValueKind.String or ValueKind.Number or ValueKind.Boolean;
}

internal sealed class AnyOfTests(ValueTest[] tests) : ValueTest
{
    public override int Effort { get; } = tests.Sum(t => t.Effort);

    public override bool Holds(EventBuffer fields, int value)
    {
        foreach (var test in tests)
        {
            if (test.Holds(fields, value)) return true;
        }

        return false;
    }
}

/// <summary>The text is one of a few.</summary>
internal sealed class ExactTest(ImmutableArray<string> texts, bool cased) : ValueTest
{
    private readonly byte[][] _texts = [.. texts.Select(Encoding.UTF8.GetBytes)];

    public override bool Holds(EventBuffer fields, int value)
    {
        if (!HasText(fields, value)) return false;
        var text = fields.Utf8(value);
        foreach (var wanted in _texts)
        {
            if (cased ? text.SequenceEqual(wanted) : FoldedText.EqualsIgnoreCase(text, wanted)) return true;
        }

        return false;
    }
}

/// <summary>The text is one of many: by hash.</summary>
internal sealed class ExactSetTest : ValueTest
{
    private readonly FoldedTable<bool> _table = new();

    public ExactSetTest(ImmutableArray<string> texts)
    {
        foreach (var text in texts) _table.Add(Encoding.UTF8.GetBytes(text), value: true);
        _table.Seal();
    }

    public override bool Holds(EventBuffer fields, int value) => HasText(fields, value) && _table.TryFind(fields.Utf8(value), out _);
}

internal sealed class NumberTest(ImmutableArray<decimal> numbers) : ValueTest
{
    public override bool Holds(EventBuffer fields, int value)
    {
        if (fields[value].Kind != ValueKind.Number || !Numbers.TryParse(fields.Utf8(value), out var number)) return false;
        foreach (var wanted in numbers) // Contains would box
        {
            if (wanted == number) return true;
        }

        return false;
    }
}

internal sealed class ContainsTest : ValueTest
{
    // On the short texts of logs a search for one text at a time is many times faster than a search for all of them.
    private const int FewNeedles = 24;
    private readonly SearchValues<string>[] _needles;

    public ContainsTest(ImmutableArray<string> needles, bool cased)
    {
        var comparison = cased ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase;
        _needles = needles.Length > FewNeedles ? [SearchValues.Create(needles.AsSpan(), comparison)] : [.. needles.Select(n => SearchValues.Create([n], comparison))];
    }

    public override int Effort => 4 + _needles.Length;

    public override bool Holds(EventBuffer fields, int value) => HasText(fields, value) && Holds(fields.Chars(value));

    public bool Holds(ReadOnlySpan<char> text)
    {
        foreach (var needle in _needles)
        {
            if (text.ContainsAny(needle)) return true;
        }

        return false;
    }
}

internal sealed class EndsTest(ImmutableArray<string> texts, bool cased, bool atStart) : ValueTest
{
    private readonly StringComparison _comparison = cased ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase;
    private readonly AsciiEnds? _ascii = cased ? null : AsciiEnds.TryBuild(texts, atStart);

    public override int Effort => 4;

    public override bool Holds(EventBuffer fields, int value)
    {
        if (!HasText(fields, value)) return false;
        if (_ascii is not null) return _ascii.Hold(fields.Utf8(value));
        var text = fields.Chars(value);
        foreach (var wanted in texts)
        {
            if (atStart ? text.StartsWith(wanted, _comparison) : text.EndsWith(wanted, _comparison)) return true;
        }

        return false;
    }
}

internal sealed class WildcardTest : ValueTest
{
    private readonly WildcardPattern _pattern;
    private readonly bool _isFixed;

    public WildcardTest(ImmutableArray<PatternPart> parts, bool cased)
    {
        _pattern = new WildcardPattern(parts, cased);
        _isFixed = _pattern.IsFixed;
    }

    public override int Effort => _isFixed ? 6 : 15;

    public override bool Holds(EventBuffer fields, int value)
    {
        if (!HasText(fields, value)) return false;
        if (_isFixed && fields.Utf8(value) is var utf8 && Ascii.IsValid(utf8)) return _pattern.FitsAscii(utf8);
        return _pattern.Fits(fields.Chars(value));
    }
}

/// <summary>A regular expression without backtracking, on at most <see cref="MaxLength"/> characters.</summary>
internal sealed class RegexValueTest(Regex expression, Action capped) : ValueTest
{
    public override int Effort => 80;

    /// <summary>Longer values are judged by their first part, and counted.</summary>
    public const int MaxLength = 64 * 1024;

    public override bool Holds(EventBuffer fields, int value)
    {
        if (!HasText(fields, value)) return false;
        var text = fields.Chars(value);
        if (text.Length > MaxLength)
        {
            capped();
            text = text[..MaxLength];
        }

        return expression.IsMatch(text);
    }
}

internal sealed class CompareValueTest(Comparison comparison, decimal number) : ValueTest
{
    public override bool Holds(EventBuffer fields, int value) =>
        HasText(fields, value) && Numbers.TryParse(fields.Utf8(value), out var found) && Numbers.Compare(found, comparison, number);
}

internal sealed class CidrValueTest(ImmutableArray<IPNetwork> networks) : ValueTest
{
    private readonly Networks _networks = new(networks);

    public override int Effort => 6;

    public override bool Holds(EventBuffer fields, int value) => fields[value].Kind == ValueKind.String && _networks.Contain(fields.Utf8(value));
}

internal sealed class TimePartValueTest(TimePart part, Comparison comparison, int number) : ValueTest
{
    public override int Effort => 20;

    public override bool Holds(EventBuffer fields, int value)
    {
        if (!HasText(fields, value) || !EventTime.TryParse(fields.Utf8(value), out var time)) return false;
        var found = part switch
        {
            TimePart.Minute => time.Minute,
            TimePart.Hour => time.Hour,
            TimePart.Day => time.Day,
            TimePart.Week => ISOWeek.GetWeekOfYear(time.UtcDateTime),
            TimePart.Month => time.Month,
            _ => time.Year,
        };
        return Numbers.Compare(found, comparison, number);
    }
}

internal static class Numbers
{
    public static bool TryParse(ReadOnlySpan<byte> text, out decimal number)
    {
        number = 0;
        if (text.Length is 0 or > 40) return false;
        if (TryDigits(text, out var digits))
        {
            number = digits;
            return true;
        }

        if (Utf8Parser.TryParse(text, out number, out var used) && used == text.Length) return true;
        return Utf8Parser.TryParse(text, out number, out used, 'E') && used == text.Length;
    }

    // Status codes and counts: the general way allocates.
    private static bool TryDigits(ReadOnlySpan<byte> text, out long number)
    {
        number = 0;
        if (text.Length > 18) return false;
        foreach (var b in text)
        {
            if ((uint)(b - '0') > 9) return false;
            number = (number * 10) + (b - '0');
        }

        return true;
    }

    public static bool Compare(decimal found, Comparison comparison, decimal wanted) => comparison switch
    {
        Comparison.Equal => found == wanted,
        Comparison.Greater => found > wanted,
        Comparison.GreaterOrEqual => found >= wanted,
        Comparison.Less => found < wanted,
        _ => found <= wanted,
    };
}
