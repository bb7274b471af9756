using static Waterguard.Corpus.AuditText;

namespace Waterguard.Corpus;

/// <summary>What a cluster does all day: sequences of records, each with its share of the whole.</summary>
internal static class Traffic
{
    private const string Core = "/api/v1/namespaces/«Namespace»";
    private const string Apps = "/apis/apps/v1/namespaces/«Namespace»";
    private static readonly Caller _replicaSets = Caller.Controller("replicaset-controller");
    private static readonly Caller _deployments = Caller.Controller("deployment-controller");
    private static readonly Caller _slices = Caller.Controller("endpointslice-controller");
    private static readonly Caller _namespaces = Caller.Controller("namespace-controller");
    private static readonly Caller _garbage = Caller.Controller("generic-garbage-collector");
    private static readonly Caller _jobs = Caller.Controller("job-controller");
    private static readonly string _pod = Target("pods", "«Namespace»", "«Pod»");
    private static readonly string _noPod = Target("pods", "«Namespace»");

    private static readonly Template _slice = Record("Metadata", _slices, "update", "/apis/discovery.k8s.io/v1/namespaces/«Namespace»/endpointslices/«App»-«Suffix»",
        Target("endpointslices", "«Namespace»", "«App»-«Suffix»", "discovery.k8s.io"), 200, notes: Latency());

    private static readonly Template _podRead = Record("Request", Caller.Kubelet, "get", Core + "/pods/«Pod»", _pod, 200);

    private static readonly Template _podStatus = Record("Request", Caller.Kubelet, "patch", Core + "/pods/«Pod»/status",
        Target("pods", "«Namespace»", "«Pod»", sub: "status"), 200, Objects.PodStatus);

    private static readonly Template _setStatus = Record("RequestResponse", _replicaSets, "update", Apps + "/replicasets/«App»-«Hash»/status",
        Target("replicasets", "«Namespace»", "«App»-«Hash»", "apps", "status", "«SetUid»", resourceVersion: "«Version»"), 200, Objects.ReplicaSet, Objects.ReplicaSet);

    private static readonly Template _deploymentStatus = Record("RequestResponse", _deployments, "update", Apps + "/deployments/«App»/status",
        Target("deployments", "«Namespace»", "«App»", "apps", "status", "«DeployUid»", resourceVersion: "«Version»"), 200, Objects.Deployment, Objects.Deployment);

    private static readonly Template _token = Record("Metadata", Caller.Kubelet, "create", Core + "/serviceaccounts/«App»/token",
        Target("serviceaccounts", "«Namespace»", "«App»", sub: "token"), 201, notes: "\"authentication.kubernetes.io/issued-credential-id\":\"JTI=«PodUid»\",");

    private static readonly Template _settings = Record("Metadata", Caller.Kubelet, "get", Core + "/configmaps/«App»-settings", Target("configmaps", "«Namespace»", "«App»-settings"), 200);

    /// <summary>Every sequence with its weight.</summary>
    public static (int Weight, Template[] Records)[] Sequences { get; } =
    [
        (130, [Record("Metadata", Caller.Kubelet, "update", "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/«Node»?timeout=10s",
            Target("leases", "kube-node-lease", "«Node»", "coordination.k8s.io", uid: "«DeployUid»", resourceVersion: "«Version»"), 200)]),
        (30, [Lease(Caller.ControllerManager, "kube-controller-manager")]),
        (30, [Lease(Caller.Scheduler, "kube-scheduler")]),
        (95, [_podRead, _podStatus]),
        (26, [
            Record("RequestResponse", _replicaSets, "create", Core + "/pods", _noPod, 201, Objects.PodAsked, Objects.PodStored),
            Record("RequestResponse", Caller.Scheduler, "create", Core + "/pods/«Pod»/binding", Target("pods", "«Namespace»", "«Pod»", sub: "binding", uid: "«PodUid»"), 201, Objects.Binding,
                """{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Success","code":201}"""),
            Event(Caller.Scheduler), _token, _settings, _podStatus, Event(Caller.Kubelet), _setStatus, _deploymentStatus, _slice, _podStatus]),
        (22, [
            Record("RequestResponse", _replicaSets, "delete", Core + "/pods/«Pod»", _pod, 200, Objects.DeleteOptions(""), Objects.PodStored),
            _slice, _podStatus,
            Record("RequestResponse", Caller.Kubelet, "delete", Core + "/pods/«Pod»", _pod, 200, Objects.DeleteOptions(",\"gracePeriodSeconds\":0,\"preconditions\":{\"uid\":\"«PodUid»\"}")),
            _setStatus]),
        (4, [
            Record("Request", Caller.Pipeline, "get", Apps + "/deployments/«App»", Target("deployments", "«Namespace»", "«App»", "apps"), 200),
            Record("RequestResponse", Caller.Pipeline, "patch", Apps + "/deployments/«App»?fieldManager=helm", Target("deployments", "«Namespace»", "«App»", "apps"), 200,
                """{"spec":{"template":{"spec":{"$setElementOrder/containers":[{"name":"«App»"}],"containers":[{"image":"«Image»:«Tag»","name":"«App»"}]}}}}""", Objects.Deployment),
            _deploymentStatus]),
        (6, [
            Record("RequestResponse", Caller.Controller("cronjob-controller"), "create", "/apis/batch/v1/namespaces/«Namespace»/jobs", Target("jobs", "«Namespace»", group: "batch"), 201),
            Record("RequestResponse", _jobs, "create", Core + "/pods", _noPod, 201, Objects.JobPod), Event(_jobs)]),
        (60, [_slice]),
        (56, [_deploymentStatus]),
        (70, [Watch("configmaps", "kube-root-ca.crt")]),
        (24, [Watch("secrets", "«App»-database")]),
        (26, [Record("Request", Caller.Prometheus, "watch", "/api/v1/pods?allowWatchBookmarks=true&resourceVersion=«Version»&timeout=7m12s&watch=true", Target("pods"), 200, longRunning: true)]),
        (40, [Record("Request", Caller.Prometheus, "list", "/api/v1/nodes?limit=500&resourceVersion=0", Target("nodes"), 200)]),
        (26, [Record("Metadata", Caller.ApiServer, "get", "/openapi/v3", null, 200)]),
        (40, [Record("Metadata", Caller.Anonymous, "get", "/livez?exclude=etcd", null, 200), Record("Metadata", Caller.Anonymous, "get", "/readyz", null, 200)]),
        (40, [_settings]),
        (20, [Record("Metadata", Caller.Kubelet, "get", Core + "/secrets/«App»-database", Target("secrets", "«Namespace»", "«App»-database"), 200)]),
        (40, [Event(Caller.Kubelet)]),
        (30, [_token]),
        (26, [Record("Request", Caller.Kubelet, "patch", "/api/v1/nodes/«Node»/status?timeout=10s", Target("nodes", name: "«Node»", sub: "status"), 200, Objects.NodeStatus)]),
        (16, [Review("metrics"), TokenReview()]),
        (22, [
            Record("Request", Caller.Human, "list", Core + "/pods?limit=500", _noPod, 200),
            Record("Request", Caller.Human, "get", Core + "/pods/«Pod»", _pod, 200),
            Record("Request", Caller.Human, "get", Core + "/pods/«Pod»/log?container=«App»&tailLines=200", Target("pods", "«Namespace»", "«Pod»", sub: "log"), 200)]),
        (6, [Record("Request", Caller.Human, "list", "/apis/apps/v1/deployments?limit=500", Target("deployments", group: "apps"), 200)]),
        (4, [Record("Metadata", Caller.Human, "get", "/apis/metrics.k8s.io/v1beta1/namespaces/«Namespace»/pods", null, 403,
            status: Refusal("pods.metrics.k8s.io is forbidden: User \\\"«Human»\\\" cannot list resource \\\"pods\\\" in API group \\\"metrics.k8s.io\\\" in the namespace \\\"«Namespace»\\\"", "Forbidden", 403))]),
        (6, [Record("Request", Caller.Kubelet, "get", Core + "/pods/«Pod»", _pod, 403,
            status: Refusal("pods \\\"«Pod»\\\" is forbidden: no relationship found between node '«Node»' and this object", "Forbidden", 403))]),
        (4, [Record("RequestResponse", _garbage, "patch", Apps + "/replicasets/«App»-«Hash»", Target("replicasets", "«Namespace»", "«App»-«Hash»", "apps"), 409,
            status: Refusal("Operation cannot be fulfilled on replicasets.apps \\\"«App»-«Hash»\\\": the object has been modified", "Conflict", 409))]),
        (1, [
            Record("RequestResponse", Caller.Pipeline, "delete", "/api/v1/namespaces/preview-«Ticket»", Target("namespaces", "preview-«Ticket»", "preview-«Ticket»"), 200),
            Sweep("events", ""), Sweep("pods", ""), Sweep("configmaps", "")]),
    ];

    private static string Latency() =>
        "\"apiserver.latency.k8s.io/apf-queue-wait\":\"«Millis».204ms\",\"apiserver.latency.k8s.io/etcd\":\"5«Millis».120433ms\",\"apiserver.latency.k8s.io/response-write\":\"1112ns\",\"apiserver.latency.k8s.io/total\":\"6«Millis».377109ms\",";

    private static Template Lease(Caller by, string name) => Record("Metadata", by, "update", $"/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/{name}?timeout=5s",
        Target("leases", "kube-system", name, "coordination.k8s.io", uid: "705b8a4c-7e0d-4f1b-9c55-2b1e6dfc1180", resourceVersion: "«Version»"), 200);

    private static Template Event(Caller by) => Record("Metadata", by, "create", "/apis/events.k8s.io/v1/namespaces/«Namespace»/events",
        Target("events", "«Namespace»", "«Pod».18f2a«Ticket»", "events.k8s.io"), 201);

    private static Template Watch(string resource, string name) => Record("Metadata", Caller.Kubelet, "watch",
        Core + $"/{resource}?allowWatchBookmarks=true&fieldSelector=metadata.name%3D{name}&resourceVersion=«Version»&timeout=8m4s&timeoutSeconds=484&watch=true",
        Target(resource, "«Namespace»", name), 200, longRunning: true);

    private static Template Review(string sub)
    {
        var body = """{"kind":"SubjectAccessReview","apiVersion":"authorization.k8s.io/v1","metadata":{},"spec":{"resourceAttributes":{"verb":"get","version":"v1","resource":"nodes","subresource":"SUB","name":"«Node»"},"user":"system:serviceaccount:monitoring:prometheus","groups":["system:serviceaccounts","system:serviceaccounts:monitoring","system:authenticated"]},"status":{"allowed":ANSWER}}"""
            .Replace("SUB", sub, StringComparison.Ordinal);
        return Record("RequestResponse", Caller.Kubelet, "create", "/apis/authorization.k8s.io/v1/subjectaccessreviews", Target("subjectaccessreviews", group: "authorization.k8s.io"), 201,
            body.Replace("ANSWER", "false", StringComparison.Ordinal), body.Replace("ANSWER", "true", StringComparison.Ordinal));
    }

    private static Template TokenReview() => Record("Metadata", Caller.Kubelet, "create", "/apis/authentication.k8s.io/v1/tokenreviews", Target("tokenreviews", group: "authentication.k8s.io"), 201);

    private static Template Sweep(string resource, string query) => Record("Request", _namespaces, "deletecollection", $"/api/v1/namespaces/preview-«Ticket»/{resource}{query}",
        Target(resource, "preview-«Ticket»"), 200, Objects.DeleteOptions(""));
}
