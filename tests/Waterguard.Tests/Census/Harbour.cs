using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Waterguard.Tests.Census;

/// <summary>The telemetry of a made-up harbour: a cluster of four nodes with its audit log, a host with a Docker engine, and a sensor on each machine. Containers come and go all the
/// time; everything is made from a seed.</summary>
internal sealed class Harbour(int seed)
{
    public static readonly DateTimeOffset Start = new(2026, 11, 2, 8, 0, 0, TimeSpan.Zero);
    public static readonly TimeSpan Length = TimeSpan.FromMinutes(40);

    private static readonly TimeSpan Round = TimeSpan.FromSeconds(45);
    private readonly Random _random = new(seed);
    private readonly List<(DateTimeOffset At, string Line)> _audit = [];
    private readonly List<(DateTimeOffset At, string Line)> _engine = [];
    private readonly List<(string Host, DateTimeOffset From, DateTimeOffset To, string Id, string Extra)> _running = [];
    private int _numbers;

    /// <summary>When the audit log ends; what comes later is not in it.</summary>
    public DateTimeOffset AuditEnds { get; set; } = DateTimeOffset.MaxValue;

    public const string EngineHost = "quay-d1";

    public static string[] Nodes { get; } = ["hull-a1", "hull-a2", "hull-a3", "hull-a4"];

    public IEnumerable<string> Audit => Sorted(_audit.Where(a => a.At < AuditEnds));

    public IEnumerable<string> Engine => Sorted(_engine);

    /// <summary>What the sensors saw: every container of each host, in each round.</summary>
    public IEnumerable<string> Sensors => Sorted(Rounds());

    /// <summary>As many containers as an ordinary afternoon has: four of five are of pods.</summary>
    public Harbour WithDailyLife(int containers)
    {
        for (var at = Start; at < Start + Length; at += TimeSpan.FromSeconds(10)) Lease(at);
        for (var at = Start; at < Start + Length; at += TimeSpan.FromSeconds(30)) Say(_engine, at, Json(new { Type = "container", Action = "exec_die", Actor = new { ID = Id(), Attributes = new { image = "tide-api:1", name = "tide" } }, scope = "local", timeNano = Nano(at) }));
        foreach (var host in Nodes.Append(EngineHost)) Runs(host, Start, Start + Length, "resident-" + host, "\"waterguard.started\":1", Start - TimeSpan.FromDays(3));
        for (var i = 0; i < containers; i++)
        {
            var from = Start + TimeSpan.FromSeconds(240 + _random.Next(1600));
            var life = TimeSpan.FromSeconds(_random.Next(3) == 0 ? 60 + _random.Next(60) : 200 + _random.Next(2000));
            if (i % 5 == 4) EngineContainer(from, life);
            else Pod(Nodes[_random.Next(4)], from, life);
        }

        return this;
    }

    public string Pod(string node, DateTimeOffset from, TimeSpan life)
    {
        var (name, uid, sandbox, id, address) = ($"tide-api-7d9f4b-{Text(5)}", Uid(), Id(), Id(), $"10.8.{_random.Next(250)}.{_numbers % 250}");
        var running = from.AddSeconds(3);
        Call(from, "create", "pods", null, "tide", null, "system:serviceaccount:kube-system:replicaset-controller", 201,
            request: new { kind = "Pod", metadata = new { generateName = "tide-api-7d9f4b-", ownerReferences = new[] { new { kind = "ReplicaSet", name = "tide-api-7d9f4b" } } }, spec = new { containers = new[] { new { name = "api", image = "tide-api:1" } } } });
        Call(from.AddSeconds(0.2), "create", "pods", "binding", "tide", name, "system:kube-scheduler", 201, request: new { kind = "Binding", metadata = new { name, uid }, target = new { kind = "Node", name = node } });
        Call(running, "patch", "pods", "status", "tide", name, "system:node:" + node, 200, request: new
        {
            metadata = new { uid },
            status = new
            {
                podIP = address, podIPs = new[] { new { ip = address } }, hostIP = "10.7.0." + node[^1],
                containerStatuses = new[] { new { name = "api", containerID = "containerd://" + id, image = "tide-api:1", imageID = "tide-api@sha256:5d0a", state = new { running = new { startedAt = At(running) } } } },
            },
        });
        var labels = $"\"io.kubernetes.pod.uid\":\"{uid}\",\"io.kubernetes.pod.name\":\"{name}\",\"io.kubernetes.pod.namespace\":\"tide\"";
        Runs(node, from.AddSeconds(1), running + life, sandbox, $"\"waterguard.pod_uid\":\"{uid}\",\"waterguard.runtime_namespace\":\"k8s.io\",\"container.labels\":{{{labels},\"io.cri-containerd.kind\":\"sandbox\"}}");
        Runs(node, running, running + life, id, $"\"waterguard.pod_uid\":\"{uid}\",\"waterguard.runtime_namespace\":\"k8s.io\",\"container.labels\":{{{labels}}}");
        Call(running + life, "delete", "pods", null, "tide", name, "system:serviceaccount:kube-system:replicaset-controller", 200);
        Call(running + life + TimeSpan.FromSeconds(2), "delete", "pods", null, "tide", name, "system:node:" + node, 200);
        return name;
    }

    public string EngineContainer(DateTimeOffset from, TimeSpan life, string? labels = null, string image = "tide-web:1")
    {
        var id = Id();
        void Event(DateTimeOffset at, string action) => Say(_engine, at,
            $"{{\"Type\":\"container\",\"Action\":\"{action}\",\"Actor\":{{\"ID\":\"{id}\",\"Attributes\":{{\"image\":\"{image}\",\"name\":\"web-{id[..6]}\"{(labels is null ? "" : "," + labels)}}}}},\"scope\":\"local\",\"timeNano\":{Nano(at)}}}");
        Event(from, "create");
        Event(from.AddSeconds(0.3), "start");
        Event(from + life, "die");
        Event(from + life + TimeSpan.FromSeconds(0.1), "destroy");
        Runs(EngineHost, from, from + life, id, "\"waterguard.runtime_namespace\":\"moby\"" + (labels is null ? "" : $",\"container.labels\":{{{labels}}}"));
        return id;
    }

    /// <summary>A container that only the sensor of its host sees.</summary>
    public void Runs(string host, DateTimeOffset from, DateTimeOffset to, string id, string extra, DateTimeOffset? started = null) =>
        _running.Add((host, from, to, id, extra + (started is { } at ? $",\"container.started\":\"{At(at)}\"" : "")));

    /// <summary>A socket that the sensor finds.</summary>
    public static string Socket(string host, DateTimeOffset at, string path) =>
        $"{{\"@timestamp\":\"{At(at)}\",\"waterguard\":{{\"sighting\":\"socket\",\"witness\":\"socket\",\"socket\":\"{path}\"}},\"host\":{{\"name\":\"{host}\"}}}}";

    /// <summary>The container is told by the API to run, and nobody sees it.</summary>
    public string Ghost(string node, DateTimeOffset from)
    {
        var id = Id();
        Call(from, "patch", "pods", "status", "tide", "tide-ghost", "system:node:" + node, 200, request: new
        {
            metadata = new { uid = Uid() },
            status = new { containerStatuses = new[] { new { name = "api", containerID = "containerd://" + id, image = "tide-api:1", state = new { running = new { startedAt = At(from) } } } } },
        });
        return id;
    }

    public string Id() => Convert.ToHexStringLower(Bytes(32));

    public static string At(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);

    public static byte[] Bytes(IEnumerable<string> lines) => Encoding.UTF8.GetBytes(string.Join('\n', lines) + "\n");

    private IEnumerable<(DateTimeOffset, string)> Rounds()
    {
        for (var at = Start; at < Start + Length; at += Round)
        {
            foreach (var (host, from, to, id, extra) in _running)
            {
                if (from > at || to <= at) continue;
                yield return (at, $"{{\"@timestamp\":\"{At(at)}\",\"waterguard.sighting\":\"container\",\"waterguard.witness\":\"cgroup\",\"host.name\":\"{host}\",\"container.id\":\"{id}\",{extra}}}");
            }
        }
    }

    private void Lease(DateTimeOffset at) => Call(at, "update", "leases", null, "kube-system", "kube-controller-manager", "system:kube-controller-manager", 200);

    private void Call(DateTimeOffset at, string verb, string resource, string? subresource, string space, string? name, string user, int code, object? request = null) => Say(_audit, at, Json(new
    {
        kind = "Event", apiVersion = "audit.k8s.io/v1", level = "Request", auditID = $"a-{_numbers++}", stage = "ResponseComplete", requestURI = $"/api/v1/namespaces/{space}/{resource}/{name}/{subresource}", verb,
        user = new { username = user }, objectRef = new { resource, @namespace = space, name, subresource, apiVersion = "v1" }, responseStatus = new { code }, requestObject = request,
        requestReceivedTimestamp = At(at), stageTimestamp = At(at),
    }));

    private static void Say(List<(DateTimeOffset, string)> log, DateTimeOffset at, string line) => log.Add((at, line));

    private static string Json(object record) => JsonSerializer.Serialize(record, Skipping);

    private static readonly JsonSerializerOptions Skipping = new() { DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull };

    private static IEnumerable<string> Sorted(IEnumerable<(DateTimeOffset At, string Line)> log) => log.OrderBy(l => l.At).Select(l => l.Line);

    private static long Nano(DateTimeOffset at) => (at - DateTimeOffset.UnixEpoch).Ticks * 100;

    private string Uid() => new Guid(Bytes(16)).ToString();

    private string Text(int length) => string.Concat(Enumerable.Range(0, length).Select(_ => (char)('a' + _random.Next(26))));

    private byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        _random.NextBytes(bytes);
        return bytes;
    }
}
