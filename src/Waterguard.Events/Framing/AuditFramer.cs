namespace Waterguard.Events.Framing;

/// <summary>Raw lines of the Linux audit system. The lines of one event (same time, serial and node) become one record, <c>{timestamp, serial, node, records: […]}</c>;
/// other events' lines may stand between them. An event is complete with its EOE line, or when enough younger ones have begun.</summary>
internal sealed class AuditFramer : MakingLineFramer
{
    private const int MaxPending = 16;
    private const int MaxEventBytes = 1024 * 1024;
    private readonly List<AuditEvent> _pending = [];
    private readonly Stack<AuditEvent> _spare = new();

    /// <summary>A framer when most of the first lines are such.</summary>
    public static AuditFramer? TryCreate(ReadOnlySpan<byte> head) => Most(head, static line => AuditLine.TryRead(line, out _)) ? new AuditFramer() : null;

    public override bool IsOpen => _pending.Count > 0;

    public override void Make(ReadOnlySpan<byte> bytes, long line, long offset, RecordBatch batch)
    {
        if (!AuditLine.TryRead(bytes, out var parts))
        {
            Report(batch, line, offset, "the line is no audit record");
            return;
        }

        var at = Find(parts);
        if (at < 0)
        {
            if (_pending.Count == MaxPending) Complete(0, batch);
            at = _pending.Count;
            var fresh = _spare.TryPop(out var spare) ? spare : new AuditEvent();
            fresh.Begin(parts, line, offset);
            _pending.Add(fresh);
        }

        if (!parts.Type.SequenceEqual("EOE"u8)) _pending[at].Add(parts);
        if (parts.StandsAlone || parts.Type.SequenceEqual("EOE"u8) || _pending[at].Bytes > MaxEventBytes) Complete(at, batch);
    }

    public override void Finish(RecordBatch batch)
    {
        while (_pending.Count > 0) Complete(0, batch);
    }

    private int Find(in AuditLine parts)
    {
        for (var i = _pending.Count - 1; i >= 0; i--)
        {
            if (_pending[i].Is(parts)) return i;
        }

        return -1;
    }

    private void Complete(int at, RecordBatch batch)
    {
        var done = _pending[at];
        _pending.RemoveAt(at);
        if (!done.IsEmpty)
        {
            var start = batch.Made.Length;
            done.Write(batch.Made);
            batch.AddMade(start, done.Line, done.Offset);
        }

        _spare.Push(done);
    }
}
