namespace Waterguard.Events.Framing;

/// <summary>Writes one JSON object, field by field.</summary>
internal ref struct ObjectWriter
{
    private readonly ByteWriter _into;
    private bool _any;

    public ObjectWriter(ByteWriter into)
    {
        _into = into;
        into.Write((byte)'{');
    }

    public void Key(scoped ReadOnlySpan<byte> key)
    {
        _into.Write(_any ? ",\""u8 : "\""u8);
        _any = true;
        _into.WriteEscaped(key);
        _into.Write("\":"u8);
    }

    public void Text(scoped ReadOnlySpan<byte> key, scoped ReadOnlySpan<byte> text)
    {
        Key(key);
        WriteText(_into, text);
    }

    /// <summary>A number where the text is one, otherwise the text.</summary>
    public void Number(scoped ReadOnlySpan<byte> key, scoped ReadOnlySpan<byte> text)
    {
        Key(key);
        WriteNumber(_into, text);
    }

    /// <summary>A text that is not empty.</summary>
    public void TextIfAny(scoped ReadOnlySpan<byte> key, scoped ReadOnlySpan<byte> text)
    {
        if (!text.IsEmpty) Text(key, text);
    }

    public readonly void End() => _into.Write((byte)'}');

    public static void WriteText(ByteWriter into, scoped ReadOnlySpan<byte> text)
    {
        into.Write((byte)'"');
        into.WriteEscaped(text);
        into.Write((byte)'"');
    }

    public static void WriteNumber(ByteWriter into, scoped ReadOnlySpan<byte> text)
    {
        if (IsNumber(text)) into.Write(text);
        else WriteText(into, text);
    }

    /// <summary>Whether JSON would take the text as a number.</summary>
    public static bool IsNumber(ReadOnlySpan<byte> text)
    {
        if (!text.IsEmpty && text[0] == '-') text = text[1..];
        var whole = Digits(text);
        if (whole == 0 || (whole > 1 && text[0] == '0')) return false;
        text = text[whole..];
        if (!text.IsEmpty && text[0] == '.')
        {
            var fraction = Digits(text[1..]);
            if (fraction == 0) return false;
            text = text[(fraction + 1)..];
        }

        if (text.IsEmpty) return true;
        if ((text[0] | 0x20) != 'e') return false;
        text = text[1..];
        if (!text.IsEmpty && text[0] is (byte)'+' or (byte)'-') text = text[1..];
        return !text.IsEmpty && Digits(text) == text.Length;
    }

    private static int Digits(ReadOnlySpan<byte> text)
    {
        var end = text.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        return end < 0 ? text.Length : end;
    }
}
