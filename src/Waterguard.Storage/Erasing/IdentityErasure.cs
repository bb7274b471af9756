using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Waterguard.Storage.Archives;
using Waterguard.Storage.Sql;

namespace Waterguard.Storage.Erasing;

/// <summary>What was erased, and what still holds the name.</summary>
/// <param name="Instead">What stands in its place now; nobody can tell from it what it was.</param>
/// <param name="Documents">Documents of people that still name it.</param>
/// <param name="AuditEntries">Entries of the audit that still name it: they are never changed.</param>
public sealed record ErasureReport(string Instead, long Alerts, long Incidents, long ArchiveFiles, long Documents, long AuditEntries);

/// <summary>Takes a person's name out of what is kept. A name of chance takes its place everywhere, so that what belonged together still does.</summary>
public static class IdentityErasure
{
    /// <summary>Names must be so long: shorter ones are parts of too many words.</summary>
    public const int ShortestName = 3;

    /// <param name="data">The data folder, for its archive.</param>
    /// <exception cref="ArgumentException">The name is too short.</exception>
    /// <exception cref="StorageUnavailableException">The store cannot be written; nothing changed in it.</exception>
    /// <exception cref="IOException">The archive cannot be written; what was done so far stays done, and it can be begun again.</exception>
    public static ErasureReport Erase(string data, SqlStore store, string name, CancellationToken cancel)
    {
        if (name.Trim().Length < ShortestName) throw new ArgumentException($"the name has at least {ShortestName} characters", nameof(name));
        var instead = "erased-" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6));
        var erasure = new NameErasure(name.Trim(), instead);
        var (alerts, incidents) = store.Erase(erasure, cancel);
        var files = 0L;
        foreach (var file in ArchiveFile.All(Archive.FolderIn(data)).ToArray())
        {
            cancel.ThrowIfCancellationRequested();
            if (Rewrite(file.Path, erasure)) files++;
        }

        var (documents, entries) = store.CountNaming(name.Trim());
        return new ErasureReport(instead, alerts, incidents, files, documents, entries);
    }

    private static bool Rewrite(string path, NameErasure erasure)
    {
        var (lines, found) = (new List<byte[]>(), false);
        using (var reader = new StreamReader(new GZipStream(File.OpenRead(path), CompressionMode.Decompress), Encoding.UTF8))
        {
            while (reader.ReadLine() is { } line)
            {
                var bytes = Encoding.UTF8.GetBytes(line);
                var erased = erasure.Erase(bytes);
                found |= erased is not null;
                lines.Add(erased ?? bytes);
            }
        }

        if (!found) return false;
        using (var stream = File.Create(path + ".part"))
        {
            using (var packed = new GZipStream(stream, CompressionLevel.Fastest, leaveOpen: true))
            {
                foreach (var line in lines) packed.Write([.. line, (byte)'\n']);
            }

            stream.Flush(flushToDisk: true);
        }

        File.Move(path + ".part", path, overwrite: true);
        return true;
    }
}
