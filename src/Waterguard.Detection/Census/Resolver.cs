using System.Collections.Immutable;
using System.Text;
using System.Text.RegularExpressions;
using Waterguard.Detection.Lists;
using Match = Waterguard.Detection.Matching.Match;

namespace Waterguard.Detection.Census;

/// <summary>Fills in what records do not say of themselves: the workload behind an address, the pod behind a container, the one name of an identity. What stands for several is told to be so,
/// and stays open. One census; not thread-safe.</summary>
/// <param name="registered">The list of workloads that are known.</param>
public sealed partial class Resolver(ContainerCensus census, ValueList registered)
{
    /// <summary>How much later than an event facts may be told that are true of it: an address is told seconds after its first packet.</summary>
    public static readonly TimeSpan Settles = TimeSpan.FromSeconds(5);

    private const int MostValues = 16;

    // That it is more than one is all that needs to be known.
    private const int Several = 2;
    private readonly CensusLookup _lookup = new(census);

    /// <summary>The match with the values that its consumers read and its record lacks, and with the entities that can be told for certain.</summary>
    /// <param name="fills">Whether the consumers read names that the census has values for.</param>
    public Match Resolve(Match match, bool fills = true)
    {
        if (!match.TimeKnown || (census.IsEmpty && !fills)) return match;
        var ticks = match.Time.UtcTicks;
        var (subjects, ambiguous) = Subjects(match, ticks, ticks + Settles.Ticks);
        var values = match.Values;
        foreach (var name in (fills ? match.Values.Keys : []).Where(k => CensusFields.Filled.Contains(k) && match.Values[k].IsEmpty).Order(StringComparer.Ordinal))
        {
            var found = name == CensusFields.Identity ? Identity(match, ticks) : Value(name, subjects, ambiguous);
            if (found.IsEmpty) continue;
            values = values.SetItem(name, found);
            census.Counts.Resolved++;
        }

        if (ambiguous) census.Counts.Ambiguous++;
        var entities = Entities(match, subjects, ticks, ticks + Settles.Ticks);
        return ReferenceEquals(values, match.Values) && ReferenceEquals(entities, match.Entities) ? match : match with { Values = values, Entities = entities };
    }

    /// <summary>Values of the names that are decided by the census alone.</summary>
    public ImmutableDictionary<string, ImmutableArray<string>> Values(Match match)
    {
        var ticks = match.Time.UtcTicks;
        var (subjects, ambiguous) = match.TimeKnown ? Subjects(match, ticks, ticks + Settles.Ticks) : ([], false);
        return CensusFields.Decided.ToImmutableDictionary(n => n, n => n == CensusFields.Identity ? Identity(match, ticks) : Value(n, subjects, ambiguous), StringComparer.Ordinal);
    }

    // The first handle that is known decides: an id says more than an address.
    private (List<KnownSubject> Subjects, bool Ambiguous) Subjects(Match match, long ticks, long until)
    {
        if (ById(match, ticks, until) is { Count: > 0 } known) return (known, known.Count > 1);
        var cluster = First(match, "orchestrator.cluster.name", "cluster");
        var addresses = match.Values.TryGetValue("source.ip", out var sources) ? sources.AddRange(match.Values.GetValueOrDefault("destination.ip", [])) : match.Entities.GetValueOrDefault("address", []);
        foreach (var address in addresses.Take(MostValues))
        {
            if (_lookup.IsShared(address, until)) return ([], true);
            if (_lookup.OfAddress(address, cluster, ticks, until, Several) is { Count: > 0 } found) return (found, found.Count > 1);
        }

        return ([], false);
    }

    private List<KnownSubject> ById(Match match, long ticks, long until)
    {
        var (host, cluster) = (First(match, "host.name", "node"), First(match, "orchestrator.cluster.name", "cluster"));
        foreach (var id in Texts(match, "container.id", "container"))
        {
            if (_lookup.OfContainer(id, host, ticks, until) is { Count: > 0 } found) return found;
        }

        if (Pod(match) is var (space, name) && _lookup.OfPod(cluster, space, name, ticks, until) is { Count: > 0 } pods) return pods;
        foreach (var path in Texts(match, "file.path", ""))
        {
            if (OfPath(path, host, ticks, until) is { Count: > 0 } found) return found;
        }

        return [];
    }

    private static (string, string)? Pod(Match match)
    {
        if (match.Values.GetValueOrDefault("orchestrator.resource.name", []) is not [var name, ..]) return null;
        var space = First(match, "orchestrator.namespace", "");
        return space.Length > 0 && First(match, "orchestrator.resource.type", "") is "" or "pods" or "pod" ? (space, name) : null;
    }

    // Folders of runtimes and kubelets have the ids of those they are for.
    private List<KnownSubject> OfPath(string path, string host, long ticks, long until)
    {
        foreach (var id in ContainerInPath().EnumerateMatches(path))
        {
            if (_lookup.OfContainer(path.Substring(id.Index, id.Length), host, ticks, until) is { Count: > 0 } found) return found;
        }

        foreach (var uid in UidInPath().EnumerateMatches(path))
        {
            if (_lookup.OfPodUid(path.Substring(uid.Index, uid.Length), ticks, until) is { Count: > 0 } found) return found;
        }

        return _lookup.OfLayer(path, host, ticks, until);
    }

    private ImmutableArray<string> Value(string name, List<KnownSubject> subjects, bool ambiguous)
    {
        if (name == CensusFields.Known) return [ambiguous || subjects.Count > 0 ? "true" : "false"];
        if (name == CensusFields.Ambiguous) return [ambiguous ? "true" : "false"];
        if (subjects is not [var subject]) return [];
        ImmutableArray<string> One(string text) => text.Length == 0 ? [] : [text];
        return name switch
        {
            CensusFields.ClaimedBy => subject.ClaimedBy.IsEmpty ? ["none"] : subject.ClaimedBy,
            CensusFields.SeenBy => subject.SeenBy.IsEmpty ? ["none"] : subject.SeenBy,
            CensusFields.Registered => [IsRegistered(subject) ? "true" : "false"],
            CensusFields.Lineage => One(subject.Lineage),
            CensusFields.Workload => One(subject.Workload),
            "container.id" => One(subject.Container),
            "container.name" => One(subject.Name),
            "container.image.name" => One(subject.Image),
            "container.image.hash.all" => One(subject.Digest),
            "orchestrator.namespace" => One(subject.Namespace),
            "orchestrator.resource.name" => One(subject.Pod),
            "orchestrator.cluster.name" => One(subject.Cluster),
            _ => [],
        };
    }

    // By digest, owners or lineage; never by a name that anybody can give.
    private bool IsRegistered(KnownSubject subject)
    {
        if (registered.Entries == 0) return false;
        foreach (var text in new[] { subject.Digest, subject.WorkloadPath, subject.Lineage })
        {
            if (text.Length > 0 && registered.Contains(Encoding.UTF8.GetBytes(text))) return true;
        }

        return false;
    }

    private ImmutableArray<string> Identity(Match match, long ticks)
    {
        foreach (var handle in new[] { "user.id", "user.name", "user.email" })
        {
            // Who acts through another name is known by any of the names.
            foreach (var name in match.Values.GetValueOrDefault(handle, []))
            {
                if (census.Identities.Canonical(name, ticks) is { Length: > 0 } canonical && (handle != "user.id" || !canonical.Equals(name, StringComparison.OrdinalIgnoreCase))) return [canonical];
            }
        }

        return match.Values.GetValueOrDefault("user.id", []) is [var id, ..] ? [id.ToLowerInvariant()] : [];
    }

    // Each container and address that stands for one thing brings what belongs to it; what stands for several brings nothing.
    private ImmutableSortedDictionary<string, ImmutableArray<string>> Entities(Match match, List<KnownSubject> subjects, long ticks, long until)
    {
        var entities = subjects is [var only] ? With(match.Entities, only) : match.Entities;
        foreach (var address in match.Entities.GetValueOrDefault("address", []).Take(MostValues))
        {
            if (!_lookup.IsShared(address, until) && _lookup.OfAddress(address, First(match, "orchestrator.cluster.name", "cluster"), ticks, until, Several) is [var owner]) entities = With(entities, owner);
        }

        foreach (var name in match.Entities.GetValueOrDefault("identity", []).Take(MostValues))
        {
            if (census.Identities.Canonical(name, ticks) is var canonical && !canonical.Equals(name, StringComparison.OrdinalIgnoreCase)) entities = With(entities, "identity", canonical);
        }

        return entities;
    }

    private static ImmutableSortedDictionary<string, ImmutableArray<string>> With(ImmutableSortedDictionary<string, ImmutableArray<string>> entities, KnownSubject subject)
    {
        (string Kind, string Name)[] told =
        [
            ("container", subject.Container), ("pod", subject.Pod), ("workload", subject.WorkloadPath), ("image", subject.Image), ("node", subject.Host), ("cluster", subject.Cluster), (Lineages, subject.Lineage),
        ];
        foreach (var (kind, name) in told)
        {
            if (name.Length > 0 && !name.StartsWith(Fact.Derived, StringComparison.Ordinal)) entities = With(entities, kind, name);
        }

        return entities;
    }

    private static ImmutableSortedDictionary<string, ImmutableArray<string>> With(ImmutableSortedDictionary<string, ImmutableArray<string>> entities, string kind, string name)
    {
        var known = entities.GetValueOrDefault(kind, []);
        return known.Contains(name, StringComparer.Ordinal) ? entities : entities.SetItem(kind, [.. known.Append(name).Order(StringComparer.Ordinal)]);
    }

    /// <summary>The kind under which entities name the lineage.</summary>
    public const string Lineages = "lineage";

    private static string First(Match match, string name, string kind) => Texts(match, name, kind) is [var first, ..] ? first : "";

    private static ImmutableArray<string> Texts(Match match, string name, string kind) =>
        match.Values.TryGetValue(name, out var values) && values.Length > 0 ? values : kind.Length > 0 ? match.Entities.GetValueOrDefault(kind, []) : [];

    [GeneratedRegex("[0-9a-f]{64}", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ContainerInPath();

    [GeneratedRegex("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex UidInPath();
}
