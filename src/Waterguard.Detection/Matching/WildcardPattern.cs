using System.Collections.Immutable;
using Waterguard.Sigma.Conditions;

namespace Waterguard.Detection.Matching;

/// <summary>Sigma's <c>*</c> and <c>?</c> inside a text, in time proportional to text times pattern at worst, without backtracking over more than the
/// last <c>*</c>. <c>?</c> is one character: a surrogate pair counts as one.</summary>
internal sealed class WildcardPattern(ImmutableArray<PatternPart> parts, bool cased)
{
    private readonly StringComparison _comparison = cased ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase;

    public bool Fits(ReadOnlySpan<char> text)
    {
        var at = 0;
        var part = 0;
        var starPart = -1;
        var starAt = 0;
        while (true)
        {
            if (part == parts.Length && at == text.Length) return true;
            if (part < parts.Length && parts[part] is { Literal: null, AnyLength: true })
            {
                starPart = part++;
                starAt = at;
                continue;
            }

            if (part < parts.Length && Step(text[at..], parts[part], out var used))
            {
                at += used;
                part++;
                continue;
            }

            if (starPart < 0 || starAt >= text.Length) return false;
            starAt += char.IsHighSurrogate(text[starAt]) && starAt + 1 < text.Length ? 2 : 1;
            (part, at) = (starPart + 1, starAt);
        }
    }

    private bool Step(ReadOnlySpan<char> text, PatternPart part, out int used)
    {
        if (part.Literal is { } literal)
        {
            used = literal.Length;
            return text.StartsWith(literal, _comparison);
        }

        used = text.Length > 1 && char.IsSurrogatePair(text[0], text[1]) ? 2 : 1;
        return text.Length > 0;
    }
}
