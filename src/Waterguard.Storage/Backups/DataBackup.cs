using System.Formats.Tar;
using System.IO.Compression;
using Microsoft.Data.Sqlite;

namespace Waterguard.Storage.Backups;

/// <summary>Journal, store and what people made, in one file; also while the service runs. The archive is not in it: its files never change once they have their name, and any copying tool will do.</summary>
public static class DataBackup
{
    private const string Journal = "journal.db", Store = "store.db", Content = "content";

    /// <summary>Writes a backup. The journal is copied first: what the store has not consumed of the copy is judged after a restore, and ids make that harmless.</summary>
    /// <param name="hasStore">Whether the store is in the folder; one in PostgreSQL is backed up by its own tools, after this.</param>
    /// <returns>The names of what is in it.</returns>
    /// <exception cref="StorageUnavailableException">There is nothing to back up, or it cannot be read.</exception>
    /// <exception cref="IOException">The file is there already, or cannot be written.</exception>
    public static IReadOnlyList<string> Write(string data, string file, bool hasStore, CancellationToken cancel)
    {
        string[] databases = hasStore ? [Journal, Store] : [Journal];
        if (databases.FirstOrDefault(d => !File.Exists(Path.Combine(data, d))) is { } missing) throw new StorageUnavailableException($"{Path.Combine(data, missing)}: is not there; has the service ever run with this data folder?");
        if (File.Exists(file)) throw new IOException($"{file}: is there already; a backup overwrites nothing");
        var part = file + ".part";
        var copies = Directory.CreateDirectory(part + "s").FullName;
        try
        {
            var names = new List<string>();
            using (var stream = new FileStream(part, Private(FileMode.Create)))
            {
                using (var packed = new GZipStream(stream, CompressionLevel.Fastest, leaveOpen: true))
                using (var tar = new TarWriter(packed, TarEntryFormat.Pax))
                {
                    foreach (var name in databases)
                    {
                        cancel.ThrowIfCancellationRequested();
                        var copy = Path.Combine(copies, name);
                        Copy(Path.Combine(data, name), copy);
                        tar.WriteEntry(copy, name);
                        File.Delete(copy);
                        names.Add(name);
                    }

                    foreach (var own in OwnFiles(data))
                    {
                        var name = Path.GetRelativePath(data, own).Replace('\\', '/');
                        tar.WriteEntry(own, name);
                        names.Add(name);
                    }
                }

                stream.Flush(flushToDisk: true);
            }

            File.Move(part, file);
            return names;
        }
        finally
        {
            File.Delete(part);
            Directory.Delete(copies, recursive: true);
        }
    }

    /// <summary>Puts a backup into a data folder that has neither journal nor store.</summary>
    /// <returns>The names of what was put there.</returns>
    /// <exception cref="StorageUnavailableException">There is something already, or the file is no backup; nothing was changed.</exception>
    /// <exception cref="IOException">It cannot be read or written.</exception>
    public static IReadOnlyList<string> Restore(string file, string data, CancellationToken cancel)
    {
        foreach (var name in new[] { Journal, Store })
        {
            if (File.Exists(Path.Combine(data, name))) throw new StorageUnavailableException($"{Path.Combine(data, name)}: is there; restore into a folder without, or move it away first");
        }

        Directory.CreateDirectory(data);
        var fresh = Directory.CreateDirectory(Path.Combine(data, "restoring")).FullName;
        try
        {
            var names = new List<string>();
            try
            {
                using var stream = File.OpenRead(file);
                using var packed = new GZipStream(stream, CompressionMode.Decompress);
                using var tar = new TarReader(packed);
                while (tar.GetNextEntry() is { } entry)
                {
                    cancel.ThrowIfCancellationRequested();
                    // Only what we write ourselves is taken: no link, no path that leads elsewhere.
                    if (entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile) || !IsOurs(entry.Name)) throw new StorageUnavailableException($"{file}: is no backup of ours: it holds '{entry.Name}'");
                    var to = Path.Combine(fresh, entry.Name);
                    Directory.CreateDirectory(Path.GetDirectoryName(to)!);
                    using (var written = new FileStream(to, Private(FileMode.CreateNew)))
                    {
                        entry.DataStream?.CopyTo(written);
                        written.Flush(flushToDisk: true);
                    }

                    names.Add(entry.Name);
                }
            }
            catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
            {
                throw new StorageUnavailableException($"{file}: is no backup of ours, or is damaged: {e.Message}", e);
            }

            if (!names.Contains(Journal, StringComparer.Ordinal)) throw new StorageUnavailableException($"{file}: is no backup of ours: it holds no {Journal}");
            foreach (var name in names.Where(n => n is not (Journal or Store)).Concat(names.Where(n => n is Journal or Store)))
            {
                Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(data, name))!);
                File.Move(Path.Combine(fresh, name), Path.Combine(data, name), overwrite: true);
            }

            return names;
        }
        finally
        {
            Directory.Delete(fresh, recursive: true);
        }
    }

    private static IEnumerable<string> OwnFiles(string data)
    {
        var folder = Path.Combine(data, Content);
        return Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal) : [];
    }

    private static bool IsOurs(string name) => name is Journal or Store || (name.StartsWith(Content + "/", StringComparison.Ordinal) && !name.Contains('\\', StringComparison.Ordinal) && name.Split('/').All(p => p.Length > 0 && p[0] != '.'));

    private static FileStreamOptions Private(FileMode mode)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return options;
    }

    private static void Copy(string from, string to)
    {
        try
        {
            using var source = Database.OpenForReading(from);
            using var target = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = to, Pooling = false }.ConnectionString);
            target.Open();
            source.BackupDatabase(target);
        }
        catch (SqliteException e)
        {
            throw new StorageUnavailableException(Database.Advice(from, e), e);
        }
    }
}
