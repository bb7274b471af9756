namespace Waterguard.Detection.Census;

/// <summary>When each source was heard, record by record, in minutes: by source and by what the input's labels say of the cluster and the host. Not thread-safe.</summary>
public sealed class Hearing
{
    private readonly SortedDictionary<HeardPlace, MinuteSet> _heard = new(Comparer<HeardPlace>.Create(HeardPlace.Compare));

    /// <summary>Who was heard, and when.</summary>
    public IEnumerable<KeyValuePair<HeardPlace, MinuteSet>> All => _heard;

    /// <summary>The minutes of a source at a place, to be added to.</summary>
    public MinuteSet Of(HeardPlace place)
    {
        if (!_heard.TryGetValue(place, out var minutes)) minutes = _heard[place] = new MinuteSet();
        return minutes;
    }

    /// <summary>Everything that another one heard.</summary>
    public void Add(Hearing other)
    {
        foreach (var (place, minutes) in other._heard) Of(place).Add(minutes);
    }

    /// <summary>The minutes in which a witness was heard where it speaks of a cluster or host.</summary>
    public MinuteSet Of(Witness witness, string cluster, string host)
    {
        var all = new MinuteSet();
        foreach (var (place, minutes) in _heard)
        {
            if (witness.Sources.Contains(place.Source, StringComparer.Ordinal) && Clusters.Fit(place.Cluster, cluster) && Hosts.Fit(place.Host, host)) all.Add(minutes);
        }

        return all;
    }

    /// <summary>Forgets what was heard before the next delivery.</summary>
    public void Clear() => _heard.Clear();
}

/// <summary>A source, and what is constant in one input of it; empty where nothing is.</summary>
public readonly record struct HeardPlace(string Source, string Cluster, string Host)
{
    internal static int Compare(HeardPlace left, HeardPlace right)
    {
        var order = string.CompareOrdinal(left.Source, right.Source);
        if (order == 0) order = string.CompareOrdinal(left.Cluster, right.Cluster);
        return order != 0 ? order : string.CompareOrdinal(left.Host, right.Host);
    }
}
