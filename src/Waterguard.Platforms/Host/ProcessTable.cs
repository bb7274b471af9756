namespace Waterguard.Platforms.Host;

/// <summary>The processes of a host, looked at again and again: a short look reads only those that are new, a whole one all of them, since a process may be moved to another group. Not thread-safe.</summary>
public sealed class ProcessTable(ProcFiles files)
{
    private const int Kernel = 2;
    private readonly Dictionary<int, HostProcess> _processes = [];

    /// <summary>Those that were there at the last look, by id.</summary>
    public IReadOnlyDictionary<int, HostProcess> Processes => _processes;

    /// <summary>Looks again.</summary>
    /// <param name="whole">Whether those that are known are read again too.</param>
    /// <returns>Whether anything has begun or ended.</returns>
    public bool Look(bool whole)
    {
        var changed = false;
        var there = new HashSet<int>();
        foreach (var pid in files.Processes())
        {
            if (_processes.TryGetValue(pid, out var known) && !whole)
            {
                there.Add(pid);
                continue;
            }

            if (HostProcess.Read(files, pid) is not { } now || (now.Parent == Kernel && now.Arguments.Count == 0)) continue;
            there.Add(pid);
            changed |= known is null || known.Started != now.Started || known.CgroupFile != now.CgroupFile;
            _processes[pid] = now;
        }

        foreach (var gone in _processes.Keys.Where(p => !there.Contains(p)).ToArray())
        {
            _processes.Remove(gone);
            changed = true;
        }

        return changed;
    }
}
