using System.Text;

namespace Waterguard.Events.Fields;

/// <summary>JSON string escapes.</summary>
public static class JsonText
{
    /// <summary>Resolves the escapes of a JSON string's inside. Never fails: a lone surrogate becomes U+FFFD, and an escape that JSON does not
    /// know stays as it is written, so that no text is lost.</summary>
    /// <param name="into">At least as long as <paramref name="escaped"/>: no escape grows.</param>
    /// <returns>How many bytes were written.</returns>
    public static int Unescape(ReadOnlySpan<byte> escaped, Span<byte> into)
    {
        var written = 0;
        while (true)
        {
            var next = escaped.IndexOf((byte)'\\');
            if (next < 0 || next == escaped.Length - 1)
            {
                escaped.CopyTo(into[written..]);
                return written + escaped.Length;
            }

            escaped[..next].CopyTo(into[written..]);
            written += next;
            escaped = escaped[next..];
            written += One(ref escaped, into[written..]);
        }
    }

    // Resolves the escape that `text` starts with and moves `text` behind it.
    private static int One(ref ReadOnlySpan<byte> text, Span<byte> into)
    {
        var simple = text[1] switch
        {
            (byte)'"' => (byte)'"', (byte)'\\' => (byte)'\\', (byte)'/' => (byte)'/', (byte)'b' => (byte)8,
            (byte)'f' => (byte)12, (byte)'n' => (byte)10, (byte)'r' => (byte)13, (byte)'t' => (byte)9, _ => (byte)0,
        };
        if (simple != 0)
        {
            into[0] = simple;
            text = text[2..];
            return 1;
        }

        if (text[1] != (byte)'u' || !TryHex(text, out var unit))
        {
            text[..2].CopyTo(into);
            text = text[2..];
            return 2;
        }

        text = text[6..];
        if (char.IsHighSurrogate((char)unit) && TryHex(text, out var low) && char.IsLowSurrogate((char)low))
        {
            text = text[6..];
            return new Rune((char)unit, (char)low).EncodeToUtf8(into);
        }

        return (char.IsSurrogate((char)unit) ? Rune.ReplacementChar : new Rune(unit)).EncodeToUtf8(into);
    }

    private static bool TryHex(ReadOnlySpan<byte> text, out int unit)
    {
        unit = 0;
        if (text.Length < 6 || text[0] != (byte)'\\' || text[1] != (byte)'u') return false;
        for (var i = 2; i < 6; i++)
        {
            var digit = HexDigit(text[i]);
            if (digit < 0) return false;
            unit = (unit << 4) | digit;
        }

        return true;
    }

    private static int HexDigit(byte b) => b switch
    {
        >= (byte)'0' and <= (byte)'9' => b - '0',
        >= (byte)'a' and <= (byte)'f' => b - 'a' + 10,
        >= (byte)'A' and <= (byte)'F' => b - 'A' + 10,
        _ => -1,
    };
}
