namespace Waterguard.Sigma.Modifiers;

/// <summary>Looks a regular expression over for constructs that linear time rules out, so that the error can name them.</summary>
internal static class RegexConstructs
{
    private const int MaxGroups = 100;

    /// <summary>The first construct that is not supported, or null. What passes may still be no valid expression.</summary>
    public static RegexProblem? FindUnsupported(string pattern)
    {
        var depth = 0;
        for (var i = 0; i < pattern.Length; i++)
        {
            switch (pattern[i])
            {
                case '\\':
                    if (BackReference(pattern, i) is { } reference)
                        return reference;
                    i++;
                    break;
                case '[':
                    if (ClassEnd(pattern, i, out i) is { } posix)
                        return posix;
                    break;
                case '(':
                    if (++depth > MaxGroups)
                        return new(SigmaCodes.RegexTooLarge, $"groups are nested deeper than {MaxGroups} levels");
                    if (Group(pattern.AsSpan(i)) is { } group)
                        return group;
                    break;
                case ')':
                    depth--;
                    break;
                case '+' when i > 0 && IsQuantifierEnd(pattern, i - 1):
                    return new(SigmaCodes.RegexPossessive, $"possessive quantifier '{pattern[i - 1]}+' at character {i}");
            }
        }
        return null;
    }

    private static RegexProblem? BackReference(string pattern, int at) =>
        at + 1 < pattern.Length && (pattern[at + 1] is >= '1' and <= '9' or 'k' or 'g')
            ? new(SigmaCodes.RegexBackreference, $"back-reference '\\{pattern[at + 1]}' at character {at + 1}")
            : null;

    private static RegexProblem? ClassEnd(string pattern, int start, out int end)
    {
        var i = start + 1;
        if (i < pattern.Length && pattern[i] == '^')
            i++;
        if (i < pattern.Length && pattern[i] == ']')
            i++;
        for (; i < pattern.Length && pattern[i] != ']'; i++)
        {
            if (pattern[i] == '\\')
                i++;
            else if (pattern[i] == '[' && i + 1 < pattern.Length && pattern[i + 1] == ':' && pattern.IndexOf(":]", i + 2, StringComparison.Ordinal) > 0)
            {
                end = i;
                return new(SigmaCodes.RegexPosixClass, $"POSIX class '[:' at character {i + 1}");
            }
        }
        end = i;
        return null;
    }

    private static RegexProblem? Group(ReadOnlySpan<char> at)
    {
        if (at.StartsWith("(?=") || at.StartsWith("(?!"))
            return new(SigmaCodes.RegexLookahead, $"look-ahead '{at[..3]}'");
        if (at.StartsWith("(?<=") || at.StartsWith("(?<!"))
            return new(SigmaCodes.RegexLookbehind, $"look-behind '{at[..4]}'");
        if (at.StartsWith("(?>"))
            return new(SigmaCodes.RegexAtomicGroup, "atomic group '(?>'");
        if (at.StartsWith("(?("))
            return new(SigmaCodes.RegexConditional, "conditional group '(?('");
        if (at.StartsWith("(?P="))
            return new(SigmaCodes.RegexBackreference, "back-reference '(?P='");
        if (at.StartsWith("(?R") || at.StartsWith("(?&") || at.StartsWith("(?P>") || (at.Length > 2 && at[1] == '?' && char.IsAsciiDigit(at[2])))
            return new(SigmaCodes.RegexRecursion, $"recursion '{at[..3]}'");
        if ((at.StartsWith("(?<") || at.StartsWith("(?'")) && at[3..].IndexOfAny('>', '\'') is var close and > 0 && at.Slice(3, close).Contains('-'))
            return new(SigmaCodes.RegexRecursion, "balancing group");
        return null;
    }

    private static bool IsQuantifierEnd(string pattern, int at)
    {
        if (pattern[at] is not ('*' or '+' or '?' or '}'))
            return false;
        var backslashes = 0;
        for (var i = at - 1; i >= 0 && pattern[i] == '\\'; i--)
            backslashes++;
        if (backslashes % 2 != 0)
            return false;
        if (pattern[at] == '}')
        {
            var open = pattern.LastIndexOf('{', at);
            return open > 0 && pattern.AsSpan(open + 1, at - open - 1) is [>= '0' and <= '9', ..] body && !body.ContainsAnyExceptInRange(',', '9');
        }
        return at > 0 && pattern[at - 1] is not ('(' or '|');
    }
}
