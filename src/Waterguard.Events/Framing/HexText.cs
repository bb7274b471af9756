namespace Waterguard.Events.Framing;

/// <summary>Texts that logs write as hexadecimal digits, or with escapes of them.</summary>
internal static class HexText
{
    private static readonly System.Buffers.SearchValues<byte> UpperDigits = System.Buffers.SearchValues.Create("0123456789ABCDEF"u8);

    /// <summary>Whether these are whole bytes in upper case digits, as the audit system writes texts with special characters.</summary>
    public static bool IsUpper(ReadOnlySpan<byte> text) =>
        text.Length > 0 && text.Length % 2 == 0 && text.IndexOfAnyExcept(UpperDigits) < 0;

    /// <summary>Decodes pairs of digits; the result is as long as half of them.</summary>
    public static int Decode(ReadOnlySpan<byte> digits, Span<byte> into)
    {
        for (var i = 0; i < digits.Length / 2; i++) into[i] = (byte)((Value(digits[2 * i]) << 4) | Value(digits[(2 * i) + 1]));
        return digits.Length / 2;
    }

    /// <summary>Resolves <c>\xHH</c> and <c>\\</c>, as Zeek writes bytes that its format needs itself. Returns the length.</summary>
    public static int Unescape(ReadOnlySpan<byte> text, Span<byte> into)
    {
        var length = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\' && i + 3 < text.Length && text[i + 1] == 'x' && Value(text[i + 2]) >= 0 && Value(text[i + 3]) >= 0)
            {
                into[length++] = (byte)((Value(text[i + 2]) << 4) | Value(text[i + 3]));
                i += 3;
            }
            else
            {
                into[length++] = text[i];
                if (text[i] == '\\' && i + 1 < text.Length && text[i + 1] == '\\') i++;
            }
        }

        return length;
    }

    private static int Value(byte digit) => digit switch
    {
        >= (byte)'0' and <= (byte)'9' => digit - '0',
        >= (byte)'A' and <= (byte)'F' => digit - 'A' + 10,
        >= (byte)'a' and <= (byte)'f' => digit - 'a' + 10,
        _ => -1,
    };
}
