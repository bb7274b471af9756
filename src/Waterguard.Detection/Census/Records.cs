using System.Collections.Immutable;

namespace Waterguard.Detection.Census;

/// <summary>Who says something of a container or pod: a witness, about one cluster.</summary>
internal readonly record struct Speaker(Witness Witness, string Cluster, string By);

/// <summary>What was told of one thing, by everybody. Only grows.</summary>
internal abstract class SubjectRecord
{
    private List<Life>? _lives;

    public SortedDictionary<Speaker, Sayings> Voices { get; } = new(Comparer<Speaker>.Create(Compare));

    public ToldValues Told { get; } = new();

    /// <summary>When it was last told of.</summary>
    public long LastTold { get; private set; } = long.MinValue;

    public void Say(Fact fact)
    {
        var speaker = new Speaker(fact.Witness, fact.Cluster, fact[Part.By]);
        if (!Voices.TryGetValue(speaker, out var sayings)) sayings = Voices[speaker] = new Sayings();
        sayings.Say(fact.Saying, fact.Ticks);
        LastTold = Math.Max(LastTold, fact.Ticks);
        _lives = null;
    }

    /// <summary>The stays of which anything is told up to a time, by whomever.</summary>
    public IReadOnlyList<Life> Lives(long until) => until < LastTold ? Sayings.Lives(Voices.Values, until) : _lives ??= Sayings.Lives(Voices.Values, until);

    public List<Life> Lives(Func<Witness, bool> of, long until) => Sayings.Lives(Of(of), until);

    public IEnumerable<Sayings> Of(Func<Witness, bool> of) => Voices.Where(v => of(v.Key.Witness)).Select(v => v.Value);

    /// <summary>The names of those who told of it, of one kind.</summary>
    public IEnumerable<string> Names(Func<Witness, bool> of) =>
        Voices.Keys.Where(k => of(k.Witness)).Select(k => k.By.Length > 0 ? $"{k.Witness.Name}/{k.By}" : k.Witness.Name).Distinct(StringComparer.Ordinal);

    private static int Compare(Speaker left, Speaker right)
    {
        var order = string.CompareOrdinal(left.Witness.Name, right.Witness.Name);
        if (order == 0) order = string.CompareOrdinal(left.Cluster, right.Cluster);
        return order != 0 ? order : string.CompareOrdinal(left.By, right.By);
    }
}

/// <summary>A container on a host, as some of the witnesses know it.</summary>
internal sealed class ContainerRecord(string id, string host) : SubjectRecord
{
    public string Id => id;

    /// <summary>The machine that it was told to run on; empty where nobody said.</summary>
    public string Host => host;

    /// <summary>By host and id.</summary>
    public static Comparer<ContainerRecord> Order { get; } = Comparer<ContainerRecord>.Create((left, right) => string.CompareOrdinal(left.Host, right.Host) is var order and not 0 ? order : string.CompareOrdinal(left.Id, right.Id));

    /// <summary>Beginnings that have been compared between the witnesses already, by what was asked.</summary>
    public HashSet<(string Kind, long From)> Decided { get; } = [];
}

/// <summary>A pod by name; what bears the name one after another are its lives.</summary>
internal sealed class PodRecord(PodName name) : SubjectRecord
{
    public PodName Name => name;

    /// <summary>By name.</summary>
    public static Comparer<PodRecord> Order { get; } = Comparer<PodRecord>.Create((left, right) => PodName.Compare(left.Name, right.Name));

    /// <summary>Containers that an orchestrator said it has.</summary>
    public SortedDictionary<string, long> Containers { get; } = new(StringComparer.Ordinal);
}

/// <summary>What makes pods, or other workloads.</summary>
internal sealed class WorkloadRecord : SubjectRecord;

/// <summary>An engine or runtime socket on a host.</summary>
internal sealed class EngineRecord(string host, string socket) : SubjectRecord
{
    public string Host => host;

    public string Socket => socket;

    public bool Decided { get; set; }
}

/// <summary>Names are unique in a namespace of a cluster; the cluster is empty where nobody said which.</summary>
public readonly record struct PodName(string Cluster, string Namespace, string Name)
{
    internal static int Compare(PodName left, PodName right)
    {
        var order = string.CompareOrdinal(left.Cluster, right.Cluster);
        if (order == 0) order = string.CompareOrdinal(left.Namespace, right.Namespace);
        return order != 0 ? order : string.CompareOrdinal(left.Name, right.Name);
    }
}

internal readonly record struct WorkloadName(string Cluster, string Namespace, string Kind, string Name);

/// <summary>Names of machines are written with and without their domain.</summary>
internal static class Hosts
{
    public static bool Fit(string left, string right) => left.Length == 0 || right.Length == 0 || AreSame(left, right);

    public static bool AreSame(string left, string right)
    {
        if (left.Equals(right, StringComparison.OrdinalIgnoreCase)) return true;
        var (a, b) = (left.IndexOf('.', StringComparison.Ordinal), right.IndexOf('.', StringComparison.Ordinal));
        if (a >= 0 == b >= 0) return false;
        return (a >= 0 ? left.AsSpan(0, a) : left).Equals(b >= 0 ? right.AsSpan(0, b) : right, StringComparison.OrdinalIgnoreCase);
    }
}

/// <summary>Clusters: what nobody named, or is named by its input only, may be any.</summary>
internal static class Clusters
{
    public static bool Fit(string left, string right) => IsOpen(left) || IsOpen(right) || string.Equals(left, right, StringComparison.Ordinal);

    private static bool IsOpen(string cluster) => cluster.Length == 0 || cluster.StartsWith(Fact.Derived, StringComparison.Ordinal);
}
