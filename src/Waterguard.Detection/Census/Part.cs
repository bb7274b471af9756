namespace Waterguard.Detection.Census;

/// <summary>The parts of which facts are made, by the names that readings use for them.</summary>
public static class Part
{
    /// <summary>Id of the container, with or without the runtime's <c>scheme://</c> before it.</summary>
    public const string Container = "container";

    /// <summary>Name of the container.</summary>
    public const string Name = "name";

    /// <summary>Image, as it was asked for.</summary>
    public const string Image = "image";

    /// <summary>Digest of the image, alone or behind its name.</summary>
    public const string Digest = "digest";

    /// <summary>What runs in it.</summary>
    public const string Command = "command";

    /// <summary>UID of the pod.</summary>
    public const string PodUid = "pod.uid";

    /// <summary>Name of the pod.</summary>
    public const string PodName = "pod.name";

    /// <summary>Namespace of the pod or workload.</summary>
    public const string Namespace = "namespace";

    /// <summary>UID of the pod that a container's labels say it is of: a claim of whoever made it.</summary>
    public const string LabelUid = "label.pod.uid";

    /// <summary>The same, its name.</summary>
    public const string LabelPod = "label.pod.name";

    /// <summary>The same, its namespace.</summary>
    public const string LabelNamespace = "label.namespace";

    /// <summary>What holds a pod's network and is no container of its own.</summary>
    public const string Sandbox = "sandbox";

    /// <summary>Kind of the workload that is told of.</summary>
    public const string Kind = "kind";

    /// <summary>Name of the workload that is told of.</summary>
    public const string Workload = "workload";

    /// <summary>Kind of the owner.</summary>
    public const string OwnerKind = "owner.kind";

    /// <summary>Name of the owner.</summary>
    public const string OwnerName = "owner.name";

    /// <summary>The machine that it runs on.</summary>
    public const string Node = "node";

    /// <summary>Who asked for it.</summary>
    public const string Actor = "actor";

    /// <summary>An address of the subject.</summary>
    public const string Address = "address";

    /// <summary>An address of the machine.</summary>
    public const string NodeAddress = "node.address";

    /// <summary><c>true</c> or <c>host</c> where it shares the network of its machine.</summary>
    public const string HostNetwork = "host.network";

    /// <summary>Namespace of the runtime: <c>moby</c>, <c>k8s.io</c>.</summary>
    public const string Runtime = "runtime";

    /// <summary>Which part of the witness saw it: <c>cgroup</c>, <c>shim</c>.</summary>
    public const string By = "by";

    /// <summary>Socket of an engine or runtime.</summary>
    public const string Socket = "socket";

    /// <summary>Folder of a container's file system on the host.</summary>
    public const string Layer = "layer";

    /// <summary>When it began, where a record tells that of something that it sees later.</summary>
    public const string Started = "started";

    /// <summary>What shows that an element counts at all.</summary>
    public const string Running = "running";

    /// <summary>The identity's unchanging id.</summary>
    public const string IdentityId = "identity.id";

    /// <summary>Names of the identity.</summary>
    public const string IdentityName = "identity.name";

    /// <summary>The cluster that it is said of.</summary>
    public const string Cluster = "cluster";

    /// <summary>The machine, or engine, that it is said of.</summary>
    public const string Host = "host";

    /// <summary>The input that brought it, where the service names it.</summary>
    public const string Input = "input";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        Actor, Address, By, Cluster, Command, Container, Digest, Host, HostNetwork, IdentityId, IdentityName, Image, Input, Kind, LabelNamespace, LabelPod, LabelUid, Layer,
        Name, Namespace, Node, NodeAddress, OwnerKind, OwnerName, PodName, PodUid, Running, Runtime, Sandbox, Socket, Started, Workload,
    ];
}
