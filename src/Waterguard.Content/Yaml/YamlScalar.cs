using System.Globalization;

namespace Waterguard.Content.Yaml;

/// <summary>What a scalar means by the YAML 1.2 core schema.</summary>
public enum ScalarKind
{
    /// <summary>A text.</summary>
    Text,

    /// <summary>Nothing, <c>~</c> or <c>null</c>.</summary>
    Null,

    /// <summary><c>true</c> or <c>false</c>.</summary>
    Boolean,

    /// <summary>A number that fits a decimal.</summary>
    Number,
}

/// <summary>How a scalar is written.</summary>
public enum ScalarStyle
{
    /// <summary>Without quotes: its text decides its kind.</summary>
    Plain,

    /// <summary>In single or double quotes: always a text.</summary>
    Quoted,

    /// <summary>As a <c>|</c> or <c>&gt;</c> block: always a text.</summary>
    Block,
}

/// <summary>A single value. Its kind follows from how it is written: <c>4624</c> is a number, <c>'4624'</c> a text.</summary>
public sealed class YamlScalar : YamlNode
{
    /// <summary>Makes a scalar and settles its kind.</summary>
    public YamlScalar(SourceLocation location, string text, ScalarStyle style)
        : base(location)
    {
        Text = text;
        Style = style;
        if (style == ScalarStyle.Plain)
            (Kind, Number) = Classify(text);
    }

    /// <summary>The text without quotes, escapes resolved.</summary>
    public string Text { get; }

    /// <summary>How it is written.</summary>
    public ScalarStyle Style { get; }

    /// <summary>What it means.</summary>
    public ScalarKind Kind { get; }

    /// <summary>The value of a <see cref="ScalarKind.Number"/>; otherwise zero.</summary>
    public decimal Number { get; }

    /// <summary>The value of a <see cref="ScalarKind.Boolean"/>.</summary>
    public bool Boolean => Kind == ScalarKind.Boolean && Text[0] is 't' or 'T';

    /// <summary>The place of a character of the text, where that can be said; else where the scalar starts.</summary>
    public SourceLocation LocationOf(int offset) => Style switch
    {
        ScalarStyle.Plain => Location with { Column = Location.Column + offset },
        ScalarStyle.Quoted => Location with { Column = Location.Column + offset + 1 },
        _ => Location,
    };

    private static (ScalarKind Kind, decimal Number) Classify(string text)
    {
        switch (text)
        {
            case "" or "~" or "null" or "Null" or "NULL":
                return (ScalarKind.Null, 0);
            case "true" or "True" or "TRUE" or "false" or "False" or "FALSE":
                return (ScalarKind.Boolean, 0);
        }
        if (!char.IsAsciiDigit(text[0]) && text[0] is not ('-' or '+' or '.'))
            return (ScalarKind.Text, 0);
        return TryNumber(text, out var number) ? (ScalarKind.Number, number) : (ScalarKind.Text, 0);
    }

    private static bool TryNumber(string text, out decimal number)
    {
        number = 0;
        if (text.StartsWith("0x", StringComparison.Ordinal))
        {
            if (!ulong.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var hex))
                return false;
            number = hex;
            return true;
        }
        const NumberStyles Notation = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        return decimal.TryParse(text, Notation, CultureInfo.InvariantCulture, out number);
    }
}
