namespace Waterguard.Detection.Census;

/// <summary>Who had which address, and when it was told. Addresses are used again: whose it is at a time is the owner's business. Bounded; not thread-safe.</summary>
internal sealed class AddressBook
{
    private const int MostOwners = 64;
    private readonly Dictionary<string, List<AddressEntry>> _entries = new(StringComparer.Ordinal);

    /// <summary>Owners of one address beyond as many as are kept.</summary>
    public long Capped { get; private set; }

    public int Count => _entries.Count;

    public void Add(string address, AddressOwner owner, bool shared, long ticks)
    {
        if (!_entries.TryGetValue(address, out var entries)) entries = _entries[address] = [];
        var entry = entries.Find(e => e.Owner == owner);
        if (entry is null)
        {
            if (entries.Count >= MostOwners)
            {
                Capped++;
                var oldest = entries.MinBy(e => (e.Told.Last, e.Owner.Text))!;
                if (oldest.Told.Last >= ticks) return;
                entries.Remove(oldest);
            }

            entries.Add(entry = new AddressEntry(owner));
        }

        entry.Shared |= shared;
        entry.Told.Add(ticks);
    }

    public IReadOnlyList<AddressEntry> Of(string address) => _entries.TryGetValue(address, out var entries) ? entries : [];

    /// <summary>The addresses of each pod and container.</summary>
    public ILookup<SubjectRecord, string> ByOwner() =>
        _entries.SelectMany(e => e.Value.Select(o => (Owner: (SubjectRecord?)o.Owner.Pod ?? o.Owner.Container, Address: e.Key))).Where(o => o.Owner is not null).ToLookup(o => o.Owner!, o => o.Address);

    /// <summary>Forgets owners that are forgotten themselves.</summary>
    public void Remove(Func<AddressOwner, bool> forgotten)
    {
        foreach (var address in _entries.Where(e => e.Value.RemoveAll(o => forgotten(o.Owner)) > 0 && e.Value.Count == 0).Select(e => e.Key).ToArray()) _entries.Remove(address);
    }
}

/// <summary>A pod, a container, or, where both are null, a machine.</summary>
internal sealed record AddressOwner(PodRecord? Pod, ContainerRecord? Container, string Host)
{
    public string Text => Pod is { } pod ? $"pod {pod.Name.Cluster} {pod.Name.Namespace}/{pod.Name.Name}" : Container is { } container ? $"container {container.Id} {container.Host}" : $"host {Host}";
}

internal sealed class AddressEntry(AddressOwner owner)
{
    public AddressOwner Owner => owner;

    public TimePoints Told { get; } = new();

    /// <summary>Whether the owner shares it with its machine.</summary>
    public bool Shared { get; set; }
}
