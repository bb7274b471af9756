using System.Globalization;

namespace Waterguard.Platforms.Host;

/// <summary>A process as it was when it was last looked at. Immutable.</summary>
/// <param name="Started">Ticks of the kernel's clock since the host began; with the id it names the process for as long as the host is up.</param>
/// <param name="Arguments">Its command line; empty for the kernel's own, and for those that have ended.</param>
/// <param name="Cgroup">What its control group says.</param>
/// <param name="CgroupFile">The whole text of its control groups.</param>
/// <param name="MountNamespace">Name of its mount namespace; null: it may not be looked at.</param>
public sealed record HostProcess(
    int Pid, int Parent, ulong Started, IReadOnlyList<string> Arguments, CgroupPath Cgroup, string CgroupFile, string? MountNamespace, string? PidNamespace, string? NetworkNamespace, string? UserNamespace)
{
    /// <summary>What stands between it and a runtime, if it is a shim.</summary>
    public ShimCommand? Shim { get; } = ShimCommand.Of(Arguments);

    /// <summary>Looks at a process; null: it is gone.</summary>
    public static HostProcess? Read(ProcFiles files, int pid)
    {
        if (Stat(files, pid) is not var (parent, started)) return null;
        var arguments = files.Text(pid, "cmdline")?.Split('\0', StringSplitOptions.RemoveEmptyEntries) ?? [];
        var cgroups = files.Text(pid, "cgroup") ?? "";
        return new HostProcess(
            pid, parent, started, arguments, CgroupPath.OfFile(cgroups), cgroups,
            files.Link(pid, "ns/mnt"), files.Link(pid, "ns/pid"), files.Link(pid, "ns/net"), files.Link(pid, "ns/user"));
    }

    /// <summary>Parent and start of a process; null: it is gone. A name may hold spaces and brackets: what counts begins behind its last.</summary>
    public static (int Parent, ulong Started)? Stat(ProcFiles files, int pid)
    {
        if (files.Text(pid, "stat") is not { } text || text.LastIndexOf(')') is var end && end < 0) return null;
        var fields = text[(end + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return fields.Length > 19 && int.TryParse(fields[1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var parent) && ulong.TryParse(fields[19], NumberStyles.None, CultureInfo.InvariantCulture, out var started)
            ? (parent, started) : null;
    }
}
