using System.Collections.Immutable;

namespace Waterguard.Platforms.Host;

/// <summary>Finds the containers among the processes of a host: by the shims that hold them, by their control groups, and by namespaces, which show also what was started past every runtime. A name
/// is what somebody gave; a mount namespace with a root of its own is what makes a container.</summary>
/// <param name="bootTime">When the host began, so that processes can tell when they did.</param>
/// <param name="ticksPerSecond">Of the kernel's clock.</param>
public sealed class ContainerFinder(ProcFiles files, DateTimeOffset bootTime, int ticksPerSecond = 100)
{
    private const int Kernel = 2;
    private readonly Dictionary<string, bool> _hasOwnRoot = new(StringComparer.Ordinal);
    private readonly Dictionary<string, OciBundle?> _bundles = new(StringComparer.Ordinal);
    private HostProcess? _kernel;
    private readonly string _hostRoot = RootOf(files, 1);

    /// <summary>The containers, by id.</summary>
    public IReadOnlyList<HostContainer> Find(IReadOnlyDictionary<int, HostProcess> processes)
    {
        var host = HostOf(processes);
        var shims = processes.Values.Where(p => p.Shim is not null).ToDictionary(p => p.Pid, p => p.Shim!.Value);
        var firsts = processes.Values.Where(p => p.Cgroup.Container is not null && p.Shim is null).GroupBy(p => p.Cgroup.Container!, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.MinBy(p => (p.Started, p.Pid))!, StringComparer.Ordinal);
        var look = new Look(processes, shims, firsts, host);
        foreach (var process in processes.Values) NameOf(process, look);
        var found = new SortedDictionary<string, List<HostProcess>>(StringComparer.Ordinal);
        foreach (var process in processes.Values.OrderBy(p => (p.Started, p.Pid)))
        {
            if ((look.Names[process.Pid] ?? Nameless(process, look)) is not { } name) continue;
            if (!found.TryGetValue(name, out var members)) found[name] = members = [];
            members.Add(process);
            if (process.MountNamespace is { } space && IsApart(process, host)) look.Mounts.TryAdd(space, name);
        }

        Forget(processes);
        return [.. found.Select(f => Container(f.Key, f.Value, processes, shims, host))];
    }

    // What the kernel and the runtimes call it. A child is of the container of its parent where nothing else is said.
    private string? NameOf(HostProcess process, Look look)
    {
        if (look.Names.TryGetValue(process.Pid, out var known)) return known;
        look.Names[process.Pid] = null; // a circle cannot be, and does no harm
        if (process.Shim is not null || process.Pid == 1) return null;
        var above = look.Processes.TryGetValue(process.Parent, out var parent) ? NameOf(parent, look) : null;
        string? name;
        if (process.Cgroup.Container is { } id)
        {
            // A process that was put into another container's group, and does not come from it, is no part of it.
            var stranger = above != id && look.Firsts.TryGetValue(id, out var first) && first.MountNamespace != process.MountNamespace && IsApart(process, look.Host);
            name = stranger ? above ?? $"{id}+{Short(process.MountNamespace)}" : id;
        }
        else
        {
            name = above ?? (look.Shims.TryGetValue(process.Parent, out var shim) ? shim.Container : null);
        }

        if (name is not null && process.MountNamespace is { } space && IsApart(process, look.Host)) look.Mounts.TryAdd(space, name);
        return look.Names[process.Pid] = name;
    }

    // Nobody calls it anything: it is what it is made of, or a visitor in a container that has a name.
    private string? Nameless(HostProcess process, Look look)
    {
        if (process.Shim is not null || process.Pid == 1 || !IsApart(process, look.Host)) return null;
        if (look.Mounts.TryGetValue(process.MountNamespace!, out var known)) return known;
        return process.Cgroup.Leaf is { Length: > 0 } leaf && !IsOfSystem(leaf) ? leaf : $"mnt-{Short(process.MountNamespace)}";
    }

    // Services have mount namespaces too, with the host's root in them.
    private bool IsApart(HostProcess process, HostProcess? host)
    {
        if (process.MountNamespace is not { } space || host?.MountNamespace is null || space == host.MountNamespace) return false;
        if (!_hasOwnRoot.TryGetValue(space, out var own)) _hasOwnRoot[space] = own = RootOf(files, process.Pid) is { Length: > 0 } root && root != _hostRoot;
        return own;
    }

    private HostContainer Container(string id, List<HostProcess> members, IReadOnlyDictionary<int, HostProcess> processes, Dictionary<int, ShimCommand> shims, HostProcess? host)
    {
        var init = members.MinBy(p => (p.Started, p.Pid))!;
        var shim = shims.TryGetValue(init.Parent, out var direct) ? direct : (ShimCommand?)null;
        List<string> witnesses = [];
        if (init.Cgroup.Container is not null) witnesses.Add("cgroup");
        if (IsApart(init, host)) witnesses.Add("namespace");
        if (shim is not null) witnesses.Add("shim");
        var bundle = shim is { } held ? BundleOf(held, id, processes.GetValueOrDefault(init.Parent)) : null;
        return new HostContainer(id, [.. witnesses], init.Pid, [.. members.Select(m => m.Pid).Order()])
        {
            RuntimeNamespace = shim?.Namespace ?? "",
            Socket = shim?.Socket ?? "",
            PodUid = init.Cgroup.PodUid,
            Outer = init.Cgroup.Outer,
            Command = string.Join(' ', init.Arguments) is { Length: > 0 } running ? running : bundle?.Command ?? "",
            Image = bundle?.Image ?? "",
            Labels = bundle?.Labels.ToImmutableSortedDictionary(l => l.Key, l => l.Value, StringComparer.Ordinal) ?? ImmutableSortedDictionary<string, string>.Empty,
            OnHostNetwork = host?.NetworkNamespace is { } network && init.NetworkNamespace == network,
            SeesHostProcesses = host?.PidNamespace is { } pids && init.PidNamespace == pids,
            HasOwnUsers = host?.UserNamespace is { } users && init.UserNamespace is { } its && its != users,
            Started = bootTime + TimeSpan.FromSeconds((double)init.Started / ticksPerSecond),
        };
    }

    // containerd runs its shims in the bundle's folder.
    private OciBundle? BundleOf(ShimCommand shim, string id, HostProcess? process)
    {
        var key = $"{shim.Namespace}/{id}";
        if (_bundles.TryGetValue(key, out var known)) return known;
        var folder = shim.Bundle.Length > 0 ? shim.Bundle : process is null ? null : files.Link(process.Pid, "cwd");
        if (folder is not null && Path.GetFileName(folder) != id) folder = Path.Combine(Path.GetDirectoryName(folder) ?? "", id); // a pod's shim holds several
        return _bundles[key] = folder is null || !Path.IsPathRooted(folder) ? null : OciBundle.Read(folder);
    }

    private void Forget(IReadOnlyDictionary<int, HostProcess> processes)
    {
        var there = processes.Values.Select(p => p.MountNamespace).ToHashSet(StringComparer.Ordinal);
        foreach (var gone in _hasOwnRoot.Keys.Where(n => !there.Contains(n)).ToArray()) _hasOwnRoot.Remove(gone);
        if (_bundles.Count > (2 * processes.Count) + 64) _bundles.Clear();
    }

    // The first process may be closed to us (some virtual machines); then the kernel's own threads, which are in the host's namespaces always, say what those are.
    private HostProcess? HostOf(IReadOnlyDictionary<int, HostProcess> processes) =>
        processes.GetValueOrDefault(1) is { MountNamespace: not null } first ? first : _kernel ??= files.Text(Kernel, "comm")?.Trim() == "kthreadd" && HostProcess.Read(files, Kernel) is { MountNamespace: not null } kernel ? kernel : processes.GetValueOrDefault(1);

    // What "/" is there: which file system, and which part of it.
    private static string RootOf(ProcFiles files, int pid)
    {
        foreach (var line in (files.Text(pid, "mountinfo") ?? "").Split('\n').Reverse())
        {
            var fields = line.Split(' ');
            if (fields.Length > 4 && fields[4] == "/") return $"{fields[2]} {fields[3]}";
        }

        return "";
    }

    private static bool IsOfSystem(string leaf) => leaf.EndsWith(".service", StringComparison.Ordinal) || leaf.EndsWith(".slice", StringComparison.Ordinal) || leaf.EndsWith(".scope", StringComparison.Ordinal);

    private static string Short(string? space) => space is null ? "unknown" : new string([.. space.Where(char.IsAsciiDigit)]);

    /// <summary>One look at all processes.</summary>
    /// <param name="Firsts">The oldest process of each control group that names a container.</param>
    private sealed record Look(IReadOnlyDictionary<int, HostProcess> Processes, Dictionary<int, ShimCommand> Shims, Dictionary<string, HostProcess> Firsts, HostProcess? Host)
    {
        public Dictionary<int, string?> Names { get; } = [];

        /// <summary>Whose mount namespace it is.</summary>
        public Dictionary<string, string> Mounts { get; } = new(StringComparer.Ordinal);
    }
}
