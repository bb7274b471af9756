using System.Globalization;
using System.IO.Compression;
using System.Text.Json;
using Waterguard.Alerting;
using Waterguard.Alerting.Output;

namespace Waterguard.Storage.Archives;

/// <summary>Raw records in files, redacted: by source and hour of arrival, one JSON value a line, gzip. A slice of the journal is written as a whole: file by file under other names, to the disk, then renamed,
/// then the position. What a crash leaves of a slice is removed when the archive is opened. Not thread-safe.</summary>
public sealed class Archive
{
    private const string Unfinished = ".part";
    private readonly string _folder;
    private readonly string _journal;

    private Archive(string folder, string journal) => (_folder, _journal) = (folder, journal);

    /// <summary>Where records go that nothing recognised.</summary>
    public const string Unrecognised = "unrecognised";

    /// <summary>Up to which batch of the journal everything is in the archive.</summary>
    public long Position { get; private set; }

    /// <summary>Opens or makes the archive of a data folder.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static Archive Open(string data, string journal)
    {
        var archive = new Archive(FolderIn(data), journal);
        MakeFolder(archive._folder);
        archive.Position = PositionOf(data, journal);
        foreach (var left in Directory.EnumerateFiles(archive._folder, "*" + Unfinished, SearchOption.AllDirectories)) File.Delete(left);
        foreach (var file in ArchiveFile.All(archive._folder).Where(f => f.Journal == journal && f.Last > archive.Position)) File.Delete(file.Path);
        return archive;
    }

    /// <summary>The archive's folder in a data folder.</summary>
    public static string FolderIn(string data) => Path.Combine(data, "archive");

    /// <summary>Up to which batch of a journal everything is in the archive of a data folder; 0: nothing is.</summary>
    public static long PositionOf(string data, string journal)
    {
        var file = Path.Combine(FolderIn(data), journal + ".position");
        return File.Exists(file) && long.TryParse(File.ReadAllText(file).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var position) ? position : 0;
    }

    /// <summary>Writes what the batches behind <see cref="Position"/> hold.</summary>
    /// <param name="records">All records of those batches with their source and time of arrival.</param>
    /// <param name="through">The last of the batches.</param>
    /// <exception cref="IOException">It cannot be written now; the same can be written again.</exception>
    public void Write(IEnumerable<(string Source, DateTimeOffset Arrived, ReadOnlyMemory<byte> Record)> records, long through)
    {
        var files = new SortedDictionary<string, Writing>(StringComparer.Ordinal);
        try
        {
            foreach (var (source, arrived, record) in records)
            {
                var hour = new DateTimeOffset(arrived.Ticks - (arrived.Ticks % TimeSpan.TicksPerHour), TimeSpan.Zero);
                var path = ArchiveFile.PathOf(_folder, source, hour, _journal, Position + 1, through);
                if (!files.TryGetValue(path, out var file)) files[path] = file = new Writing(path + Unfinished);
                file.Add(record);
            }

            foreach (var file in files.Values) file.Finish();
            foreach (var path in files.Keys) File.Move(path + Unfinished, path, overwrite: true);
        }
        finally
        {
            foreach (var file in files.Values) file.Dispose();
        }

        var position = Path.Combine(_folder, _journal + ".position");
        using (var file = new FileStream(position + Unfinished, FileMode.Create, FileAccess.Write))
        {
            file.Write(System.Text.Encoding.ASCII.GetBytes(through.ToString(CultureInfo.InvariantCulture)));
            file.Flush(flushToDisk: true);
        }

        File.Move(position + Unfinished, position, overwrite: true);
        Position = through;
    }

    /// <summary>Removes the files whose records all came before a time.</summary>
    /// <returns>How many.</returns>
    public static int Remove(string data, DateTimeOffset before)
    {
        var removed = 0;
        foreach (var file in ArchiveFile.All(FolderIn(data)).Where(f => f.Hour.AddHours(1) <= before).ToArray())
        {
            File.Delete(file.Path);
            removed++;
            for (var folder = Path.GetDirectoryName(file.Path)!; folder != FolderIn(data) && !Directory.EnumerateFileSystemEntries(folder).Any(); folder = Path.GetDirectoryName(folder)!) Directory.Delete(folder);
        }

        return removed;
    }

    private static void MakeFolder(string folder)
    {
        // Records may hold what is nobody's business, even without secrets.
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(folder);
        else Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private sealed class Writing : IDisposable
    {
        private readonly FileStream _file;
        private readonly GZipStream _packed;
        private readonly MemoryStream _line = new();

        public Writing(string path)
        {
            MakeFolder(Path.GetDirectoryName(path)!);
            _file = new FileStream(path, FileMode.Create, FileAccess.Write);
            _packed = new GZipStream(_file, CompressionLevel.Fastest, leaveOpen: true);
        }

        public void Add(ReadOnlyMemory<byte> record)
        {
            _line.SetLength(0);
            using (var writer = new Utf8JsonWriter(_line, AlertJson.Options)) Redactor.Write(record, writer);
            _line.WriteByte((byte)'\n');
            _packed.Write(_line.GetBuffer(), 0, (int)_line.Length);
        }

        public void Finish()
        {
            _packed.Dispose();
            _file.Flush(flushToDisk: true);
        }

        public void Dispose()
        {
            _packed.Dispose();
            _file.Dispose();
            _line.Dispose();
        }
    }
}
