using System.Buffers;
using System.Globalization;
using System.Text;

namespace Waterguard.Platforms.Host;

/// <summary>The kernel's files of a host, as they are below a folder: <c>/proc</c> and <c>/sys/fs/cgroup</c> on the host itself, <c>/host/proc</c> and so on from inside of a container. A file that is gone, or may
/// not be read, is null: processes end while one looks. Thread-safe.</summary>
/// <param name="proc">Where the process file system is.</param>
/// <param name="cgroups">Where the control groups are.</param>
public sealed class ProcFiles(string proc = "/proc", string cgroups = "/sys/fs/cgroup")
{
    private const int MostBytes = 8 << 20;

    /// <summary>Where the control groups are.</summary>
    public string Cgroups => cgroups;

    /// <summary>Where the process file system is.</summary>
    public string Proc => proc;

    /// <summary>The ids of all processes, in no order.</summary>
    public IEnumerable<int> Processes()
    {
        foreach (var folder in Directory.EnumerateDirectories(proc))
        {
            if (int.TryParse(Path.GetFileName(folder.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out var pid)) yield return pid;
        }
    }

    /// <summary>A file of a process, as text; null: it is gone, or may not be read.</summary>
    public string? Text(int pid, string name) => TextOf(Path.Combine(proc, pid.ToString(CultureInfo.InvariantCulture), name));

    /// <summary>What a link of a process names, such as <c>ns/pid</c>; null: it is gone, or may not be read.</summary>
    public string? Link(int pid, string name)
    {
        try
        {
            return new FileInfo(Path.Combine(proc, pid.ToString(CultureInfo.InvariantCulture), name)).LinkTarget;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The links in a folder of a process, such as <c>fd</c>; none where it may not be read.</summary>
    public IEnumerable<string> Links(int pid, string folder)
    {
        string[] names;
        try
        {
            names = Directory.GetFileSystemEntries(Path.Combine(proc, pid.ToString(CultureInfo.InvariantCulture), folder));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }

        return names.Select(n => Link(pid, Path.Combine(folder, Path.GetFileName(n)))).OfType<string>();
    }

    /// <summary>Any file as text; null: it is gone, or may not be read. What is longer than 8 MiB is cut.</summary>
    public static string? TextOf(string file)
    {
        // The kernel's files have no length: they are read until nothing comes.
        var buffer = ArrayPool<byte>.Shared.Rent(4096);
        try
        {
            using var handle = File.OpenHandle(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var stream = new FileStream(handle, FileAccess.Read, bufferSize: 0);
            var filled = 0;
            for (int read; (read = stream.Read(buffer, filled, buffer.Length - filled)) > 0;)
            {
                filled += read;
                if (filled < buffer.Length) continue;
                if (filled >= MostBytes) break;
                var larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
                buffer.AsSpan(0, filled).CopyTo(larger);
                ArrayPool<byte>.Shared.Return(buffer);
                buffer = larger;
            }

            return Encoding.UTF8.GetString(buffer, 0, filled);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            return null;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
