using System.Collections.Immutable;
using System.Text;
using Waterguard.Sigma.Conditions;

namespace Waterguard.Sigma.Modifiers;

internal enum PieceKind
{
    Literal,
    AnyText,
    AnyCharacter,
    Placeholder,
}

/// <summary>A piece of a value: a literal, a wildcard or a placeholder's name.</summary>
internal readonly record struct Piece(PieceKind Kind, string Text)
{
    public static Piece AnyText { get; } = new(PieceKind.AnyText, "");

    public static Piece AnyCharacter { get; } = new(PieceKind.AnyCharacter, "");

    public static Piece Of(string literal) => new(PieceKind.Literal, literal);
}

/// <summary>A Sigma value while its modifiers are applied: escapes resolved, wildcards and placeholders found.</summary>
/// <param name="Bytes">The literals are bytes, one per character, not text: set by the UTF-16 modifiers for those that follow.</param>
internal sealed record SigmaString(ImmutableArray<Piece> Pieces, bool Bytes = false)
{
    public bool HasWildcards => Pieces.Any(p => p.Kind is PieceKind.AnyText or PieceKind.AnyCharacter);

    public bool HasPlaceholders => Pieces.Any(p => p.Kind == PieceKind.Placeholder);

    /// <summary>How many characters the literals have.</summary>
    public int Length => Pieces.Sum(p => p.Text.Length);

    /// <summary>The text of a value without wildcards and placeholders.</summary>
    public string Plain => string.Concat(Pieces.Select(p => p.Text));

    /// <summary>Reads a value as a rule writes it. A backslash makes a following <c>*</c>, <c>?</c> or backslash plain (and a
    /// <c>%</c>, where placeholders are looked for); before anything else it is itself.</summary>
    public static SigmaString Parse(string text, bool placeholders = false)
    {
        if (text.AsSpan().IndexOfAny("*?\\%") < 0)
            return new(text.Length == 0 ? [] : [Piece.Of(text)]);
        var pieces = ImmutableArray.CreateBuilder<Piece>();
        var literal = new StringBuilder();
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c == '\\' && i + 1 < text.Length && (text[i + 1] is '*' or '?' or '\\' || (placeholders && text[i + 1] == '%')))
            {
                literal.Append(text[++i]);
                continue;
            }
            var end = placeholders && c == '%' ? EndOfPlaceholder(text, i) : -1;
            if (c is not ('*' or '?') && end < 0)
            {
                literal.Append(c);
                continue;
            }
            Flush();
            if (end > 0)
            {
                pieces.Add(new(PieceKind.Placeholder, text[(i + 1)..end]));
                i = end;
            }
            else
            {
                pieces.Add(c == '*' ? Piece.AnyText : Piece.AnyCharacter);
            }
        }
        Flush();
        return new(pieces.ToImmutable());

        void Flush()
        {
            if (literal.Length > 0)
                pieces.Add(Piece.Of(literal.ToString()));
            literal.Clear();
        }
    }

    /// <summary>The finished pattern, as it sits in the value: the simplest form that says the same.</summary>
    public TextPattern ToPattern(TextKind kind, decimal? number = null)
    {
        if (kind == TextKind.Exact && Pieces is [{ Kind: PieceKind.Literal } single])
            return TextPattern.Of(TextKind.Exact, single.Text, number);
        var before = kind is TextKind.EndsWith or TextKind.Contains;
        var after = kind is TextKind.StartsWith or TextKind.Contains;
        var pieces = Canonical([.. before ? [Piece.AnyText] : Array.Empty<Piece>(), .. Pieces, .. after ? [Piece.AnyText] : Array.Empty<Piece>()]);
        return pieces switch
        {
            [] => TextPattern.Of(TextKind.Exact, ""),
            [{ Kind: PieceKind.AnyText }] => TextPattern.Of(TextKind.Contains, ""),
            [{ Kind: PieceKind.Literal } a] => TextPattern.Of(TextKind.Exact, a.Text, number),
            [{ Kind: PieceKind.Literal } a, { Kind: PieceKind.AnyText }] => TextPattern.Of(TextKind.StartsWith, a.Text),
            [{ Kind: PieceKind.AnyText }, { Kind: PieceKind.Literal } a] => TextPattern.Of(TextKind.EndsWith, a.Text),
            [{ Kind: PieceKind.AnyText }, { Kind: PieceKind.Literal } a, { Kind: PieceKind.AnyText }] => TextPattern.Of(TextKind.Contains, a.Text),
            _ => Wildcard(pieces),
        };
    }

    /// <summary>Joins neighbouring literals, and writes each run of wildcards as its single characters followed by at most one star.</summary>
    private static List<Piece> Canonical(List<Piece> pieces)
    {
        var result = new List<Piece>(pieces.Count);
        var star = false;
        foreach (var piece in pieces)
        {
            if (piece.Kind == PieceKind.AnyText)
            {
                star = true;
                continue;
            }
            if (piece.Kind == PieceKind.Literal)
            {
                if (piece.Text.Length == 0)
                    continue;
                if (star)
                    result.Add(Piece.AnyText);
                star = false;
                if (result is [.., { Kind: PieceKind.Literal } last])
                {
                    result[^1] = Piece.Of(last.Text + piece.Text);
                    continue;
                }
            }
            result.Add(piece);
        }
        if (star)
            result.Add(Piece.AnyText);
        return result;
    }

    private static TextPattern Wildcard(List<Piece> pieces)
    {
        var longest = "";
        var parts = ImmutableArray.CreateBuilder<PatternPart>(pieces.Count);
        foreach (var piece in pieces)
        {
            if (piece.Kind == PieceKind.Literal && piece.Text.Length > longest.Length)
                longest = piece.Text;
            parts.Add(piece.Kind == PieceKind.Literal ? new(piece.Text) : new(null, piece.Kind == PieceKind.AnyText));
        }
        return new(TextKind.Wildcard, longest, parts.MoveToImmutable());
    }

    private static int EndOfPlaceholder(string text, int start)
    {
        for (var i = start + 1; i < text.Length; i++)
        {
            if (text[i] == '%')
                return i > start + 1 ? i : -1;
            if (char.IsWhiteSpace(text[i]) || text[i] is '\\' or '*' or '?')
                return -1;
        }
        return -1;
    }
}
