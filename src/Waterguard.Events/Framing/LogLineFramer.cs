namespace Waterguard.Events.Framing;

/// <summary>Lines of system logs: syslog (RFC 3164, with or without priority; RFC 5424; with an ISO time), klog, and what container runtimes write for their
/// containers. A line of none of these is given on with its text only: a message may have several lines. A line that is JSON stays what it is.</summary>
internal sealed class LogLineFramer : MakingLineFramer
{
    /// <summary>A framer when most of the first lines have such a head.</summary>
    public static LogLineFramer? TryCreate(ReadOnlySpan<byte> head) => Most(head, static line => LogLine.TryRead(line, out _)) ? new LogLineFramer() : null;

    public override void Make(ReadOnlySpan<byte> bytes, long line, long offset, RecordBatch batch)
    {
        var start = batch.Made.Length;
        if (bytes[0] == (byte)'{')
        {
            batch.Made.Write(bytes);
        }
        else
        {
            var record = new ObjectWriter(batch.Made);
            if (!LogLine.TryRead(bytes, out var parts)) parts = new LogLine { Format = "none"u8, Message = bytes };
            parts.WriteTo(ref record);
            record.End();
        }

        batch.AddMade(start, line, offset);
    }
}
