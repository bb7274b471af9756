using System.Globalization;
using System.Text;

namespace Waterguard.Posture.Cel;

/// <summary>Writes what was seen as CEL. Whatever a text holds, it stays one literal: names in telemetry are chosen by adversaries.</summary>
internal static class CelText
{
    /// <summary>A literal that is this text, in printable ASCII. A lone surrogate, which no cluster keeps, becomes U+FFFD.</summary>
    public static string Quote(string text)
    {
        var written = new StringBuilder(text.Length + 2).Append('\'');
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.Value is '\\' or '\'') written.Append('\\').Append((char)rune.Value);
            else if (rune.Value is >= 0x20 and < 0x7F) written.Append((char)rune.Value);
            else if (rune.IsBmp) written.Append(CultureInfo.InvariantCulture, $"\\u{rune.Value:x4}");
            else written.Append(CultureInfo.InvariantCulture, $"\\U{rune.Value:x8}");
        }

        return written.Append('\'').ToString();
    }

    /// <summary>A list of literals, in ordinal order.</summary>
    public static string Quote(IEnumerable<string> texts) => $"[{string.Join(", ", texts.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Select(Quote))}]";
}
