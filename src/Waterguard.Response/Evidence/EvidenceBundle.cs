using System.Collections.Immutable;
using System.Formats.Tar;
using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Waterguard.Response.Evidence;

/// <summary>One file of a bundle.</summary>
/// <param name="How">By what it was got.</param>
/// <param name="Cut">Whether it was longer than may be kept.</param>
public sealed record EvidenceItem(string Name, string How, DateTimeOffset At, long Size, string Sha256, bool Cut);

/// <summary>Collects evidence into one packed file with a manifest of hashes. Written under another name first: a bundle that has its name is whole. Not thread-safe.</summary>
public sealed class EvidenceBundle : IDisposable
{
    /// <summary>The file in a bundle that names the others.</summary>
    public const string Manifest = "manifest.json";

    private readonly string _file;
    private readonly FileStream _stream;
    private readonly GZipStream _packed;
    private readonly TarWriter _tar;
    private readonly TimeProvider _time;
    private readonly ImmutableArray<EvidenceItem>.Builder _items = ImmutableArray.CreateBuilder<EvidenceItem>();
    private bool _closed;

    /// <summary>Begins a bundle.</summary>
    /// <exception cref="IOException">The file cannot be made.</exception>
    public EvidenceBundle(string file, TimeProvider time)
    {
        (_file, _time) = (file, time);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite; // evidence may hold secrets
        _stream = new FileStream(file + ".new", options);
        _packed = new GZipStream(_stream, CompressionLevel.Optimal);
        _tar = new TarWriter(_packed, TarEntryFormat.Pax);
    }

    /// <summary>Adds what a stream gives, up to a size.</summary>
    /// <exception cref="IOException">It cannot be read or written.</exception>
    public async Task AddAsync(string name, string how, Stream content, long most, CancellationToken cancel)
    {
        // The format wants the length first: it goes through a file of its own.
        var spool = _file + ".part";
        try
        {
            var (size, hash, cut) = await SpoolAsync(content, spool, most, cancel);
            await using var read = File.OpenRead(spool);
            await _tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = read, ModificationTime = _time.GetUtcNow() }, cancel);
            _items.Add(new EvidenceItem(name, how, _time.GetUtcNow(), size, hash, cut));
        }
        finally
        {
            File.Delete(spool);
        }
    }

    /// <summary>Writes the manifest, and gives the bundle its name.</summary>
    /// <param name="about">What it is about, by name.</param>
    /// <returns>The hash of the manifest: kept elsewhere, it shows that nobody wrote another.</returns>
    public async Task<string> CloseAsync(IReadOnlyDictionary<string, string> about, CancellationToken cancel)
    {
        var manifest = Write(about, [.. _items.OrderBy(i => i.Name, StringComparer.Ordinal)]);
        using (var stream = new MemoryStream(manifest)) await _tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, Manifest) { DataStream = stream, ModificationTime = _time.GetUtcNow() }, cancel);
        await _tar.DisposeAsync();
        await _packed.DisposeAsync();
        _stream.Dispose();
        using (var handle = File.OpenHandle(_file + ".new", FileMode.Open, FileAccess.ReadWrite)) RandomAccess.FlushToDisk(handle);
        File.Move(_file + ".new", _file, overwrite: true);
        _closed = true;
        return Convert.ToHexStringLower(SHA256.HashData(manifest));
    }

    /// <summary>What was begun and not closed goes.</summary>
    public void Dispose()
    {
        if (_closed) return;
        _tar.Dispose();
        _packed.Dispose();
        _stream.Dispose();
        File.Delete(_file + ".new");
    }

    private static async Task<(long Size, string Hash, bool Cut)> SpoolAsync(Stream content, string file, long most, CancellationToken cancel)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        await using var write = new FileStream(file, options);
        var buffer = new byte[1 << 16];
        var size = 0L;
        while (true)
        {
            var read = await content.ReadAsync(buffer, cancel);
            if (read == 0) return (size, Convert.ToHexStringLower(hash.GetHashAndReset()), false);
            var kept = (int)Math.Min(read, most - size);
            hash.AppendData(buffer, 0, kept);
            await write.WriteAsync(buffer.AsMemory(0, kept), cancel);
            size += kept;
            if (kept < read) return (size, Convert.ToHexStringLower(hash.GetHashAndReset()), true);
        }
    }

    /// <summary>A time as bundles tell it.</summary>
    internal static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private static byte[] Write(IReadOnlyDictionary<string, string> about, ImmutableArray<EvidenceItem> items)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true }))
        {
            writer.WriteStartObject();
            writer.WriteNumber("version", 1);
            foreach (var (name, value) in about.OrderBy(a => a.Key, StringComparer.Ordinal)) writer.WriteString(name, value);
            writer.WriteStartArray("files");
            foreach (var item in items)
            {
                writer.WriteStartObject();
                writer.WriteString("name", item.Name);
                writer.WriteString("how", item.How);
                writer.WriteString("at", Time(item.At));
                writer.WriteNumber("size", item.Size);
                writer.WriteString("sha256", item.Sha256);
                if (item.Cut) writer.WriteBoolean("cut", true);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(stream.ToArray()) + "\n");
    }
}
