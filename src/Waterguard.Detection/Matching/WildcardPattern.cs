using System.Collections.Immutable;
using System.Text;
using Waterguard.Sigma.Conditions;

namespace Waterguard.Detection.Matching;

/// <summary>Sigma's <c>*</c> and <c>?</c> inside a text, in time proportional to text times pattern at worst, without backtracking over more than the
/// last <c>*</c>. <c>?</c> is one character: a surrogate pair counts as one.</summary>
internal sealed class WildcardPattern(ImmutableArray<PatternPart> parts, bool cased)
{
    private readonly StringComparison _comparison = cased ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase;

    // Where no * stands, the length is known, and only the literals need a look.
    private readonly (int At, byte[] Text)[] _literals = Literals(parts);
    private readonly int _fixedLength = parts.Any(p => p.AnyLength) ? -1 : parts.Sum(p => p.Literal?.Length ?? 1);

    /// <summary>Whether all ASCII values that fit have the same length; those are judged as bytes.</summary>
    public bool IsFixed => _fixedLength >= 0 && !cased && _literals.All(l => Ascii.IsValid(l.Text));

    /// <summary>The same as <see cref="Fits"/> for an ASCII value and a pattern of fixed length: only the literals need a look.</summary>
    public bool FitsAscii(ReadOnlySpan<byte> text)
    {
        if (text.Length != _fixedLength) return false;
        foreach (var (at, literal) in _literals)
        {
            // Most literals of such patterns are a dash or a dot.
            if (literal.Length == 1 && !char.IsAsciiLetter((char)literal[0]) ? text[at] != literal[0] : !Ascii.EqualsIgnoreCase(text.Slice(at, literal.Length), literal)) return false;
        }

        return true;
    }

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

    // Where each literal starts, if all before it is of known length.
    private static (int, byte[])[] Literals(ImmutableArray<PatternPart> parts)
    {
        var (at, literals) = (0, new List<(int, byte[])>());
        foreach (var part in parts)
        {
            if (part.Literal is { } literal) literals.Add((at, Encoding.UTF8.GetBytes(literal)));
            at += part.Literal?.Length ?? 1;
        }

        return [.. literals];
    }
}
