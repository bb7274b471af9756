using System.Globalization;
using Microsoft.Win32.SafeHandles;
using Waterguard.Detection.Matching;
using Waterguard.Detection.State;

namespace Waterguard.Service;

/// <summary>Copies of the records that correlations may have to show, in files that only grow: state names them by their places, and so finds them again after a restart. When all together
/// are too large, the oldest file goes; a record in it is shown without its bytes then. Thread-safe.</summary>
internal sealed class EvidenceFiles : IRawPlaces, IDisposable
{
    private const int NumberBits = 32;
    private const int Together = 1 << 16;
    private const string Pattern = "evidence-*.raw";
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly string _folder;
    private readonly long _fileBytes;
    private readonly long _mostBytes;
    private readonly Lock _lock = new();
    private readonly SortedDictionary<long, long> _sizes = [];
    private readonly CancellationToken _abandon;
    private readonly MemoryStream _pending = new();
    private FileStream? _current;
    private long _written;
    private SafeFileHandle? _reading;
    private long _number;
    private long _readingNumber = -1;

    /// <param name="mostBytes">What all files may take together.</param>
    /// <param name="fileBytes">When a file is full; below 4 GiB.</param>
    /// <param name="abandon">Ends the waiting for a disk that cannot be written.</param>
    public EvidenceFiles(string folder, long mostBytes, long fileBytes = 64L << 20, CancellationToken abandon = default)
    {
        (_folder, _mostBytes, _fileBytes, _abandon) = (folder, mostBytes, fileBytes, abandon);
        foreach (var file in Directory.EnumerateFiles(folder, Pattern))
        {
            var name = Path.GetFileNameWithoutExtension(file)["evidence-".Length..];
            if (long.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var number)) _sizes[number] = new FileInfo(file).Length;
        }

        _number = _sizes.Count == 0 ? 0 : _sizes.Keys.Last();
    }

    /// <summary>Files that went because there were too many bytes.</summary>
    public long FilesRemoved { get; private set; }

    /// <summary>Why it waits; null: it does not.</summary>
    public string? Trouble { get; private set; }

    /// <summary>Keeps a copy. While the disk cannot be written it waits: what comes in waits in the journal.</summary>
    /// <exception cref="OperationCanceledException">It was abandoned while it waited.</exception>
    public RawRecord Keep(ReadOnlySpan<byte> record)
    {
        lock (_lock)
        {
            if (_current is null || _sizes[_number] + record.Length > _fileBytes) Next();
            var at = (_number << NumberBits) | _sizes[_number];
            _pending.Write(record);
            _sizes[_number] += record.Length;
            if (_pending.Length >= Together) Write(toDisk: false);
            return new Placed(this, at, record.Length);
        }
    }

    /// <summary>What was kept so far is on disk when this returns: what names its places may be committed.</summary>
    public void Flush()
    {
        lock (_lock) Write(toDisk: true);
    }

    public RawRecord? Find(long at, int length)
    {
        lock (_lock) return _sizes.TryGetValue(at >> NumberBits, out var size) && (at & uint.MaxValue) + length <= size ? new Placed(this, at, length) : null;
    }

    public void Dispose()
    {
        _current?.Dispose();
        _reading?.Dispose();
        _pending.Dispose();
    }

    // The same bytes to the same place, until it works.
    private void Write(bool toDisk)
    {
        if (_current?.SafeFileHandle is not { } file) return;
        Patiently(() =>
        {
            RandomAccess.Write(file, _pending.GetBuffer().AsSpan(0, (int)_pending.Length), _written);
            if (toDisk) RandomAccess.FlushToDisk(file);
        });
        _written += _pending.Length;
        _pending.SetLength(0);
    }

    private void Patiently(Action act)
    {
        while (true)
        {
            try
            {
                act();
                Trouble = null;
                return;
            }
            catch (IOException e)
            {
                Trouble = $"evidence cannot be written: {e.Message}";
                _abandon.WaitHandle.WaitOne(Pause);
                _abandon.ThrowIfCancellationRequested();
            }
        }
    }

    // A file that was written to before a crash is not written to again: what stands at its end may be half.
    private void Next()
    {
        Write(toDisk: true);
        _current?.Dispose();
        _number++;
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, Share = FileShare.Read, BufferSize = 0 };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite; // records may hold secrets
        Patiently(() => _current = new FileStream(NameOf(_number), options));
        _written = 0;
        _sizes[_number] = 0;
        while (_sizes.Count > 1 && _sizes.Values.Sum() > _mostBytes)
        {
            var oldest = _sizes.Keys.First();
            File.Delete(NameOf(oldest));
            _sizes.Remove(oldest);
            FilesRemoved++;
        }
    }

    private byte[] Read(long at, int length)
    {
        lock (_lock)
        {
            var number = at >> NumberBits;
            if (!_sizes.ContainsKey(number)) return [];
            if (number == _number) Write(toDisk: false);
            if (_readingNumber != number)
            {
                _reading?.Dispose();
                _reading = File.OpenHandle(NameOf(number), share: FileShare.ReadWrite | FileShare.Delete);
                _readingNumber = number;
            }

            var bytes = new byte[length];
            return RandomAccess.Read(_reading!, bytes, at & uint.MaxValue) == length ? bytes : [];
        }
    }

    private string NameOf(long number) => Path.Combine(_folder, string.Create(CultureInfo.InvariantCulture, $"evidence-{number:00000000}.raw"));

    private sealed class Placed(EvidenceFiles files, long at, int length) : RawRecord
    {
        public override (long At, int Length)? Place => (at, length);

        public override ReadOnlyMemory<byte> Read() => files.Read(at, length);
    }
}
