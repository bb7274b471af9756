using System.Globalization;
using Waterguard.Platforms.Host;

namespace Waterguard.Sensing;

/// <summary>How a sensor looks.</summary>
/// <param name="Look">How often it looks for what is new.</param>
/// <param name="Round">How often it tells all that it sees.</param>
internal sealed record SensorSettings(TimeSpan Look, TimeSpan Round, bool Metrics, bool Flows);

/// <summary>Tells which containers really run on this host: those that begin and end within a look, all of them in each round, with what they use and whom they talk to. It needs no module of the kernel
/// and changes nothing. Not thread-safe.</summary>
/// <param name="tell">Takes lines: the source that they are of, and the line.</param>
internal sealed class Sensor(ProcFiles files, SensorHost host, SensorSettings settings, RuntimeLists runtimes, Action<string, byte[]> tell, Func<long> dropped, TimeProvider time)
{
    private const int LooksPerFlows = 2; // the counters of two hundred networks cost more than all else that a look does
    private const string Census = "waterguard.census";
    private readonly HostWatch _watch = new(files, runtimes, time);
    private readonly ContainerNetwork _network = new(files, time);
    private readonly SensorJson _json = new(host);
    private readonly Dictionary<string, (DateTimeOffset At, TimeSpan? Processor, (long In, long Out)? Network)> _used = new(StringComparer.Ordinal);
    private Dictionary<string, HostContainer> _known = new(StringComparer.Ordinal);
    private long _looks;
    private DateTimeOffset _nextRound = DateTimeOffset.MinValue;

    /// <summary>What cannot be seen with the rights that there are; empty where all can.</summary>
    public static IReadOnlyList<string> CannotSee(ProcFiles files)
    {
        var all = new List<string>();
        if (files.Link(1, "ns/mnt") is null && files.Link(2, "ns/mnt") is null) all.Add("namespaces of other users' processes: containers that no runtime and no control group names (run as root)");
        if (files.Text(1, "mountinfo") is null) all.Add("mounts of other processes: whether a namespace is a container's (run as root)");
        if (files.Text(1, "cgroup") is not { Length: > 0 }) all.Add("control groups: containers by their group, and what they use");
        if (!Directory.Exists(files.Cgroups)) all.Add($"{files.Cgroups}: what containers use");
        if (files.Processes().Take(2).Count() < 2) all.Add("processes of others: /proc is mounted with hidepid, or this is a process namespace of its own");
        return all;
    }

    /// <summary>Looks until it is stopped.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(settings.Look, time);
        do
        {
            await LookAsync(stop);
        }
        while (await timer.WaitForNextTickAsync(stop));
    }

    /// <summary>One look; a whole round when it is time for one.</summary>
    public async Task LookAsync(CancellationToken cancel)
    {
        var whole = time.GetUtcNow() >= _nextRound;
        if (whole) _nextRound = time.GetUtcNow() + settings.Round;
        var view = await _watch.LookAsync(whole, cancel);
        var now = view.Containers.DistinctBy(c => c.Id, StringComparer.Ordinal).ToDictionary(c => c.Id, StringComparer.Ordinal);
        foreach (var container in now.Values.Where(c => !_known.ContainsKey(c.Id))) Tell("container_started", container, view.At);
        foreach (var container in _known.Values.Where(c => !now.ContainsKey(c.Id)))
        {
            Tell("container_ended", container, view.At);
            _used.Remove(container.Id);
        }

        _known = now;
        if (settings.Flows && (whole || _looks++ % LooksPerFlows == 0)) foreach (var (container, connection) in _network.Fresh(view.Containers, _watch.Processes)) tell("waterguard.flows", _json.Flow(container, connection, view.At));
        if (whole) Round(view);
    }

    private void Round(HostView view)
    {
        foreach (var container in _known.Values)
        {
            Tell("container", container, view.At);
            if (settings.Metrics) Measure(container, view.At);
        }

        foreach (var socket in view.Sockets) tell(Census, _json.Socket("socket", socket, view.At));
        string[] blind = [.. CannotSee(files), .. _network.Postponed > 0 ? [$"connections of {_network.Postponed} networks, which are looked at later"] : Array.Empty<string>(), .. runtimes.Trouble.Select(t => $"the list of {t.Key}: {t.Value}")];
        tell(Census, _json.Round(view.At, _known.Count, dropped(), blind));
    }

    private void Tell(string sighting, HostContainer container, DateTimeOffset at) => tell(Census, _json.Container(sighting, container, at, _network.Addresses(container)));

    private void Measure(HostContainer container, DateTimeOffset at)
    {
        if (_watch.Processes.GetValueOrDefault(container.Init) is not { } init) return;
        var usage = CgroupUsage.Of(files, init.CgroupFile);
        var network = _network.Bytes(container);
        var before = _used.GetValueOrDefault(container.Id);
        _used[container.Id] = (at, usage.Processor, network);
        var seconds = (at - before.At).TotalSeconds;
        double? processor = usage.Processor is { } used && before.Processor is { } then && seconds > 0 ? Math.Max(0, (used - then).TotalSeconds / seconds / Environment.ProcessorCount) : null;
        double? memory = usage.Memory is { } held ? held / (double)Math.Max(1, usage.MemoryLimit ?? HostMemory()) : null;
        (long, long)? moved = network is var (received, sent) && before.Network is var (receivedThen, sentThen) ? (Math.Max(0, received - receivedThen), Math.Max(0, sent - sentThen)) : null;
        if (processor is not null || memory is not null || moved is not null) tell("container.metrics", _json.Metrics(container, at, processor, memory, moved));
    }

    private long HostMemory()
    {
        var line = (ProcFiles.TextOf(Path.Combine(files.Proc, "meminfo")) ?? "").Split('\n').FirstOrDefault(l => l.StartsWith("MemTotal:", StringComparison.Ordinal));
        return long.TryParse(line?.Split(' ', StringSplitOptions.RemoveEmptyEntries).ElementAtOrDefault(1), NumberStyles.None, CultureInfo.InvariantCulture, out var kibibytes) ? kibibytes * 1024 : long.MaxValue;
    }
}
