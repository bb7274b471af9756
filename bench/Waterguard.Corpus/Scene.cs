namespace Waterguard.Corpus;

/// <summary>What a template may ask for.</summary>
internal enum Hole
{
    Id, Received, Stage, Earlier, Second, Version, Generation, Replicas, Node, NodeIp, NodeKey, Namespace, App, Image, Tag, Port, Hash, Suffix, Pod, PodIp,
    PodUid, SetUid, DeployUid, Job, Ticket, Human, HumanUid, HumanIp, Millis, Ephemeral,
}

/// <summary>A workload of the invented cluster.</summary>
internal sealed record Workload(string Namespace, string App, int Port, int Generation);

/// <summary>A cluster that does not exist, and the moment it is at. Names are ours.</summary>
internal sealed class Scene
{
    private const string PodAlphabet = "bcdfghjklmnpqrstvwxz2456789";

    private static readonly Workload[] _workloads =
    [
        new("tide", "tide-api", 8080, 14), new("tide", "tide-web", 8443, 9), new("tide", "gauge-reader", 9090, 3),
        new("berth", "berth-planner", 8080, 31), new("berth", "berth-web", 8443, 22), new("berth", "crane-queue", 5672, 6),
        new("ledger", "ledger-api", 8080, 41), new("ledger", "tariff-calc", 8081, 17), new("ledger", "invoice-worker", 8082, 12),
        new("chart", "chart-render", 7070, 5), new("chart", "tile-cache", 6379, 2), new("lantern", "lantern-gateway", 8443, 28),
        new("lantern", "pilot-session", 8080, 19), new("quay", "quay-search", 9200, 7),
    ];

    private static readonly string[] _nodes = ["hull-a1", "hull-a2", "hull-a3", "hull-b1", "hull-b2", "hull-b3"];
    private static readonly string[] _humans = ["ines@harbour.example", "marek@harbour.example", "oyelaran@harbour.example", "sunniva@harbour.example"];

    private readonly XorShift _random;
    private readonly char[] _suffix = new char[5];
    private readonly char[] _hash = new char[9];
    private Workload _workload = _workloads[0];
    private long _now;
    private long _version = 812_004;
    private int _node;
    private int _human;
    private int _replicas = 3;
    private ulong _pod, _set;

    public Scene(XorShift random, long unixMicroseconds)
    {
        _random = random;
        _now = unixMicroseconds;
        Change();
    }

    /// <summary>Mean time between two records.</summary>
    public int Pace { get; init; } = 9_000;

    /// <summary>Another workload, pod, node and person.</summary>
    public void Change()
    {
        _workload = _random.Pick(_workloads);
        _node = _random.Below(_nodes.Length);
        _human = _random.Below(_humans.Length);
        _replicas = 2 + _random.Below(4);
        _pod = _random.Next();
        _set = (ulong)(_workload.Generation * 7919) * 0x9E3779B97F4A7C15UL ^ (ulong)_workload.Port << 20;
        Spell(_suffix, _pod);
        Spell(_hash, _set);
    }

    /// <summary>The next record's moment.</summary>
    public void Tick() => _now += 500 + _random.Below(2 * Pace);

    public void Fill(Hole hole, OutputBuffer output)
    {
        switch (hole)
        {
            case Hole.Id: output.AddUuid(_random.Next(), _random.Next()); break;
            case Hole.Received: output.AddTime(_now, fraction: true); break;
            case Hole.Stage: output.AddTime(_now + 900 + _random.Below(28_000), fraction: true); break;
            case Hole.Earlier: output.AddTime(_now - 300_000_000 - _random.Below(299_000_000), fraction: true); break;
            case Hole.Second: output.AddTime(_now - 1_000_000, fraction: false); break;
            case Hole.Version: output.Add(_version += 1 + _random.Below(3)); break;
            case Hole.Generation: output.Add(_workload.Generation); break;
            case Hole.Replicas: output.Add(_replicas); break;
            case Hole.Node: output.Add(_nodes[_node]); break;
            case Hole.NodeIp: output.Add("10.20.0."u8); output.Add(11 + _node); break;
            case Hole.NodeKey: output.AddHex(0x51A7C3E9D2460B8FUL * (ulong)(_node + 3), 16); output.AddHex(0xC2B2AE3D27D4EB4FUL * (ulong)(_node + 5), 16); break;
            case Hole.Namespace: output.Add(_workload.Namespace); break;
            case Hole.App: output.Add(_workload.App); break;
            case Hole.Image: output.Add("registry.harbour.example/"u8); output.Add(_workload.App); break;
            case Hole.Tag: output.Add("2."u8); output.Add(_workload.Generation); output.Add(".0"u8); break;
            case Hole.Port: output.Add(_workload.Port); break;
            case Hole.Hash: output.Add(new string(_hash)); break;
            case Hole.Suffix: output.Add(new string(_suffix)); break;
            case Hole.Pod: output.Add(_workload.App); output.Add("-"u8); output.Add(new string(_hash)); output.Add("-"u8); output.Add(new string(_suffix)); break;
            case Hole.PodIp: output.Add("10.42."u8); output.Add(_node); output.Add("."u8); output.Add((long)(_pod % 250) + 2); break;
            case Hole.PodUid: output.AddUuid(_pod, ~_pod); break;
            case Hole.SetUid: output.AddUuid(_set, ~_set * 3); break;
            case Hole.DeployUid: output.AddUuid(~_set, _set * 5); break;
            case Hole.Job: output.Add(29_300_000 + _now / 60_000_000 % 100_000); break;
            case Hole.Ticket: output.Add(4000 + (long)(_pod % 900)); break;
            case Hole.Human: output.Add(_humans[_human]); break;
            case Hole.HumanUid: output.Add("staff-"u8); output.Add(301 + _human); break;
            case Hole.HumanIp: output.Add("10.8.4."u8); output.Add(20 + _human); break;
            case Hole.Millis: output.Add(1 + _random.Below(40)); break;
            case Hole.Ephemeral: output.Add("debugger-"u8); output.Add(new string(_suffix)); break;
            default: throw new ArgumentOutOfRangeException(nameof(hole), hole, "nothing fills this hole");
        }
    }

    private static void Spell(char[] into, ulong number)
    {
        for (var i = 0; i < into.Length; i++, number = number / 27 * 31 + 7) into[i] = PodAlphabet[(int)(number % 27)];
    }
}
