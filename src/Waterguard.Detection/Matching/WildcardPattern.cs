using System.Collections.Immutable;
using Waterguard.Sigma.Conditions;

namespace Waterguard.Detection.Matching;

/// <summary>Sigma's <c>*</c> and <c>?</c> inside a text, in time proportional to text times pattern at worst, without backtracking over more than the
/// last <c>*</c>. <c>?</c> is one character: a surrogate pair counts as one.</summary>
internal sealed class WildcardPattern(ImmutableArray<PatternPart> parts, bool cased)
{
    private readonly StringComparison _comparison = cased ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase;

    // Where no * stands, the length is known, and only the literals need a look.
    private readonly int _fixedLength = parts.Any(p => p.AnyLength) ? -1 : parts.Sum(p => p.Literal?.Length ?? 1);

    // For ASCII values only: there a character is a char.
    private bool FitsFixed(ReadOnlySpan<char> text)
    {
        if (text.Length != _fixedLength) return false;
        var at = 0;
        foreach (var part in parts)
        {
            if (part.Literal is { } literal && !text.Slice(at, literal.Length).Equals(literal, _comparison)) return false;
            at += part.Literal?.Length ?? 1;
        }

        return true;
    }

    public bool Fits(ReadOnlySpan<char> text)
    {
        if (_fixedLength >= 0 && System.Text.Ascii.IsValid(text)) return FitsFixed(text);
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
