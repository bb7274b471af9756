namespace Waterguard.Events.Framing;

/// <summary>Chooses how an input is framed from its first bytes.</summary>
internal static class FramerChoice
{
    public static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    public static IFramer Choose(ReadOnlySpan<byte> head)
    {
        if (head.StartsWith(ByteOrderMark)) head = head[3..];
        head = head.TrimStart(" \t\r\n"u8);
        if (head.IsEmpty) return new LineFramer();
        return head[0] switch
        {
            (byte)'[' => new ValueFramer(array: true),
            (byte)'{' => HasWholeLine(head) ? new LineFramer() : new ValueFramer(array: false),
            _ => ZeekFramer.TryCreate(head) ?? AuditFramer.TryCreate(head) ?? FlowLineFramer.TryCreate(head) ?? LogLineFramer.TryCreate(head)
                ?? TableFramer.TryCreate(head) ?? (IFramer)new LineFramer(),
        };
    }

    /// <summary>Whether some line of the first ones is an object by itself. One such line tells a log with a record a line (whose first may be
    /// broken) from an indented document. Without any line end it is one record.</summary>
    private static bool HasWholeLine(ReadOnlySpan<byte> head)
    {
        for (var lines = 0; lines < 64; lines++)
        {
            var end = head.IndexOf((byte)'\n');
            if (end < 0) return lines == 0;
            var line = head[..end].Trim(" \t\r"u8);
            if (line.Length > 1 && line[0] == (byte)'{' && ValueExtent.Of(line, ended: true) == line.Length) return true;
            head = head[(end + 1)..];
        }

        return false;
    }
}
