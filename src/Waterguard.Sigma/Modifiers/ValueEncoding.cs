using System.Text;

namespace Waterguard.Sigma.Modifiers;

/// <summary>A modifier that turns a value into others, in the order written.</summary>
internal enum ValueEncoding
{
    Base64,
    Base64Offset,
    Utf16,
    Utf16BigEndian,
    Utf16LittleEndian,
    WindowsDash,
}

/// <summary>What the transforming modifiers do to one value.</summary>
internal static class ValueEncodings
{
    private const string DashForms = "-/–—―";

    /// <summary>The values that stand for this one after the modifier. Null where the modifier cannot take wildcards and there are some.</summary>
    public static IEnumerable<SigmaString>? Apply(ValueEncoding encoding, SigmaString value) => encoding switch
    {
        ValueEncoding.WindowsDash => Dashed(value),
        ValueEncoding.Utf16LittleEndian => [Wide(value, Encoding.Unicode, [])],
        ValueEncoding.Utf16BigEndian => [Wide(value, Encoding.BigEndianUnicode, [])],
        ValueEncoding.Utf16 => [Wide(value, Encoding.Unicode, [0xFF, 0xFE])],
        _ when value.HasWildcards => null,
        ValueEncoding.Base64 => [Literal(Convert.ToBase64String(BytesOf(value)))],
        _ => Offsets(BytesOf(value)),
    };

    private static SigmaString Literal(string text) => new([Piece.Of(text)]);

    private static byte[] BytesOf(SigmaString value) =>
        value.Bytes ? Encoding.Latin1.GetBytes(value.Plain) : Encoding.UTF8.GetBytes(value.Plain);

    private static SigmaString Wide(SigmaString value, Encoding encoding, ReadOnlySpan<byte> mark)
    {
        var prefix = Encoding.Latin1.GetString(mark);
        var pieces = value.Pieces.Select((p, i) => p.Kind != PieceKind.Literal
            ? p
            : Piece.Of((i == 0 ? prefix : "") + Encoding.Latin1.GetString(encoding.GetBytes(p.Text))));
        return new([.. pieces], Bytes: true);
    }

    /// <summary>Base64 of the value at each of the three positions that it can have in a longer text, without the characters at the
    /// edges that its neighbours would change.</summary>
    private static IEnumerable<SigmaString> Offsets(byte[] bytes)
    {
        for (var shift = 0; shift < 3; shift++)
        {
            var padded = new byte[shift + bytes.Length];
            bytes.CopyTo(padded, shift);
            var text = Convert.ToBase64String(padded);
            var skip = shift == 0 ? 0 : shift + 1;
            var drop = (padded.Length % 3) switch { 0 => 0, 1 => 3, _ => 2 };
            if (text.Length - drop > skip)
                yield return Literal(text[skip..^drop]);
        }
    }

    /// <summary>The dashes that start a word and do not end one (the dash of <c>-e</c>, not of <c>to-do</c>).</summary>
    public static List<(int Piece, int Index)> Dashes(SigmaString value)
    {
        var spots = new List<(int Piece, int Index)>();
        for (var p = 0; p < value.Pieces.Length; p++)
        {
            var text = value.Pieces[p].Text;
            for (var i = 0; i < text.Length && value.Pieces[p].Kind == PieceKind.Literal; i++)
            {
                if (DashForms.Contains(text[i], StringComparison.Ordinal) && !IsWord(text, i - 1) && IsWord(text, i + 1))
                    spots.Add((p, i));
            }
        }
        return spots;
    }

    /// <summary>Each of the dashes becomes each of the five, in every combination.</summary>
    private static IEnumerable<SigmaString> Dashed(SigmaString value)
    {
        var spots = Dashes(value);
        var chosen = new int[spots.Count];
        do
        {
            var pieces = value.Pieces.ToBuilder();
            for (var s = 0; s < spots.Count; s++)
            {
                var (piece, index) = spots[s];
                var text = pieces[piece].Text;
                pieces[piece] = Piece.Of($"{text.AsSpan(0, index)}{DashForms[chosen[s]]}{text.AsSpan(index + 1)}");
            }
            yield return value with { Pieces = pieces.ToImmutable() };
        }
        while (Advance(chosen));
    }

    private static bool Advance(int[] digits)
    {
        for (var i = digits.Length - 1; i >= 0; i--)
        {
            if (++digits[i] < DashForms.Length)
                return true;
            digits[i] = 0;
        }
        return false;
    }

    private static bool IsWord(string text, int index) =>
        index >= 0 && index < text.Length && (char.IsLetterOrDigit(text[index]) || text[index] == '_');
}
