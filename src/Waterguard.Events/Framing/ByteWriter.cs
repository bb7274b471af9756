namespace Waterguard.Events.Framing;

/// <summary>Bytes that grow. Reused by its owner.</summary>
internal sealed class ByteWriter
{
    public byte[] Bytes { get; private set; } = [];

    public int Length { get; private set; }

    public void Clear() => Length = 0;

    public void Write(byte b)
    {
        Reserve(1)[0] = b;
        Length++;
    }

    public void Write(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Reserve(bytes.Length));
        Length += bytes.Length;
    }

    /// <summary>Writes the inside of a JSON string.</summary>
    public void WriteEscaped(ReadOnlySpan<byte> text)
    {
        while (true)
        {
            var plain = IndexToEscape(text);
            if (plain < 0)
            {
                Write(text);
                return;
            }

            Write(text[..plain]);
            var b = text[plain];
            if (b is (byte)'"' or (byte)'\\') Write([(byte)'\\', b]);
            else Write([(byte)'\\', (byte)'u', (byte)'0', (byte)'0', Digit(b >> 4), Digit(b & 15)]);
            text = text[(plain + 1)..];
        }
    }

    private static int IndexToEscape(ReadOnlySpan<byte> text)
    {
        var control = text.IndexOfAnyInRange((byte)0, (byte)0x1F);
        var special = (control < 0 ? text : text[..control]).IndexOfAny((byte)'"', (byte)'\\');
        return special >= 0 ? special : control;
    }

    private static byte Digit(int value) => (byte)"0123456789abcdef"[value];

    private Span<byte> Reserve(int length)
    {
        if (Bytes.Length - Length < length)
        {
            var larger = new byte[Math.Max(Length + length, Math.Max(64 * 1024, Bytes.Length * 2))];
            Bytes.AsSpan(0, Length).CopyTo(larger);
            Bytes = larger;
        }

        return Bytes.AsSpan(Length);
    }
}
