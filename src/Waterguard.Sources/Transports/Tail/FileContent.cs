using System.IO.Compression;
using Microsoft.Win32.SafeHandles;

namespace Waterguard.Sources.Transports.Tail;

/// <summary>The bytes of one open file, decompressed. The handle keeps what was renamed or deleted readable. Not thread-safe.</summary>
internal sealed class FileContent : IDisposable
{
    private readonly SafeFileHandle _handle;
    private readonly string _path;
    private GZipStream? _gzip;
    private long _at;
    private byte[] _skipped = [];
    private byte[] _window = [];
    private long _windowAt;

    private FileContent(SafeFileHandle handle, string path)
    {
        (_handle, _path) = (handle, path);
        (Device, Inode) = FileIdentity.Of(handle);
        Span<byte> magic = stackalloc byte[2];
        IsGzip = RandomAccess.Read(handle, magic, 0) == 2 && magic[0] == 0x1F && magic[1] == 0x8B;
    }

    public ulong Device { get; }

    public ulong Inode { get; }

    public bool IsGzip { get; }

    /// <summary>Bytes of the file as it is on disk.</summary>
    public long Length => RandomAccess.GetLength(_handle);

    public static FileContent Open(string path) => new(File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete), path);

    /// <summary>The same file, looked at anew.</summary>
    public static FileContent Reopen(FileContent content) =>
        new(File.OpenHandle(content.Name, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete), content._path);

    // By way of the handle: the path may be another file's by now.
    private string Name => OperatingSystem.IsLinux() ? $"/proc/self/fd/{_handle.DangerousGetHandle()}" : _path;

    /// <summary>Fills the buffer from an offset on, as far as there are bytes. What a compressed file still lacks counts as not there yet.</summary>
    public int ReadAt(long offset, Span<byte> buffer)
    {
        var filled = FromWindow(offset, buffer);
        while (filled < buffer.Length)
        {
            var read = IsGzip ? ReadGzip(offset + filled, buffer[filled..]) : RandomAccess.Read(_handle, buffer[filled..], offset + filled);
            if (read == 0) break;
            filled += read;
        }

        if (IsGzip) (_window, _windowAt) = (buffer[..filled].ToArray(), offset);
        return filled;
    }

    // What was decompressed last and is wanted again, the piece of a record at its end above all: going back would mean to start over.
    private int FromWindow(long offset, Span<byte> buffer)
    {
        if (!IsGzip || _gzip is null || _windowAt + _window.Length != _at || offset < _windowAt || offset > _at) return 0;
        var known = _window.AsSpan((int)(offset - _windowAt));
        known = known[..Math.Min(known.Length, buffer.Length)];
        known.CopyTo(buffer);
        return known.Length;
    }

    public void Dispose()
    {
        _gzip?.Dispose();
        _handle.Dispose();
    }

    private int ReadGzip(long offset, Span<byte> buffer)
    {
        try
        {
            if (_gzip is null || _at > offset)
            {
                _gzip?.Dispose();
                _gzip = new GZipStream(new FileStream(Name, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1 << 16), CompressionMode.Decompress);
                _at = 0;
            }

            if (_at < offset && _skipped.Length == 0) _skipped = new byte[64 * 1024];
            while (_at < offset)
            {
                var skipped = _gzip.Read(_skipped, 0, (int)Math.Min(_skipped.Length, offset - _at));
                if (skipped == 0) return Again();
                _at += skipped;
            }

            var read = _gzip.Read(buffer);
            _at += read;
            return read > 0 ? read : Again();
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            return Again();
        }
    }

    // A stream that has met the end of a growing file does not go on by itself.
    private int Again()
    {
        _gzip?.Dispose();
        _gzip = null;
        return 0;
    }
}
