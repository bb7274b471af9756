using System.Collections.Immutable;

namespace Waterguard.Detection.Census;

/// <summary>Who says that a container exists: dated facts of all witnesses, by container, pod, workload, engine, address and identity. What it holds is a function of the set of facts:
/// neither their order nor copies change anything, as long as no cap is met. It outlives the containers. One writer; not thread-safe.</summary>
public sealed class ContainerCensus
{
    /// <summary>Containers, and pods, that are kept. Beyond, a sixteenth is forgotten, those first that were told of last.</summary>
    public const int MostSubjects = 1 << 18;

    private readonly int _most;
    private readonly ContainersById _containers = new();
    private readonly Dictionary<PodName, PodRecord> _pods = [];
    private readonly Dictionary<(string Namespace, string Name), List<PodRecord>> _podsByName = [];
    private readonly Dictionary<string, List<PodRecord>> _podsByUid = new(StringComparer.Ordinal);
    private readonly Dictionary<WorkloadName, WorkloadRecord> _workloads = [];
    private readonly SortedDictionary<(string Host, string Socket), EngineRecord> _engines = [];
    private readonly HashSet<ContainerRecord> _touched = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<(Witness Witness, string Host), MinuteSet> _sensors = [];
    private readonly Dictionary<string, List<ContainerRecord>> _layers = new(StringComparer.Ordinal);

    /// <summary>An empty census.</summary>
    /// <param name="most">Containers, and pods, that are kept.</param>
    public ContainerCensus(int most = MostSubjects) => _most = most;

    /// <summary>When whom was heard.</summary>
    public Hearing Hearing { get; } = new();

    /// <summary>Which names are one identity.</summary>
    public Identities Identities { get; } = new();

    /// <summary>What it could not use, or has forgotten.</summary>
    public CensusCounts Counts { get; } = new();

    /// <summary>How many containers it knows.</summary>
    public int Containers => _containers.Count;

    /// <summary>How many pods it knows.</summary>
    public int Pods => _pods.Count;

    /// <summary>The witnesses of what runs on a host, and when they told of something there.</summary>
    internal List<(Witness Witness, MinuteSet Minutes)> Sensors(string host) =>
        [.. _sensors.Where(s => Hosts.AreSame(s.Key.Host, host)).OrderBy(s => s.Key.Witness.Name, StringComparer.Ordinal).Select(s => (s.Key.Witness, s.Value))];

    /// <summary>Where a witness of what runs on hosts told of something, and when.</summary>
    internal IEnumerable<(string Host, MinuteSet Minutes)> SensorsOf(Witness witness) =>
        _sensors.Where(s => s.Key.Witness == witness).OrderBy(s => s.Key.Host, StringComparer.Ordinal).Select(s => (s.Key.Host, s.Value));

    /// <summary>Whether nobody told anything that could be filled in.</summary>
    public bool IsEmpty => _containers.Count == 0 && _pods.Count == 0 && Identities.Count == 0;

    internal ClaimersOfHosts Claimers { get; } = new();

    internal AddressBook Addresses { get; } = new();

    internal IEnumerable<EngineRecord> Engines => _engines.Values;

    internal IEnumerable<ContainerRecord> AllContainers => _containers.All;

    internal IEnumerable<PodRecord> AllPods => _pods.Values;

    /// <summary>Containers of which something new was told, to be compared between the witnesses; those that must wait are added again.</summary>
    internal HashSet<ContainerRecord> Touched => _touched;

    /// <summary>Takes a fact in.</summary>
    public void Add(Fact fact)
    {
        Counts.Facts++;
        var used = fact.Subject switch
        {
            Subject.Container => AddContainer(fact),
            Subject.Pod => AddPod(fact),
            Subject.Workload => AddWorkload(fact),
            Subject.Engine => AddEngine(fact),
            _ => AddIdentity(fact),
        };
        if (!used) Counts.WithoutSubject++;
    }

    /// <summary>Counts a fact that cannot be placed in time.</summary>
    public void AddWithoutTime() => Counts.WithoutTime++;

    /// <summary>Counts a match that was decided against by what the census says.</summary>
    public void CountDismissed() => Counts.Dismissed++;

    /// <summary>Counts a fact that came after its time had been decided.</summary>
    public void CountLate() => Counts.Late++;

    /// <summary>All records of a container, whole or shortened id alike.</summary>
    internal List<ContainerRecord> Records(string id) => _containers.Find(id);

    internal PodRecord? Pod(PodName name) => _pods.GetValueOrDefault(name);

    internal IReadOnlyList<PodRecord> PodsNamed(string space, string name) => _podsByName.TryGetValue((space, name), out var pods) ? pods : [];

    internal IReadOnlyList<PodRecord> PodsOfUid(string uid) => _podsByUid.TryGetValue(uid, out var pods) ? pods : [];

    internal IReadOnlyList<ContainerRecord> OfLayer(string folder) => _layers.TryGetValue(folder, out var records) ? records : [];

    internal WorkloadRecord? Workload(WorkloadName name) => _workloads.GetValueOrDefault(name);

    /// <summary>What was left out of single subjects, over all of them.</summary>
    public void CountCapped() =>
        Counts.Capped = AllContainers.Concat<SubjectRecord>(_pods.Values).Concat(_workloads.Values).Sum(s => s.Told.Capped + s.Voices.Values.Sum(v => v.Capped)) + Addresses.Capped + Identities.Refused + _containers.LeftOut;

    private bool AddContainer(Fact fact)
    {
        var id = fact.ContainerId;
        if (id.Length == 0) return false;
        var record = ContainerOf(id, fact.Host);
        var before = record.Voices.Count;
        record.Say(fact);
        foreach (var part in ContainerParts) record.Told.Tell(part, fact[part], fact.Ticks);
        record.Told.Tell(Part.Digest, fact.Digest, fact.Ticks);
        record.Told.Tell(Part.Command, fact.Command, fact.Ticks);
        record.Told.Tell(Part.Cluster, fact.Cluster, fact.Ticks);
        if (fact.IsSandbox) record.Told.Tell(Part.Sandbox, "true", fact.Ticks);
        if (fact.OnHostNetwork) record.Told.Tell(Part.HostNetwork, "true", fact.Ticks);
        if (fact.Witness.View == View.Orchestrator && fact[Part.PodName] is { Length: > 0 } pod)
        {
            var containers = PodOf(new PodName(fact.Cluster, fact[Part.Namespace], pod)).Containers;
            containers[id] = containers.TryGetValue(id, out var known) ? Math.Min(known, fact.Ticks) : fact.Ticks;
        }

        foreach (var address in fact.Texts(Part.Address)) Addresses.Add(address, new AddressOwner(null, record, ""), fact.OnHostNetwork, fact.Ticks);
        if (fact.Saying != Saying.Ends || before != record.Voices.Count) _touched.Add(record);
        if (fact[Part.Layer] is { Length: > 0 } layer)
        {
            if (!_layers.TryGetValue(layer, out var owners)) owners = _layers[layer] = [];
            if (!owners.Contains(record)) owners.Add(record);
        }

        Claimers.Learn(fact, Records(id));
        if (fact.Witness.View == View.Runtime && fact.Host.Length > 0) SensorOf(fact).Add(MinuteSet.Of(fact.Ticks));
        return true;
    }

    private static readonly string[] ContainerParts =
        [Part.Actor, Part.Image, Part.LabelNamespace, Part.LabelPod, Part.LabelUid, Part.Layer, Part.Name, Part.Namespace, Part.PodName, Part.PodUid, Part.Running, Part.Runtime, Part.Started];

    private static readonly string[] PodParts = [Part.Image, Part.OwnerKind, Part.OwnerName];

    private bool AddPod(Fact fact)
    {
        if (fact[Part.PodName] is not { Length: > 0 } name) return false;
        var record = PodOf(new PodName(fact.Cluster, fact[Part.Namespace], name));
        record.Say(fact);
        foreach (var part in PodParts) record.Told.Tell(part, fact[part], fact.Ticks);
        if (fact.Saying == Saying.Starts) record.Told.Tell(Part.Actor, fact[Part.Actor], fact.Ticks);
        record.Told.Tell(Part.Node, fact.Host, fact.Ticks);
        record.Told.Tell(Part.Digest, fact.Digest, fact.Ticks);
        if (fact.OnHostNetwork) record.Told.Tell(Part.HostNetwork, "true", fact.Ticks);
        if (fact[Part.PodUid] is { Length: > 0 } uid)
        {
            record.Told.Tell(Part.PodUid, uid, fact.Ticks);
            if (!_podsByUid.TryGetValue(uid, out var pods)) pods = _podsByUid[uid] = [];
            Insert(pods, record);
        }

        foreach (var address in fact.Texts(Part.NodeAddress)) Addresses.Add(address, new AddressOwner(null, null, fact.Host), shared: true, fact.Ticks);
        foreach (var address in fact.Texts(Part.Address))
        {
            // A pod that has the address of its node is on its network.
            var shared = fact.OnHostNetwork || fact.Texts(Part.NodeAddress).Contains(address, StringComparer.Ordinal);
            if (shared) record.Told.Tell(Part.HostNetwork, "true", fact.Ticks);
            Addresses.Add(address, new AddressOwner(record, null, ""), shared, fact.Ticks);
        }

        Claimers.Learn(fact, []);
        return true;
    }

    private bool AddWorkload(Fact fact)
    {
        if (fact[Part.Workload] is not { Length: > 0 } name) return false;
        var key = new WorkloadName(fact.Cluster, fact[Part.Namespace], fact[Part.Kind].ToLowerInvariant(), name);
        if (!_workloads.TryGetValue(key, out var record))
        {
            if (_workloads.Count >= _most) Forget(_workloads);
            record = _workloads[key] = new WorkloadRecord();
        }

        record.Say(fact);
        record.Told.Tell(Part.OwnerKind, fact[Part.OwnerKind], fact.Ticks);
        record.Told.Tell(Part.OwnerName, fact[Part.OwnerName], fact.Ticks);
        record.Told.Tell(Part.Actor, fact[Part.Actor], fact.Ticks);
        return true;
    }

    private bool AddEngine(Fact fact)
    {
        if (fact[Part.Socket] is not { Length: > 0 } socket) return false;
        var key = (fact.Host, socket);
        if (!_engines.TryGetValue(key, out var record))
        {
            if (_engines.Count >= _most)
            {
                Counts.Capped++;
                return true;
            }

            record = _engines[key] = new EngineRecord(fact.Host, socket);
        }

        record.Say(fact);
        record.Told.Tell(Part.Command, fact[Part.Command], fact.Ticks);
        record.Told.Tell(Part.Cluster, fact.Cluster, fact.Ticks);
        return true;
    }

    private bool AddIdentity(Fact fact)
    {
        var names = fact.Texts(Part.IdentityName);
        foreach (var id in fact.Texts(Part.IdentityId))
        {
            foreach (var name in names) Identities.Tell(id, name, fact.Ticks);
        }

        return names.Length > 0 && fact[Part.IdentityId].Length > 0;
    }

    private MinuteSet SensorOf(Fact fact)
    {
        var key = (fact.Witness, fact.Host.ToLowerInvariant());
        return _sensors.TryGetValue(key, out var minutes) ? minutes : _sensors[key] = new MinuteSet();
    }

    private ContainerRecord ContainerOf(string id, string host)
    {
        var record = _containers.Of(id, host, out var isNew);
        if (isNew && _containers.Count > _most) ForgetContainers(record);
        return record;
    }

    private PodRecord PodOf(PodName name)
    {
        if (_pods.TryGetValue(name, out var record)) return record;
        if (_pods.Count >= _most) ForgetPods();
        record = _pods[name] = new PodRecord(name);
        if (!_podsByName.TryGetValue((name.Namespace, name.Name), out var pods)) pods = _podsByName[(name.Namespace, name.Name)] = [];
        Insert(pods, record);
        return record;
    }

    private static void Insert(List<PodRecord> pods, PodRecord record)
    {
        var at = pods.BinarySearch(record, PodRecord.Order);
        if (at < 0) pods.Insert(~at, record);
    }

    private void ForgetContainers(ContainerRecord keep)
    {
        var old = AllContainers.Where(r => r != keep).OrderBy(r => IsOver(r) ? 0 : 1).ThenBy(r => r.LastTold).ThenBy(r => r.Id, StringComparer.Ordinal).ThenBy(r => r.Host, StringComparer.Ordinal)
            .Take(Math.Max(1, _most / 16)).ToHashSet();
        foreach (var record in old)
        {
            _containers.Remove(record);
            _touched.Remove(record);
            foreach (var layer in record.Told.All(Part.Layer)) _layers.Remove(layer);
        }

        Addresses.Remove(o => o.Container is { } container && old.Contains(container));
        Counts.Forgotten += old.Count;
    }

    private void ForgetPods()
    {
        var old = _pods.Values.OrderBy(r => IsOver(r) ? 0 : 1).ThenBy(r => r.LastTold).ThenBy(r => r.Name.ToString(), StringComparer.Ordinal).Take(Math.Max(1, _most / 16)).ToHashSet();
        foreach (var record in old)
        {
            var name = (record.Name.Namespace, record.Name.Name);
            _pods.Remove(record.Name);
            _podsByName[name].Remove(record);
            if (_podsByName[name].Count == 0) _podsByName.Remove(name);
            foreach (var uid in record.Told.All(Part.PodUid))
            {
                if (_podsByUid.TryGetValue(uid, out var pods) && pods.Remove(record) && pods.Count == 0) _podsByUid.Remove(uid);
            }
        }

        Addresses.Remove(o => o.Pod is { } pod && old.Contains(pod));
        Counts.Forgotten += old.Count;
    }

    // Tombstones go first, those of the living last.
    private static bool IsOver(SubjectRecord record) => record.Lives(long.MaxValue) is [.., { To: not null }];

    private void Forget(Dictionary<WorkloadName, WorkloadRecord> workloads)
    {
        foreach (var old in workloads.OrderBy(w => w.Value.LastTold).ThenBy(w => w.Key.ToString(), StringComparer.Ordinal).Take(Math.Max(1, _most / 16)).ToArray())
        {
            workloads.Remove(old.Key);
            Counts.Forgotten++;
        }
    }
}
