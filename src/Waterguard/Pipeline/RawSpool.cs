using Waterguard.Detection.Matching;

namespace Waterguard.Pipeline;

/// <summary>Keeps copies of records that matched: in memory up to a budget, beyond it in a temporary file, so that a scan's memory does not grow with
/// what it finds. Thread-safe.</summary>
internal sealed class RawSpool(int memoryBytes = RawSpool.DefaultMemoryBytes) : IDisposable
{
    /// <summary>Bytes that are kept in memory.</summary>
    public const int DefaultMemoryBytes = 16 * 1024 * 1024;

    private readonly Lock _lock = new();
    private FileStream? _file;
    private long _inMemory;

    /// <summary>Bytes that went to the temporary file.</summary>
    public long Spilled { get; private set; }

    public RawRecord Keep(ReadOnlySpan<byte> record)
    {
        lock (_lock)
        {
            if (_inMemory + record.Length <= memoryBytes)
            {
                _inMemory += record.Length;
                return record.ToArray();
            }

            _file ??= Create();
            var at = Spilled;
            _file.Position = at;
            _file.Write(record);
            Spilled += record.Length;
            return new Spooled(this, at, record.Length);
        }
    }

    public void Dispose() => _file?.Dispose();

    // The records may hold secrets: nobody else may read the file.
    private static FileStream Create()
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Share = FileShare.None, Options = FileOptions.DeleteOnClose, BufferSize = 1 << 16 };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new FileStream(Path.Combine(Path.GetTempPath(), $"waterguard-{Guid.NewGuid():N}.raw"), options);
    }

    private byte[] Read(long at, int length)
    {
        lock (_lock)
        {
            var bytes = new byte[length];
            _file!.Position = at;
            _file.ReadExactly(bytes);
            return bytes;
        }
    }

    private sealed class Spooled(RawSpool spool, long at, int length) : RawRecord
    {
        public override ReadOnlyMemory<byte> Read() => spool.Read(at, length);
    }
}
