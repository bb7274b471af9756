using System.IO.Compression;
using System.Text;

namespace Waterguard.Storage.Archives;

/// <summary>What is looked for in the archive.</summary>
/// <param name="Since">Of the records' arrival.</param>
/// <param name="Until">Not included.</param>
/// <param name="Needles">Texts of which a record must contain one, as the archive has it (ordinal); empty: every record is found.</param>
public sealed record ArchiveQuery(DateTimeOffset Since, DateTimeOffset Until, IReadOnlyList<string> Needles)
{
    /// <summary>Default of <see cref="MaxBytes"/>.</summary>
    public const long DefaultMaxBytes = 4L << 30;

    /// <summary>Sources that are looked through; empty: all.</summary>
    public IReadOnlyList<string> Sources { get; init; } = [];

    /// <summary>At most so many records; default 1000.</summary>
    public int Most { get; init; } = 1000;

    /// <summary>Whether the newest come first.</summary>
    public bool NewestFirst { get; init; } = true;

    /// <summary>Bytes that are looked through, decompressed; beyond, the search ends and says so. Default 4 GiB.</summary>
    public long MaxBytes { get; init; } = DefaultMaxBytes;

    /// <summary>Bytes that what is found may have together; beyond, the search ends and says so. Default 64 MiB.</summary>
    public long MaxHitBytes { get; init; } = 64L << 20;

    /// <summary>What a record must fulfil besides, by its source and line; null: nothing. The line is valid during the call only.</summary>
    public Func<string, ReadOnlyMemory<byte>, bool>? Fits { get; init; }

    /// <summary>Only what comes behind this place: where the search before ended. Not for searches from the newest on.</summary>
    public ArchivePlace? Behind { get; init; }
}

/// <summary>A line of the archive.</summary>
/// <param name="File">Below the archive's folder.</param>
/// <param name="Line">1-based.</param>
public sealed record ArchivePlace(string File, long Line);

/// <summary>A record that was found, and where.</summary>
/// <param name="File">Below the archive's folder.</param>
/// <param name="Line">1-based.</param>
/// <param name="Json">The line.</param>
public sealed record ArchiveHit(string Source, DateTimeOffset Hour, string File, long Line, byte[] Json);

/// <summary>A search through the archive of a data folder, from hour to hour; within an hour by source. For one walk; its counters rise while it is walked through.</summary>
public sealed class ArchiveSearch(string data, ArchiveQuery query)
{
    private const int LineBytes = 64 << 20;

    private readonly string _folder = Archive.FolderIn(data);
    private readonly byte[][] _needles = [.. query.Needles.Select(Encoding.UTF8.GetBytes)];
    private ArchivePlace? _looked;
    private long _held;

    /// <summary>Files that were looked through.</summary>
    public long Files { get; private set; }

    /// <summary>Bytes that were looked through, decompressed.</summary>
    public long Bytes { get; private set; }

    /// <summary>Files that could not be read to their end, or went while the search came to them.</summary>
    public long Unreadable { get; private set; }

    /// <summary>Whether it ended before its end, because of <see cref="ArchiveQuery.MaxBytes"/>, <see cref="ArchiveQuery.MaxHitBytes"/> or <see cref="ArchiveQuery.Most"/>: there may be more.</summary>
    public bool IsCut { get; private set; }

    /// <summary>Up to where it is done, from the oldest on; null: it has looked at nothing.</summary>
    public ArchivePlace? Place { get; private set; } = query.Behind;

    /// <summary>What is found, as it is found.</summary>
    /// <exception cref="FormatException">The place to go on from is none.</exception>
    public IEnumerable<ArchiveHit> Run(CancellationToken cancel)
    {
        var sources = query.Sources.Select(ArchiveFile.Safe).ToHashSet(StringComparer.Ordinal);
        var behind = query.Behind is { } place ? ArchiveFile.At(_folder, place.File) ?? throw new FormatException("this is no place in an archive") : null;
        var files = ArchiveFile.All(_folder).Where(f => f.Hour.AddHours(1) > query.Since && f.Hour < query.Until && (sources.Count == 0 || sources.Contains(f.Source)));
        var ordered = query.NewestFirst ? files.OrderByDescending(f => f.Hour).ThenByDescending(f => f.Last).ThenBy(f => f.Source, StringComparer.Ordinal) : files.Order(ArchiveFile.OldestFirst);
        var found = 0;
        foreach (var file in ordered)
        {
            if (IsCut) yield break;
            var order = behind is null ? 1 : ArchiveFile.OldestFirst.Compare(file, behind);
            if (order < 0) continue;
            foreach (var hit in Look(file, order == 0 ? query.Behind!.Line : 0, query.Most - found, cancel))
            {
                if (found++ >= query.Most)
                {
                    IsCut = true;
                    yield break;
                }

                Place = new ArchivePlace(hit.File, hit.Line);
                yield return hit;
            }

            Place = _looked ?? Place;
        }
    }

    // Of one file no more is held than may be told, and one more, which says that there is more.
    private IEnumerable<ArchiveHit> Look(ArchiveFile file, long behind, int room, CancellationToken cancel)
    {
        var hits = new Queue<ArchiveHit>();
        var name = Path.GetRelativePath(_folder, file.Path);
        Files++;
        try
        {
            foreach (var (number, line) in Lines(file.Path))
            {
                cancel.ThrowIfCancellationRequested();
                if (number <= behind) continue;
                if (Bytes + line.Length + 1 > query.MaxBytes)
                {
                    IsCut = true;
                    break;
                }

                Bytes += line.Length + 1;
                _looked = new ArchivePlace(name, number);
                if (!IsWanted(file.Source, line)) continue;
                hits.Enqueue(new ArchiveHit(file.Source, file.Hour, name, number, line.ToArray()));
                _held += line.Length;
                if (query.NewestFirst)
                {
                    while (hits.Count > room + 1 || (_held > query.MaxHitBytes && hits.Count > 1)) Forget(hits);
                }
                else if (hits.Count > room || _held > query.MaxHitBytes)
                {
                    IsCut |= hits.Count <= room;
                    break;
                }
            }
        }
        catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            Unreadable++;
        }

        return query.NewestFirst ? hits.Reverse() : hits;
    }

    private void Forget(Queue<ArchiveHit> hits)
    {
        _held -= hits.Dequeue().Json.Length;
        IsCut = true;
    }

    private bool IsWanted(string source, ReadOnlyMemory<byte> line) => (_needles.Length == 0 || Array.Exists(_needles, n => line.Span.IndexOf(n) >= 0)) && query.Fits?.Invoke(source, line) != false;

    /// <summary>The lines of a file, by number.</summary>
    /// <exception cref="InvalidDataException">It is no whole gzip, or a line is too long.</exception>
    internal static IEnumerable<(long Number, ReadOnlyMemory<byte> Line)> Lines(string path)
    {
        using var packed = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var unpacked = new GZipStream(packed, CompressionMode.Decompress);
        var buffer = new byte[64 * 1024];
        var (start, end, number, total) = (0, 0, 0L, 0L);
        while (true)
        {
            if (buffer.AsSpan(start, end - start).IndexOf((byte)'\n') is var length and >= 0)
            {
                yield return (++number, buffer.AsMemory(start, length));
                start += length + 1;
                continue;
            }

            if (start > 0) Buffer.BlockCopy(buffer, start, buffer, 0, end - start);
            (start, end) = (0, end - start);
            if (end == buffer.Length)
            {
                if (buffer.Length >= LineBytes) throw new InvalidDataException($"line {number + 1} has more than {LineBytes} bytes");
                Array.Resize(ref buffer, buffer.Length * 2);
            }

            var read = unpacked.Read(buffer, end, buffer.Length - end);
            if (read == 0) break;
            end += read;
            total += read;
        }

        if (end > 0) throw new InvalidDataException($"line {number + 1} has no end");
        if (total % (1L << 32) != SizeSaidBy(packed)) throw new InvalidDataException("it is cut");
    }

    // A file that was cut between two blocks unpacks without complaint; its last four bytes then are no size.
    private static long SizeSaidBy(FileStream packed)
    {
        Span<byte> size = stackalloc byte[sizeof(uint)];
        if (packed.Length < sizeof(uint)) return -1;
        packed.Position = packed.Length - sizeof(uint);
        packed.ReadExactly(size);
        return System.Buffers.Binary.BinaryPrimitives.ReadUInt32LittleEndian(size);
    }
}
