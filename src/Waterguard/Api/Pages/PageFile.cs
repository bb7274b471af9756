using System.IO.Compression;
using System.Security.Cryptography;

namespace Waterguard.Api.Pages;

/// <summary>One file of the web interface, in memory. It is packed when somebody first asks for it so; then it stays packed. Thread-safe.</summary>
internal sealed class PageFile
{
    private readonly Lazy<byte[]> _brotli;
    private readonly Lazy<byte[]> _gzip;

    /// <param name="path">Below the interface's root, without a slash in front.</param>
    public PageFile(string path, byte[] bytes)
    {
        Bytes = bytes;
        ContentType = TypeOf(path);
        // What is in assets has a hash of its content in its name: it never changes.
        IsImmutable = path.StartsWith("assets/", StringComparison.Ordinal);
        EntityTag = $"\"{Convert.ToHexStringLower(SHA256.HashData(bytes).AsSpan(0, 12))}\"";
        _brotli = new(() => Packed(to => new BrotliStream(to, CompressionLevel.Optimal, leaveOpen: true)));
        _gzip = new(() => Packed(to => new GZipStream(to, CompressionLevel.Optimal, leaveOpen: true)));
    }

    public byte[] Bytes { get; }

    public string ContentType { get; }

    public string EntityTag { get; }

    /// <summary>Whether it may be kept for good.</summary>
    public bool IsImmutable { get; }

    /// <summary>The file as a browser takes it, and how that is called; null: as it is.</summary>
    /// <param name="accepted">What the browser says that it unpacks.</param>
    public (byte[] Bytes, string? Encoding) As(string accepted)
    {
        if (Takes(accepted, "br")) return (_brotli.Value, "br");
        return Takes(accepted, "gzip") ? (_gzip.Value, "gzip") : (Bytes, null);
    }

    private static bool Takes(string accepted, string encoding)
    {
        foreach (var one in accepted.Split(',', StringSplitOptions.TrimEntries))
        {
            var parts = one.Split(';', StringSplitOptions.TrimEntries);
            if (parts[0].Equals(encoding, StringComparison.OrdinalIgnoreCase)) return parts.Length == 1 || !parts[1].Replace(" ", "", StringComparison.Ordinal).TrimEnd('0', '.').Equals("q=", StringComparison.OrdinalIgnoreCase);
        }

        return false;
    }

    private static string TypeOf(string path) => Path.GetExtension(path) switch
    {
        ".html" => "text/html; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".svg" => "image/svg+xml",
        ".txt" => "text/plain; charset=utf-8",
        var other => throw new InvalidOperationException($"There is no content type for '{other}'."),
    };

    private byte[] Packed(Func<Stream, Stream> packing)
    {
        using var packed = new MemoryStream();
        using (var stream = packing(packed)) stream.Write(Bytes);
        return packed.ToArray();
    }
}
