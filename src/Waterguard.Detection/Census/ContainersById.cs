namespace Waterguard.Detection.Census;

/// <summary>Records of containers by their ids, whole or shortened: some write the twelve first digits of an id, others all sixty-four. Not thread-safe.</summary>
internal sealed class ContainersById
{
    /// <summary>Records that one id may stand for. Whoever starts containers below the engine chooses their ids, and can give thousands of them one shortened form.</summary>
    public const int MostOfOne = 64;

    private const int ShortId = 12;
    private readonly Dictionary<string, Alike> _alike = new(StringComparer.Ordinal);

    /// <summary>How many there are.</summary>
    public int Count { get; private set; }

    /// <summary>Records that were left out because an id could stand for more than are looked at.</summary>
    public long LeftOut { get; private set; }

    /// <summary>All of them.</summary>
    public IEnumerable<ContainerRecord> All => _alike.Values.SelectMany(a => a.Records);

    /// <summary>The record of an id on a host; made where there is none.</summary>
    public ContainerRecord Of(string id, string host, out bool isNew)
    {
        var key = Key(id);
        if (!_alike.TryGetValue(key, out var alike)) alike = _alike[key] = new Alike([], []);
        var at = alike.First(id);
        for (; at < alike.Records.Count && alike.Records[at] is var record && record.Id == id; at++)
        {
            var order = string.CompareOrdinal(record.Host, host);
            isNew = false;
            if (order == 0) return record;
            if (order > 0) break;
        }

        isNew = true;
        var made = new ContainerRecord(id, host);
        alike.Records.Insert(at, made); // in an order of its own, not in that of telling
        alike.Lengths.Add(id.Length);
        Count++;
        return made;
    }

    /// <summary>The records of a container, by host and id.</summary>
    public List<ContainerRecord> Find(string id)
    {
        if (id.Length == 0 || !_alike.TryGetValue(Key(id), out var alike)) return [];
        var found = new List<ContainerRecord>();
        // The shorter forms, each at a place of its own; then this one and those that it is a short form of, side by side.
        foreach (var length in alike.Lengths)
        {
            if (length >= id.Length) break;
            Take(alike, id.AsSpan(0, length), isWhole: true, found);
        }

        Take(alike, id, isWhole: !IsHex(id) || id.Length < ShortId, found);
        if (found.Count > 1) found.Sort(ContainerRecord.Order);
        return found;
    }

    /// <summary>Takes a record away.</summary>
    public void Remove(ContainerRecord record)
    {
        var alike = _alike[Key(record.Id)];
        var at = alike.First(record.Id);
        while (at < alike.Records.Count && alike.Records[at] != record) at++;
        if (at == alike.Records.Count) return;
        alike.Records.RemoveAt(at);
        Count--;
        if (alike.Records.Count == 0) _alike.Remove(Key(record.Id));
    }

    private void Take(Alike alike, ReadOnlySpan<char> id, bool isWhole, List<ContainerRecord> found)
    {
        for (var at = alike.First(id); at < alike.Records.Count; at++)
        {
            var other = alike.Records[at].Id;
            if (isWhole ? !id.SequenceEqual(other) : !other.AsSpan().StartsWith(id)) return;
            if (found.Count == MostOfOne)
            {
                LeftOut++;
                return;
            }

            found.Add(alike.Records[at]);
        }
    }

    private static string Key(string id) => id.Length > ShortId && IsHex(id) ? id[..ShortId] : id;

    private static bool IsHex(string text) => text.All(char.IsAsciiHexDigitLower);

    /// <summary>Records whose ids have one shortened form, by id and host, and the lengths of their ids.</summary>
    private sealed record Alike(List<ContainerRecord> Records, SortedSet<int> Lengths)
    {
        /// <summary>The place of the first one with this id, or of where it would be.</summary>
        public int First(ReadOnlySpan<char> id)
        {
            var (from, to) = (0, Records.Count);
            while (from < to)
            {
                var middle = (from + to) / 2;
                if (Records[middle].Id.AsSpan().SequenceCompareTo(id) < 0) from = middle + 1;
                else to = middle;
            }

            return from;
        }
    }
}
