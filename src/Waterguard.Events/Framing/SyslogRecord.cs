namespace Waterguard.Events.Framing;

/// <summary>Writes a syslog message that came over the network as a record: what a line of a file would be, with who sent it and when it was received, for RFC
/// 3164 tells neither year nor zone. Reused; not thread-safe.</summary>
public sealed class SyslogRecord
{
    private readonly ByteWriter _made = new();

    /// <summary>The record of a message. A message whose text is a JSON object can be taken as that object.</summary>
    /// <param name="received">RFC 3339.</param>
    /// <param name="bare">Give on a text that is JSON as it is.</param>
    /// <param name="isKnown">False: it has no head that could be read; it is given on with its text only.</param>
    public ReadOnlySpan<byte> Write(ReadOnlySpan<byte> message, ReadOnlySpan<byte> peer, ReadOnlySpan<byte> received, bool bare, out bool isKnown)
    {
        isKnown = LogLine.TryRead(message, out var parts);
        if (!isKnown) parts = new LogLine { Format = "none"u8, Message = message };
        var text = parts.Message.Trim(" \t\r\n"u8);
        if (bare && GrowingFramer.IsWholeObject(text)) return text;
        _made.Clear();
        var record = new ObjectWriter(_made);
        parts.WriteTo(ref record);
        record.Text("peer"u8, peer);
        record.Text("received"u8, received);
        record.End();
        return _made.Bytes.AsSpan(0, _made.Length);
    }
}
