using Waterguard.Events.Framing;

namespace Waterguard.Sources.Transports.Tail;

/// <summary>One file that is followed, whatever it is called now. Used by one task at a time.</summary>
internal sealed class TailFile : IDisposable
{
    private const int ChunkBytes = 256 * 1024;
    private const int ChunksInARow = 32;

    private readonly RecordBlock _block = new();
    private readonly List<RecordProblem> _problems = [];
    private GrowingFramer? _framer;
    private byte[] _buffer = [];
    private long _offset;
    private bool _skipping;
    private long _seen = -1;
    private bool _more = true;
    private (bool, bool, bool) _last;

    public TailFile(string partition, string path, FileContent content, long now)
    {
        (Partition, Path, Content, Grown) = (partition, path, content, now);
        Refresh();
    }

    public string Partition { get; }

    public string Path { get; set; }

    public FileContent Content { get; }

    public string Fingerprint { get; private set; } = "";

    public int FingerprintLength { get; private set; }

    /// <summary>When it was last seen to have more bytes: a time stamp.</summary>
    public long Grown { get; private set; }

    /// <summary>No path leads to it any more.</summary>
    public bool IsGone { get; set; }

    public TailPosition Position => new(Path, Content.Device, Content.Inode, Fingerprint, FingerprintLength, _offset, _framer?.State, _skipping);

    /// <summary>Bytes on disk that were not read; unknown (0) for compressed files.</summary>
    public long Behind => Content.IsGzip ? 0 : Math.Max(0, Content.Length - _offset);

    /// <summary>Goes on where a position says.</summary>
    public void GoOn(TailPosition position)
    {
        (_offset, _skipping) = (position.Offset, position.Skipping);
        if (position.Framing is not { } framing) return;
        var header = new byte[Math.Clamp(framing.HeaderEnd - framing.HeaderStart, 0, ChunkBytes)];
        var length = header.Length == 0 ? 0 : Content.ReadAt(framing.HeaderStart, header);
        _framer = GrowingFramer.GoOn(framing, header.AsSpan(0, length));
    }

    /// <summary>Goes on behind everything that is there.</summary>
    public void GoToEnd()
    {
        var head = new byte[64 * 1024];
        var length = Content.ReadAt(0, head);
        _framer = GrowingFramer.Choose(head.AsSpan(0, length), final: false);
        if (_framer is not null) _offset = Content.Length;
        _skipping = _offset > 0 && !EndsWithLine();
    }

    /// <summary>Whether it is still the file that was being read. False: it was cut, or written anew from its start.</summary>
    public bool IsWhole()
    {
        var length = Content.Length;
        if (length == _seen) return true;
        if (Content.IsGzip) return length > _seen;
        if (length < _offset) return false;
        if (FingerprintLength == 0) return true;
        var head = new byte[FingerprintLength];
        return Content.ReadAt(0, head) == head.Length && FileIdentity.Fingerprint(head) == Fingerprint;
    }

    /// <summary>Whether it begins as another file does, as far as both go.</summary>
    public bool BeginsLike(ReadOnlySpan<byte> other)
    {
        var length = Math.Min(FingerprintLength, other.Length);
        if (length < TailFiles.TellingBytes) return false;
        if (length == FingerprintLength) return FileIdentity.Fingerprint(other[..length]) == Fingerprint;
        var head = new byte[length];
        return Content.ReadAt(0, head) == length && other[..length].SequenceEqual(head);
    }

    /// <summary>Looks at its size and first bytes. True: it has changed since the last look.</summary>
    public bool Refresh(long now = 0)
    {
        var length = Content.Length;
        if (length == _seen) return false;
        (_seen, Grown) = (length, now == 0 ? Grown : now);
        if (FingerprintLength == FileIdentity.FingerprintBytes) return true;
        var head = new byte[FileIdentity.FingerprintBytes];
        FingerprintLength = Content.ReadAt(0, head);
        Fingerprint = FileIdentity.Fingerprint(head.AsSpan(0, FingerprintLength));
        return true;
    }

    /// <summary>Whether reading could bring something although no byte has come: there is more, or what waited becomes whole by the silence.</summary>
    public bool WantsReading(bool quiet, bool final)
    {
        var state = (More: _more, quiet, final);
        var wants = _more || state != _last;
        _last = state;
        return wants;
    }

    /// <summary>Reads what is there and hands it over. True: there may be more at once.</summary>
    /// <param name="quiet">Nothing has come for a while.</param>
    /// <param name="final">Nothing will come any more.</param>
    public async Task<bool> ReadAsync(TailReading reading, bool quiet, bool final, CancellationToken stop) =>
        _more = await ReadSomeAsync(reading, quiet, final, stop);

    private async Task<bool> ReadSomeAsync(TailReading reading, bool quiet, bool final, CancellationToken stop)
    {
        if (_buffer.Length == 0) _buffer = new byte[ChunkBytes];
        for (var chunks = 0; chunks < ChunksInARow && !stop.IsCancellationRequested; chunks++)
        {
            var filled = Content.ReadAt(_offset, _buffer);
            if (filled == 0) return false;
            var atEnd = filled < _buffer.Length;
            if (_skipping)
            {
                Skip(filled);
                continue;
            }

            _framer ??= GrowingFramer.Choose(_buffer.AsSpan(0, filled), final || (quiet && _buffer.AsSpan(0, filled).Contains((byte)'\n')));
            if (_framer is null && atEnd) return false;
            var used = _framer is null ? 0 : Frame(filled, quiet && atEnd, final && atEnd);
            if (used > 0)
            {
                if (!await HandOverAsync(reading, used, stop)) return false;
            }
            else if (atEnd)
            {
                return false;
            }
            else if (!Grow(reading))
            {
                // Larger than anything may be: behind the next line end it goes on.
                reading.Progress.Read();
                reading.Progress.Rejected("the record is too large");
                _framer ??= GrowingFramer.Choose(_buffer.AsSpan(0, filled), final: true);
                _skipping = true;
            }
        }

        return true;
    }

    public void Dispose() => Content.Dispose();

    private int Frame(int filled, bool quiet, bool final)
    {
        _block.Clear();
        _problems.Clear();
        var bytes = _buffer.AsSpan(0, filled);
        var used = _framer!.Frame(bytes, _offset, quiet || (filled == _buffer.Length && _buffer.Length > ChunkBytes), final, Path, _block, _problems);
        // An object without a line end that nothing follows is whole all the same.
        if (used == 0 && quiet && GrowingFramer.IsWholeObject(bytes)) used = _framer.Frame(bytes, _offset, flush: true, ended: true, Path, _block, _problems);
        return used;
    }

    private async Task<bool> HandOverAsync(TailReading reading, int used, CancellationToken stop)
    {
        if (_block.Count > 0)
        {
            var batch = new TransportBatch(Partition, _block.ToArray(), _block.Count) { Source = reading.Source, Place = Path, Position = (Position with { Offset = _offset + used }).ToString() };
            reading.Progress.Read(_block.Count);
            if (!await Handover.UntilTakenAsync(reading.Sink, batch, reading.Progress, Backoff.Of(reading.Time), stop))
            {
                reading.Progress.Read(-_block.Count);
                return false;
            }
        }

        foreach (var problem in _problems)
        {
            reading.Progress.Read();
            reading.Progress.Rejected(problem.Reason);
        }

        _offset += used;
        if (_buffer.Length > ChunkBytes) _buffer = new byte[ChunkBytes];
        return true;
    }

    private void Skip(int filled)
    {
        var end = _buffer.AsSpan(0, filled).IndexOf((byte)'\n');
        _offset += end < 0 ? filled : end + 1;
        if (end < 0) return;
        _skipping = false;
        _framer?.SkippedLine();
    }

    private bool Grow(TailReading reading)
    {
        if (_buffer.Length >= reading.Settings.MaxRecord) return false;
        _buffer = new byte[Math.Min(_buffer.Length * 2L, Math.Max(reading.Settings.MaxRecord, ChunkBytes))];
        return true;
    }

    private bool EndsWithLine()
    {
        var last = new byte[1];
        return Content.ReadAt(_offset - 1, last) == 1 && last[0] == (byte)'\n';
    }
}

/// <summary>What all files of one input are read with.</summary>
internal sealed record TailReading(IInputSink Sink, TransportProgress Progress, TailSettings Settings, string? Source, TimeProvider Time);
