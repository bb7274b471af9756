using System.Text;

namespace Waterguard.Detection.Lists;

/// <summary>Reads the patterns of indicators that say no more than: one of these values. STIX 2.1, section 9.</summary>
internal static class StixPattern
{
    private const int MostTokens = 10_000;

    /// <summary>The values, any of which makes the pattern true; null where the pattern says more (AND, NOT, LIKE, sequences, times), or is none.</summary>
    /// <param name="isKnown">Whether a value of this object path can be looked up.</param>
    public static List<string>? Values(string pattern, Func<string, bool> isKnown)
    {
        if (Tokens(pattern) is not { } tokens) return null;
        var values = new List<string>();
        var at = 0;
        do
        {
            // An observation: [ comparison OR comparison … ]; several joined by OR.
            if (!Take("[")) return null;
            do
            {
                if (!Comparison()) return null;
            }
            while (Take("OR"));
            if (!Take("]")) return null;
        }
        while (Take("OR"));
        return at == tokens.Count ? values : null;

        bool Take(string word)
        {
            if (at >= tokens.Count || tokens[at] != word) return false;
            at++;
            return true;
        }

        bool Comparison()
        {
            if (at >= tokens.Count || !isKnown(tokens[at++])) return false;
            if (Take("=") || Take("ISSUBSET")) return Value();
            if (!Take("IN") || !Take("(")) return false;
            do
            {
                if (!Value()) return false;
            }
            while (Take(","));
            return Take(")");
        }

        bool Value()
        {
            if (at >= tokens.Count || tokens[at] is not ['\'', .. var text]) return false;
            at++;
            values.Add(text);
            return true;
        }
    }

    // A text keeps its opening quote, so that nothing else is taken for one.
    private static List<string>? Tokens(string pattern)
    {
        var tokens = new List<string>();
        for (var i = 0; i < pattern.Length;)
        {
            if (tokens.Count > MostTokens) return null;
            var c = pattern[i];
            if (char.IsWhiteSpace(c))
            {
                i++;
            }
            else if (c == '\'')
            {
                var text = new StringBuilder("'");
                for (i++; i < pattern.Length && pattern[i] != '\''; i++)
                {
                    if (pattern[i] == '\\' && i + 1 < pattern.Length) i++;
                    text.Append(pattern[i]);
                }

                if (i++ >= pattern.Length) return null;
                tokens.Add(text.ToString());
            }
            else if (c is '[' or ']' or '(' or ')' or ',' or '=')
            {
                tokens.Add(c.ToString());
                i++;
            }
            else
            {
                // A path: file:hashes.'SHA-256', or file:hashes['SHA-256'].
                var start = i;
                var quoted = false;
                for (; i < pattern.Length && (quoted || !(char.IsWhiteSpace(pattern[i]) || pattern[i] is ']' or '(' or ')' or ',' or '=' || (pattern[i] == '[' && i == start))); i++)
                {
                    if (pattern[i] == '\'') quoted = !quoted;
                    if (!quoted && pattern[i] == '[') i = Math.Max(i, pattern.IndexOf(']', i));
                }

                if (i == start) return null;
                tokens.Add(pattern[start..Math.Min(i, pattern.Length)]);
            }
        }

        return tokens;
    }
}
