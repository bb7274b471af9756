using System.Collections.Immutable;
using System.Globalization;
using Waterguard.Platforms.Host;

namespace Waterguard.Sensing;

/// <summary>Looks at this host, again and again. Not thread-safe.</summary>
internal sealed class HostWatch
{
    private readonly ProcFiles _files;
    private readonly TimeProvider _time;
    private readonly ProcessTable _table;
    private readonly ContainerFinder _finder;
    private readonly RuntimeLists _runtimes;

    public HostWatch(ProcFiles files, RuntimeLists runtimes, TimeProvider time)
    {
        (_files, _runtimes, _time) = (files, runtimes, time);
        _table = new ProcessTable(files);
        _finder = new ContainerFinder(files, BootTime(files, time));
        Latest = new HostView(time.GetUtcNow(), [], []);
    }

    /// <summary>What the last look showed.</summary>
    public HostView Latest { get; private set; }

    /// <summary>The processes of the last look.</summary>
    public IReadOnlyDictionary<int, HostProcess> Processes => _table.Processes;

    /// <summary>Looks again.</summary>
    /// <param name="whole">Also at processes that are known, at sockets, and at what the runtimes say.</param>
    public async Task<HostView> LookAsync(bool whole, CancellationToken cancel)
    {
        if (!_table.Look(whole) && !whole) return Latest = Latest with { At = _time.GetUtcNow() };
        var containers = _finder.Find(_table.Processes);
        var sockets = whole ? Sockets().Union(containers.Select(c => c.Socket).Where(s => s.Length > 0)) : Latest.Sockets;
        if (whole) await _runtimes.AskAsync(sockets, cancel);
        return Latest = new HostView(_time.GetUtcNow(), _runtimes.Join(containers, _table.Processes), sockets);
    }

    // Each network namespace has sockets of its own.
    private ImmutableSortedSet<string> Sockets() =>
        [.. _table.Processes.Values.DistinctBy(p => p.NetworkNamespace, StringComparer.Ordinal).SelectMany(p => UnixSockets.EnginesIn(_files.Text(p.Pid, "net/unix") ?? ""))];

    private static DateTimeOffset BootTime(ProcFiles files, TimeProvider time)
    {
        foreach (var line in (ProcFiles.TextOf(Path.Combine(files.Proc, "stat")) ?? "").Split('\n'))
        {
            if (line.StartsWith("btime ", StringComparison.Ordinal) && long.TryParse(line.AsSpan(6), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)) return DateTimeOffset.FromUnixTimeSeconds(seconds);
        }

        return time.GetUtcNow();
    }
}
