using System.IO.Compression;

namespace Waterguard.Pipeline;

/// <summary>One input of a scan. Plain or gzip: told by its first bytes.</summary>
internal sealed record ScanInput(string Name, long Length, Func<Stream> OpenRaw)
{
    /// <summary>All files that the paths name, folders whole, in the order of their paths; <c>-</c> is standard input.</summary>
    /// <exception cref="IOException">A path names nothing that can be read; the message says which.</exception>
    public static IReadOnlyList<ScanInput> Of(IEnumerable<string> paths)
    {
        var inputs = new List<ScanInput>();
        foreach (var path in paths)
        {
            if (path == "-") inputs.Add(new ScanInput("-", 0, Console.OpenStandardInput));
            else if (Directory.Exists(path)) inputs.AddRange(Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Where(IsTelemetry).Select(OfFile));
            else if (File.Exists(path)) inputs.Add(OfFile(path));
            else throw new FileNotFoundException($"{path}: there is no such file or folder");
        }

        return inputs;
    }

    /// <summary>The bytes, decompressed.</summary>
    public Stream Open()
    {
        var raw = OpenRaw();
        var head = new byte[2];
        var read = raw.ReadAtLeast(head, 2, throwOnEndOfStream: false);
        var whole = raw.CanSeek ? Rewound(raw) : new HeadStream(head, read, raw);
        return read == 2 && head[0] == 0x1F && head[1] == 0x8B ? new GZipStream(whole, CompressionMode.Decompress) : whole;
    }

    private static Stream Rewound(Stream stream)
    {
        stream.Position = 0;
        return stream;
    }

    // Beside telemetry a folder may explain itself.
    private static bool IsTelemetry(string path) => !path.EndsWith(".md", StringComparison.OrdinalIgnoreCase);

    private static ScanInput OfFile(string path) => new(path, new FileInfo(path).Length,
        () => new FileStream(path, new FileStreamOptions { Mode = FileMode.Open, Access = FileAccess.Read, Share = FileShare.ReadWrite | FileShare.Delete, BufferSize = 0, Options = FileOptions.SequentialScan }));

    /// <summary>A stream whose first bytes were taken already.</summary>
    private sealed class HeadStream(byte[] head, int length, Stream rest) : Stream
    {
        private int _at;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(Span<byte> buffer)
        {
            if (_at == length) return rest.Read(buffer);
            var count = Math.Min(length - _at, buffer.Length);
            head.AsSpan(_at, count).CopyTo(buffer);
            _at += count;
            return count;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing) rest.Dispose();
            base.Dispose(disposing);
        }
    }
}
