using System.Globalization;
using System.Text;

namespace Waterguard.Posture.Cel;

/// <summary>What kind of word it is.</summary>
internal enum CelTokenKind
{
    Name,
    Text,
    Number,
    Sign,
    End,
}

/// <summary>A word of an expression.</summary>
/// <param name="Text">Of a text: what it says, without quotes and escapes.</param>
internal readonly record struct CelToken(CelTokenKind Kind, string Text, int At);

/// <summary>Cuts an expression into words.</summary>
internal static class CelTokens
{
    private static readonly string[] s_signs = ["&&", "||", "==", "!=", "!", "?", ":", "(", ")", "[", "]", ",", ".", "+"];

    /// <exception cref="FormatException">Something in it is no word of the part of CEL that is known here.</exception>
    public static List<CelToken> Of(string expression)
    {
        var tokens = new List<CelToken>();
        var at = 0;
        while (at < expression.Length)
        {
            var c = expression[at];
            if (c is ' ' or '\t' or '\n' or '\r')
            {
                at++;
                continue;
            }

            var start = at;
            if (c is '\'' or '"') tokens.Add(new CelToken(CelTokenKind.Text, Literal(expression, ref at), start));
            else if (char.IsAsciiLetter(c) || c == '_') tokens.Add(new CelToken(CelTokenKind.Name, Run(expression, ref at, x => char.IsAsciiLetterOrDigit(x) || x == '_'), start));
            else if (char.IsAsciiDigit(c)) tokens.Add(new CelToken(CelTokenKind.Number, Run(expression, ref at, char.IsAsciiDigit), start));
            else if (Array.Find(s_signs, s => string.CompareOrdinal(expression, start, s, 0, s.Length) == 0) is { } sign)
            {
                tokens.Add(new CelToken(CelTokenKind.Sign, sign, start));
                at += sign.Length;
            }
            else throw Wrong(start, $"'{c}' is not known here");
        }

        tokens.Add(new CelToken(CelTokenKind.End, "", at));
        return tokens;
    }

    public static FormatException Wrong(int at, string why) => new(string.Create(CultureInfo.InvariantCulture, $"expression, character {at + 1}: {why}"));

    private static string Run(string expression, ref int at, Func<char, bool> fits)
    {
        var start = at;
        while (at < expression.Length && fits(expression[at])) at++;
        return expression[start..at];
    }

    private static string Literal(string expression, ref int at)
    {
        var start = at;
        var quote = expression[at++];
        var text = new StringBuilder();
        while (at < expression.Length && expression[at] != quote)
        {
            if (expression[at] is '\n' or '\r') break;
            if (expression[at] != '\\') text.Append(expression[at++]);
            else text.Append(Escape(expression, ref at));
        }

        if (at >= expression.Length || expression[at] != quote) throw Wrong(start, "a text does not end");
        at++;
        return text.ToString();
    }

    private static string Escape(string expression, ref int at)
    {
        var start = at++;
        var kind = at < expression.Length ? expression[at++] : ' ';
        if (kind is 'u' or 'U')
        {
            var length = kind == 'u' ? 4 : 8;
            if (at + length <= expression.Length && int.TryParse(expression.AsSpan(at, length), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code) && Rune.IsValid(code))
            {
                at += length;
                return new Rune(code).ToString();
            }

            throw Wrong(start, "this names no character");
        }

        return kind switch { '\\' or '\'' or '"' => kind.ToString(), 'n' => "\n", 'r' => "\r", 't' => "\t", _ => throw Wrong(start, "this escape is not known here") };
    }
}
