using System.Globalization;

namespace Waterguard.Platforms.Host;

/// <summary>What a control group has used.</summary>
/// <param name="Processor">Time on processors, all together, since the group began; null: not told.</param>
/// <param name="Memory">Bytes that it holds now, without what the kernel could take back at once; null: not told.</param>
/// <param name="MemoryLimit">Bytes that it may hold; null: there is no limit.</param>
public readonly record struct CgroupUsage(TimeSpan? Processor, long? Memory, long? MemoryLimit)
{
    private const long NoLimit = 1L << 60;

    /// <summary>Reads both versions of control groups.</summary>
    /// <param name="cgroupFile">Text of <c>/proc/PID/cgroup</c>.</param>
    public static CgroupUsage Of(ProcFiles files, string cgroupFile)
    {
        TimeSpan? processor = null;
        long? memory = null, limit = null;
        foreach (var line in cgroupFile.Split('\n'))
        {
            var parts = line.Split(':', 3);
            if (parts.Length < 3) continue;
            var controllers = parts[1].Split(',');
            var path = parts[2].TrimStart('/');
            if (parts[1].Length == 0) Unified(files, path, ref processor, ref memory, ref limit);
            else if (controllers.Contains("cpuacct", StringComparer.Ordinal)) processor ??= Nanoseconds(Number(Below(files, parts[1], "cpuacct", path, "cpuacct.usage")));
            else if (controllers.Contains("memory", StringComparer.Ordinal)) First(Folder(files, parts[1], "memory", path), ref memory, ref limit);
        }

        return new CgroupUsage(processor, memory, limit);
    }

    private static void Unified(ProcFiles files, string path, ref TimeSpan? processor, ref long? memory, ref long? limit)
    {
        foreach (var root in new[] { files.Cgroups, Path.Combine(files.Cgroups, "unified") })
        {
            var folder = Path.Combine(root, path);
            if (Named(ProcFiles.TextOf(Path.Combine(folder, "cpu.stat")), "usage_usec") is { } used && processor is null) processor = TimeSpan.FromMicroseconds(used);
            if (memory is not null || Number(Path.Combine(folder, "memory.current")) is not { } held) continue;
            memory = Math.Max(0, held - (Named(ProcFiles.TextOf(Path.Combine(folder, "memory.stat")), "inactive_file") ?? 0));
            limit = Number(Path.Combine(folder, "memory.max"));
        }
    }

    private static void First(string folder, ref long? memory, ref long? limit)
    {
        if (Number(Path.Combine(folder, "memory.usage_in_bytes")) is not { } held) return;
        memory = Math.Max(0, held - (Named(ProcFiles.TextOf(Path.Combine(folder, "memory.stat")), "total_inactive_file") ?? 0));
        limit = Number(Path.Combine(folder, "memory.limit_in_bytes")) is { } most and < NoLimit ? most : null;
    }

    // Controllers that are mounted together have a folder of both names.
    private static string Folder(ProcFiles files, string together, string controller, string path) =>
        Directory.Exists(Path.Combine(files.Cgroups, together)) ? Path.Combine(files.Cgroups, together, path) : Path.Combine(files.Cgroups, controller, path);

    private static string Below(ProcFiles files, string together, string controller, string path, string name) => Path.Combine(Folder(files, together, controller, path), name);

    private static TimeSpan? Nanoseconds(long? value) => value is { } used ? TimeSpan.FromTicks(used / 100) : null;

    private static long? Number(string file) => long.TryParse(ProcFiles.TextOf(file)?.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static long? Named(string? text, string name)
    {
        foreach (var line in (text ?? "").Split('\n'))
        {
            if (line.StartsWith(name + " ", StringComparison.Ordinal) && long.TryParse(line.AsSpan(name.Length + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return number;
        }

        return null;
    }
}
