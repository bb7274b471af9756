namespace Waterguard.Sources.Transports.Tail;

/// <summary>Which files are followed, and which positions wait for theirs: told by device and inode while a file exists, and by its first bytes when it was
/// copied, compressed, or its inode was used again. Not thread-safe.</summary>
internal sealed class TailFiles(IInputSink sink, TailSettings settings, TransportProgress progress, TimeProvider time, Action<string> say) : IDisposable
{
    // Two short files may begin alike by chance; longer ones do not.
    internal const int TellingBytes = 64;

    private readonly List<TailFile> _files = [];
    private readonly Dictionary<string, TailPosition> _waiting = new(StringComparer.Ordinal);
    private readonly HashSet<string> _told = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _alike = new(StringComparer.Ordinal);
    private bool _isFirst = true;
    private int _number;

    public IReadOnlyList<TailFile> All => _files;

    /// <summary>Takes up where the journal says.</summary>
    public void Load()
    {
        foreach (var partition in sink.Partitions)
        {
            if (TailPosition.Parse(sink.PositionOf(partition)!) is { } position) _waiting[partition] = position;
            else say($"the stored position of {partition} is of a newer version or damaged; its file is read from the start");
        }
    }

    /// <summary>Looks at the folders: new files are taken up, files that were cut begin anew, files without a path are marked.</summary>
    public void Scan()
    {
        var seen = new HashSet<TailFile>();
        foreach (var path in settings.Patterns.SelectMany(p => p.Find(Tell)).Distinct(StringComparer.Ordinal))
        {
            FileContent content;
            try
            {
                content = FileContent.Open(path);
            }
            catch (FileNotFoundException)
            {
                continue;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                Tell($"{path} cannot be read: {e.Message}");
                continue;
            }

            if (_files.FirstOrDefault(f => f.Content.Device == content.Device && f.Content.Inode == content.Inode && content.Inode != 0) is { } known)
            {
                content.Dispose();
                known.Path = path;
                seen.Add(known);
            }
            else if (TakeUp(path, content) is { } fresh)
            {
                seen.Add(fresh);
            }
            else
            {
                content.Dispose();
            }
        }

        foreach (var file in _files) file.IsGone = !seen.Contains(file);
        _isFirst = false;
    }

    /// <summary>A file was cut or written anew: what it was is over, and whoever has a copy of that goes on with it.</summary>
    public TailFile BeginAnew(TailFile file)
    {
        progress.Note("files cut or rewritten");
        _waiting[file.Partition] = file.Position;
        var content = FileContent.Reopen(file.Content);
        Drop(file);
        var fresh = new TailFile(NewPartition(file.Path, content), file.Path, content, time.GetTimestamp());
        _files.Add(fresh);
        return fresh;
    }

    /// <summary>Reads a file no further; its position waits, should it come back compressed.</summary>
    public void Drop(TailFile file)
    {
        _files.Remove(file);
        _waiting[file.Partition] = file.Position;
        file.Dispose();
    }

    public void Dispose()
    {
        foreach (var file in _files) file.Dispose();
    }

    private TailFile? TakeUp(string path, FileContent content)
    {
        var head = new byte[FileIdentity.FingerprintBytes];
        var length = content.ReadAt(0, head);
        if (length == 0) return null; // nothing to tell it by, and nothing to read
        bool Begins(string fingerprint, int of) => of > 0 && of <= length && FileIdentity.Fingerprint(head.AsSpan(0, of)) == fingerprint;

        // The same file as before a restart.
        var same = _waiting.Where(w => w.Value.Device == content.Device && w.Value.Inode == content.Inode && content.Inode != 0
            && (w.Value.FingerprintLength == 0 || Begins(w.Value.Fingerprint, w.Value.FingerprintLength))
            && (content.IsGzip || content.Length >= w.Value.Offset)).Select(w => w.Key).FirstOrDefault();
        // Or what became of it: copied and cut, or compressed.
        same ??= _waiting.Where(w => w.Value.FingerprintLength >= TellingBytes && (content.IsGzip || content.Length >= w.Value.Offset) && Begins(w.Value.Fingerprint, w.Value.FingerprintLength))
            .OrderByDescending(w => w.Value.FingerprintLength).Select(w => w.Key).FirstOrDefault();
        // A copy of a file that is still there tells nothing new, if that one is cut now. If not, it is read as what it is: nobody shall hide a file behind the
        // first bytes of another.
        if (same is null && length >= TellingBytes && _files.Any(f => f.BeginsLike(head.AsSpan(0, length))) && IsRecent(path)) return null;

        var file = new TailFile(same ?? NewPartition(path, content), path, content, time.GetTimestamp());
        if (same is not null && _waiting.Remove(same, out var position)) file.GoOn(position);
        else if (_isFirst && settings.FromEnd && sink.Partitions.Count == 0 && !content.IsGzip) file.GoToEnd();
        _files.Add(file);
        return file;
    }

    private bool IsRecent(string path)
    {
        if (_alike.Count > 10_000) _alike.Clear();
        if (_alike.TryAdd(path, time.GetTimestamp())) progress.Note("files that begin like another");
        return time.GetElapsedTime(_alike[path]) < TailSettings.Linger;
    }

    private string NewPartition(string path, FileContent content)
    {
        while (true)
        {
            var name = FormattableString.Invariant($"{path}#{content.Inode:x}.{_number++}");
            if (!_waiting.ContainsKey(name) && sink.PositionOf(name) is null && _files.TrueForAll(f => f.Partition != name)) return name;
        }
    }

    // The same trouble is told once, and counted each time.
    private void Tell(string trouble)
    {
        progress.Failed(trouble);
        if (_told.Count < 1000 && _told.Add(trouble)) say(trouble);
    }
}
