using System.Collections.Immutable;

namespace Waterguard.Strategies.Documents;

/// <summary>Text as sentences. What ends with a colon introduces what follows and claims nothing by itself.</summary>
public static class Sentences
{
    /// <summary>The sentences of a text that claim something.</summary>
    public static ImmutableArray<string> Of(string text) => [.. Split(text).Where(s => !s.EndsWith(':') && !s.EndsWith(":**", StringComparison.Ordinal))];

    private static IEnumerable<string> Split(string text)
    {
        var start = 0;
        for (var i = 0; i + 2 < text.Length; i++)
        {
            if (text[i] is not ('.' or '!' or '?') || text[i + 1] != ' ' || !(char.IsUpper(text[i + 2]) || text[i + 2] is '`' or '*')) continue;
            if (i > 0 && i < 3 && text[..i].All(char.IsAsciiDigit)) continue;
            if (text[start..(i + 1)].Trim() is { Length: > 0 } sentence) yield return sentence;
            start = i + 2;
        }

        if (text[start..].Trim() is { Length: > 0 } last) yield return last;
    }
}
