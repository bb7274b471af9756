namespace Waterguard.Events.Framing;

/// <summary>Lines of a text format: each is written anew as a JSON object, or several of them are. CR LF and a byte order mark are no part of a line.</summary>
internal abstract class MakingLineFramer : IRecordMaker
{
    private const int LinesLookedAt = 32;
    private LineFramer _lines = new();

    public long Line => _lines.Line;

    public bool Next(ReadOnlySpan<byte> bytes, bool ended, out Frame frame) => _lines.Next(bytes, ended, out frame);

    public void SkippedLine() => _lines.SkippedLine();

    /// <summary>Goes on at a line of an input that another framer began.</summary>
    public void GoOnAt(long line) => _lines = new LineFramer(line);

    /// <summary>Whether a line is part of what all lines behind it mean.</summary>
    public virtual bool IsHeader(ReadOnlySpan<byte> line) => false;

    /// <summary>Whether something waits for lines that have not come yet.</summary>
    public virtual bool IsOpen => false;

    public abstract void Make(ReadOnlySpan<byte> bytes, long line, long offset, RecordBatch batch);

    public virtual void Finish(RecordBatch batch)
    {
    }

    /// <summary>Reports a line that cannot be read.</summary>
    protected static void Report(RecordBatch batch, long line, long offset, string reason) => batch.Problems.Add(new RecordProblem(batch.File, line, offset, reason));

    /// <summary>Whether more than half of the first lines, apart from blank ones, are of a kind.</summary>
    protected static bool Most(ReadOnlySpan<byte> head, LineTest isOfKind)
    {
        var (of, others) = (0, 0);
        while (!head.IsEmpty && of + others < LinesLookedAt)
        {
            var end = head.IndexOf((byte)'\n');
            var line = (end < 0 ? head : head[..end]).Trim(" \t\r"u8);
            if (!line.IsEmpty && isOfKind(line)) of++;
            else if (!line.IsEmpty && (end >= 0 || of + others == 0)) others++;
            head = end < 0 ? default : head[(end + 1)..];
        }

        return of > others;
    }

    /// <summary>A test on a line.</summary>
    protected delegate bool LineTest(ReadOnlySpan<byte> line);
}
