using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Waterguard.Sigma.Conditions;

namespace Waterguard.Detection.Matching;

/// <summary>Sigma's <c>*</c> and <c>?</c> inside a text, in time proportional to text times pattern at worst, without backtracking over more than the
/// last <c>*</c>. <c>?</c> is one character: a surrogate pair counts as one.</summary>
internal sealed class WildcardPattern
{
    private readonly ImmutableArray<PatternPart> _parts;
    private readonly bool _cased;
    private readonly StringComparison _comparison;

    // Where no * stands, the length is known, and only the literals need a look.
    private readonly (int At, byte[] Text)[] _literals;
    private readonly (int At, ulong Wanted, ulong Mask)[] _eights;
    private readonly int _fixedLength;

    public WildcardPattern(ImmutableArray<PatternPart> parts, bool cased)
    {
        (_parts, _cased, _comparison) = (parts, cased, cased ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase);
        _literals = Literals(parts);
        _fixedLength = parts.Any(p => p.AnyLength) ? -1 : parts.Sum(p => p.Literal?.Length ?? 1);
        _eights = Eights();
    }

    /// <summary>Whether all ASCII values that fit have the same length, and enough of it; those are judged as bytes.</summary>
    public bool IsFixed => _fixedLength >= 8 && !_cased && _literals.All(l => Ascii.IsValid(l.Text));

    /// <summary>The same as <see cref="Fits"/> for an ASCII value and a pattern of fixed length: only the literals need a look.</summary>
    public bool FitsAscii(ReadOnlySpan<byte> text)
    {
        if (text.Length != _fixedLength) return false;
        ref var first = ref MemoryMarshal.GetReference(text);
        foreach (var (at, wanted, mask) in _eights)
        {
            if (((Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref first, at)) ^ wanted) & mask) != 0) return false;
        }

        return true;
    }

    // Eight bytes at once, the last ones overlapping: what is not a literal is masked, and so is the case of letters.
    private (int At, ulong Wanted, ulong Mask)[] Eights()
    {
        if (!IsFixed) return [];
        var (wanted, mask) = (new byte[_fixedLength], new byte[_fixedLength]);
        foreach (var (at, literal) in _literals)
        {
            for (var i = 0; i < literal.Length; i++) (wanted[at + i], mask[at + i]) = (literal[i], char.IsAsciiLetter((char)literal[i]) ? (byte)0xDF : (byte)0xFF);
        }

        return [.. Enumerable.Range(0, (_fixedLength + 7) / 8).Select(i => Math.Min(i * 8, _fixedLength - 8)).Select(at => (at, BitConverter.ToUInt64(wanted, at), BitConverter.ToUInt64(mask, at))).Where(e => e.Item3 != 0)];
    }

    public bool Fits(ReadOnlySpan<char> text)
    {
        var at = 0;
        var part = 0;
        var starPart = -1;
        var starAt = 0;
        while (true)
        {
            if (part == _parts.Length && at == text.Length) return true;
            if (part < _parts.Length && _parts[part] is { Literal: null, AnyLength: true })
            {
                starPart = part++;
                starAt = at;
                continue;
            }

            if (part < _parts.Length && Step(text[at..], _parts[part], out var used))
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
