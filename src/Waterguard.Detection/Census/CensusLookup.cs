using System.Collections.Immutable;

namespace Waterguard.Detection.Census;

/// <summary>Asks the census who was what at a time. What is told later than <c>until</c> is not known yet, so that an answer does not depend on how much was read.</summary>
internal sealed class CensusLookup(ContainerCensus census)
{
    /// <summary>How long after its end something still counts as the owner of what it left: answers on the wire, a last measurement.</summary>
    public static readonly long Tail = TimeSpan.FromSeconds(30).Ticks;

    private const int MostOwners = 8;

    /// <summary>All that an address may have been at a time, up to so many: the pods and containers, and, where they share it with their machine, the machine with them.</summary>
    public List<KnownSubject> OfAddress(string address, string cluster, long ticks, long until, int most = int.MaxValue)
    {
        var (open, over) = (new List<Owned>(), new List<Owned>());
        foreach (var entry in census.Addresses.Of(address))
        {
            if (entry.Told.First > until) continue;
            // Who was there goes before who had just gone.
            foreach (var owned in Owners(entry, cluster, ticks, until)) (owned.IsOpen ? open : over).Add(owned);
        }

        // Several may tell of one and the same: a container is its pod's.
        return
        [
            .. (open.Count > 0 ? open : over).OrderBy(o => o.Owner.Text, StringComparer.Ordinal).ThenByDescending(o => o.Life.From).Select(o => Subject(o, ticks, until))
                .DistinctBy(s => s.Pod.Length > 0 ? (s.Namespace, s.Pod, "", "") : (s.Cluster, s.Host, s.Namespace, s.Container)).Take(most),
        ];
    }

    /// <summary>Whether a machine has the address: then whoever else has it shares it.</summary>
    public bool IsShared(string address, long until) => census.Addresses.Of(address).Any(e => e.Owner is { Pod: null, Container: null } && e.Told.First <= until);

    private static IEnumerable<Owned> Owners(AddressEntry entry, string cluster, long ticks, long until)
    {
        var owner = entry.Owner;
        var (record, place) = owner.Pod is { } pod ? (pod, pod.Name.Cluster) : owner.Container is { } container ? ((SubjectRecord)container, container.Told.At(Part.Cluster, ticks, until)) : (null, "");
        if (record is null) return [new Owned(owner, default, IsOpen: true)];
        if (!Clusters.Fit(place, cluster)) return [];
        return record.Lives(until).Where(l => l.Covers(ticks, Tail) && Told(entry, l, until)).Select(l => new Owned(owner, l, IsOpen(l, ticks)));
    }

    private KnownSubject Subject(Owned owned, long ticks, long until) =>
        owned.Owner.Pod is { } pod ? Subject(pod, owned.Life, ticks, until) : owned.Owner.Container is { } container ? Subject([container], ticks, until) : Machine(owned.Owner.Host);

    private readonly record struct Owned(AddressOwner Owner, Life Life, bool IsOpen);

    /// <summary>What a container's id stands for at a time; several where the same id runs on several hosts.</summary>
    public List<KnownSubject> OfContainer(string id, string host, long ticks, long until)
    {
        var records = census.Records(id).FindAll(r => Hosts.Fit(r.Host, host) && r.Voices.Values.Any(v => v.First <= until));
        if (records.Count == 0) return [];
        var hosts = new List<string>();
        foreach (var one in records.Where(r => r.Host.Length > 0).OrderBy(r => r.Host, StringComparer.Ordinal))
        {
            if (!hosts.Exists(h => Hosts.AreSame(h, one.Host))) hosts.Add(one.Host);
        }

        if (hosts.Count == 0) return [Subject(records, ticks, until)];
        return hosts.ConvertAll(h => Subject(records.FindAll(r => Hosts.Fit(r.Host, h)), ticks, until));
    }

    /// <summary>What a pod's name stands for at a time; several where several clusters have it.</summary>
    public List<KnownSubject> OfPod(string cluster, string space, string name, long ticks, long until) =>
    [
        .. census.PodsNamed(space, name).Where(p => Clusters.Fit(p.Name.Cluster, cluster)).OrderBy(p => p.Name.Cluster, StringComparer.Ordinal)
            .SelectMany(p => p.Lives(until).Where(l => l.Covers(ticks, Tail)).TakeLast(1).Select(l => Subject(p, l, ticks, until))),
    ];

    /// <summary>What a pod's uid stands for.</summary>
    public List<KnownSubject> OfPodUid(string uid, long ticks, long until) =>
        [.. census.PodsOfUid(uid).SelectMany(p => p.Lives(until).Where(l => l.Covers(ticks, Tail)).TakeLast(1).Select(l => Subject(p, l, ticks, until)))];

    /// <summary>What a file in the layers of a container stands for.</summary>
    public List<KnownSubject> OfLayer(string path, string host, long ticks, long until)
    {
        foreach (var layer in LayersOf(path))
        {
            var records = census.OfLayer(layer).Where(r => Hosts.Fit(r.Host, host) && r.Voices.Values.Any(v => v.First <= until)).ToArray();
            if (records.Length > 0) return [.. records.Select(r => r.Id).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).SelectMany(id => OfContainer(id, host, ticks, until))];
        }

        return [];
    }

    // A layer is known by its folder: /var/lib/docker/overlay2/ID/merged.
    private static IEnumerable<string> LayersOf(string path)
    {
        for (var cut = path.IndexOf('/', 1); cut > 0; cut = path.IndexOf('/', cut + 1)) yield return path[..cut];
    }

    /// <summary>All that is known of a container from several records of it.</summary>
    public KnownSubject Subject(IReadOnlyList<ContainerRecord> records, long ticks, long until)
    {
        string Value(string part) => records.Select(r => r.Told.At(part, ticks, until)).FirstOrDefault(v => v.Length > 0, "");
        var pod = PodOf(Value(Part.Cluster), Value(Part.Namespace), Value(Part.PodName), Value(Part.PodUid), ticks, until);
        var (workload, actor) = pod is null ? ("", "") : Root(pod, ticks, until);
        return new KnownSubject(
            Value(Part.Cluster) is { Length: > 0 } cluster ? cluster : pod?.Name.Cluster ?? "", records.Select(r => r.Host).Where(h => h.Length > 0).Order(StringComparer.Ordinal).FirstOrDefault(""),
            pod?.Name.Namespace ?? Value(Part.Namespace), pod?.Name.Name ?? Value(Part.PodName), Value(Part.PodUid), workload,
            records.MaxBy(r => r.Id.Length)!.Id, Value(Part.Name), Value(Part.Image), Value(Part.Digest), Value(Part.Command), actor.Length > 0 ? actor : Value(Part.Actor),
            Value(Part.HostNetwork).Length > 0 || pod?.Told.At(Part.HostNetwork, ticks, until).Length > 0,
            Names(records, w => w.Claims) is { IsEmpty: false } claims ? claims : OfItsPod(pod, Value(Part.PodUid)), Names(records, w => !w.Claims));
    }

    // What holds a pod's network is claimed with the pod.
    private static ImmutableArray<string> OfItsPod(PodRecord? pod, string uid) =>
        pod is null || uid.Length == 0 ? [] : [.. pod.Names(w => w.Claims).Select(n => n + "/pod").Order(StringComparer.Ordinal)];

    /// <summary>The chain of owners up to its root, and who asked for it.</summary>
    public (string Workload, string Actor) Root(PodRecord pod, long ticks, long until)
    {
        var (kind, name) = (pod.Told.At(Part.OwnerKind, ticks, until), pod.Told.At(Part.OwnerName, ticks, until));
        if (name.Length == 0) (kind, name) = ByName(pod.Name);
        var actor = pod.Told.At(Part.Actor, ticks, until);
        for (var depth = 0; depth < MostOwners && name.Length > 0; depth++)
        {
            if (census.Workload(new WorkloadName(pod.Name.Cluster, pod.Name.Namespace, PluralOf(kind), name)) is not { } record) break;
            if (record.Told.At(Part.Actor, ticks, until) is { Length: > 0 } told) actor = told;
            if (record.Told.At(Part.OwnerName, ticks, until) is not { Length: > 0 } owner) break;
            (kind, name) = (record.Told.At(Part.OwnerKind, ticks, until), owner);
        }

        return (name.Length == 0 ? "" : $"{kind}/{name}", actor);
    }

    // Where bodies are not logged a pod's owner is not told; its name is the owner's and five letters more.
    private (string Kind, string Name) ByName(PodName pod)
    {
        var cut = pod.Name.LastIndexOf('-');
        if (cut <= 0) return ("", "");
        foreach (var kind in new[] { "ReplicaSet", "DaemonSet", "Job", "StatefulSet" })
        {
            if (census.Workload(new WorkloadName(pod.Cluster, pod.Namespace, PluralOf(kind), pod.Name[..cut])) is not null) return (kind, pod.Name[..cut]);
        }

        return ("", "");
    }

    /// <summary>Records of the API name kinds in the plural, those of owners in the singular.</summary>
    internal static string PluralOf(string kind) => kind.ToLowerInvariant() is var lower && lower.EndsWith('s') ? lower : lower + "s";

    private PodRecord? PodOf(string cluster, string space, string name, string uid, long ticks, long until)
    {
        if (uid.Length > 0 && census.PodsOfUid(uid) is [var byUid, ..] && byUid.Voices.Values.Any(v => v.First <= until)) return byUid;
        if (name.Length == 0) return null;
        var named = census.PodsNamed(space, name).Where(p => Clusters.Fit(p.Name.Cluster, cluster) && p.Voices.Values.Any(v => v.First <= until)).ToArray();
        return named.Length == 1 ? named[0] : Array.Find(named, p => p.Name.Cluster == cluster);
    }

    private KnownSubject Subject(PodRecord pod, Life life, long ticks, long until)
    {
        string Value(string part) => pod.Told.At(part, ticks, until);
        var (workload, actor) = Root(pod, ticks, until);
        // A pod of one container is that container.
        var container = pod.Containers.Where(c => c.Value <= until && (life.To is not { } to || c.Value <= to)).Select(c => c.Key).ToArray() is [var only] ? only : "";
        var known = container.Length > 0 ? census.Records(container) : [];
        string OfContainer(string part) => known.Select(r => r.Told.At(part, ticks, until)).FirstOrDefault(v => v.Length > 0, "");
        return new KnownSubject(
            pod.Name.Cluster, Value(Part.Node), pod.Name.Namespace, pod.Name.Name, Value(Part.PodUid), workload, container, OfContainer(Part.Name),
            OfContainer(Part.Image) is { Length: > 0 } image ? image : Value(Part.Image), OfContainer(Part.Digest) is { Length: > 0 } digest ? digest : Value(Part.Digest), Value(Part.Command), actor,
            Value(Part.HostNetwork).Length > 0, [.. pod.Names(w => w.Claims)], [.. pod.Names(w => !w.Claims).Concat(known.SelectMany(k => k.Names(w => !w.Claims))).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)]);
    }

    private static KnownSubject Machine(string host) => new("", host, "", "", "", "", "", "", "", "", "", "", true, [], []);

    private static ImmutableArray<string> Names(IReadOnlyList<ContainerRecord> records, Func<Witness, bool> of) =>
        [.. records.SelectMany(r => r.Names(of)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    // An address that was told in another life of the same name was that one's.
    private static bool Told(AddressEntry entry, Life life, long until) => entry.Told.From(life.From) is var told && told <= until && (life.To is not { } to || told <= to);

    private static bool IsOpen(Life life, long ticks) => life.To is not { } to || ticks <= to;
}
