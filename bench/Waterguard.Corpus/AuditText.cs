namespace Waterguard.Corpus;

/// <summary>Who makes a request, with the parts of an audit record that follow from it.</summary>
/// <param name="User">The record's <c>user</c> object.</param>
/// <param name="Reason">What the authorizer says; empty where the node authorizer decided.</param>
internal sealed record Caller(string User, string Ip, string Agent, string Reason)
{
    private const string Allowed = "RBAC: allowed by ";
    private const string Build = "kube-controller-manager/v1.35.1 (linux/amd64) kubernetes/4f8d2c1";

    public static Caller Kubelet { get; } = new(
        """{"username":"system:node:«Node»","groups":["system:nodes","system:authenticated"],"extra":{"authentication.kubernetes.io/credential-id":["X509SHA256=«NodeKey»«NodeKey»"]}}""",
        "«NodeIp»", "kubelet/v1.35.1 (linux/amd64) kubernetes/4f8d2c1", "");

    public static Caller Scheduler { get; } = Component("kube-scheduler", "kube-scheduler/v1.35.1 (linux/amd64) kubernetes/4f8d2c1/scheduler");

    public static Caller ControllerManager { get; } = Component("kube-controller-manager", Build + "/leader-election");

    public static Caller ApiServer { get; } = new(
        """{"username":"system:apiserver","uid":"6a1f3f2e-1b8c-4d1e-9a55-0d9c4be2f7a1","groups":["system:authenticated","system:masters"]}""",
        "::1", "kube-apiserver/v1.35.1 (linux/amd64) kubernetes/4f8d2c1", "");

    public static Caller Anonymous { get; } = new(
        """{"username":"system:anonymous","groups":["system:unauthenticated"]}""",
        "10.20.0.2", "kube-probe/1.35", Allowed + Binding("system:public-info-viewer", "system:public-info-viewer", "Group", "system:unauthenticated"));

    public static Caller Human { get; } = new(
        """{"username":"«Human»","uid":"«HumanUid»","groups":["harbour:operators","system:authenticated"]}""",
        "«HumanIp»", "kubectl/v1.35.1 (linux/amd64) kubernetes/4f8d2c1", Allowed + Binding("harbour-operators", "view", "Group", "harbour:operators"));

    public static Caller Pipeline { get; } = Account("delivery", "shipwright", "10.20.0.40", "helm/v3.18.2", "delivery-shipwright");

    public static Caller Prometheus { get; } = Account("monitoring", "prometheus", "10.42.1.9", "Prometheus/3.4.0", "prometheus");

    /// <summary>A controller of kube-controller-manager, under its own service account.</summary>
    public static Caller Controller(string name) => Account("kube-system", name, "10.20.0.3", $"{Build}/system:serviceaccount:kube-system:{name}", $"system:controller:{name}");

    public static Caller Account(string space, string name, string ip, string agent, string role) => new(
        $$$"""{"username":"system:serviceaccount:{{{space}}}:{{{name}}}","uid":"{{{Uid(name)}}}","groups":["system:serviceaccounts","system:serviceaccounts:{{{space}}}","system:authenticated"],"extra":{"authentication.kubernetes.io/credential-id":["JTI={{{Uid(name + space)}}}"]}}""",
        ip, agent, Allowed + Binding(role, role, "ServiceAccount", $"{name}/{space}"));

    private static Caller Component(string name, string agent) => new(
        $$$"""{"username":"system:{{{name}}}","groups":["system:authenticated"],"extra":{"authentication.kubernetes.io/credential-id":["X509SHA256={{{Uid(name)[..8]}}}77c1d0f2a96be3548fd0e7b1c9a2463f0e58d7ac13bb9246f08ea175"]}}""",
        "10.20.0.3", agent, Allowed + Binding($"system:{name}", $"system:{name}", "User", $"system:{name}"));

    private static string Binding(string binding, string role, string kind, string subject) =>
        $"ClusterRoleBinding \\\"{binding}\\\" of ClusterRole \\\"{role}\\\" to {kind} \\\"{subject}\\\"";

    private static string Uid(string name)
    {
        var hash = 14695981039346656037UL;
        foreach (var c in name) hash = (hash ^ c) * 1099511628211UL;
        var low = hash * 0x9E3779B97F4A7C15UL;
        return $"{hash >> 32:x8}-{hash >> 16 & 0xFFFF:x4}-4{hash & 0xFFF:x3}-a{low >> 52:x3}-{low & 0xFFFFFFFFFFFF:x12}";
    }
}

/// <summary>Puts a record's parts together in the order in which the API server writes them.</summary>
internal static class AuditText
{
    public static Template Record(string level, Caller by, string verb, string uri, string? target, int code, string request = "", string response = "",
        string stage = "ResponseComplete", string status = "", string notes = "", string impersonated = "", bool longRunning = false)
    {
        var decision = code is 401 ? "" : code is 403 ? "forbid" : "allow";
        var reason = decision == "forbid" ? "" : by.Reason;
        return new Template(
            "{\"kind\":\"Event\",\"apiVersion\":\"audit.k8s.io/v1\",\"level\":\"" + level + "\",\"auditID\":\"«Id»\",\"stage\":\"" + stage + "\""
            + ",\"requestURI\":\"" + uri.Replace("&", "\\u0026", StringComparison.Ordinal) + "\",\"verb\":\"" + verb + "\",\"user\":" + by.User
            + impersonated
            + ",\"sourceIPs\":[\"" + by.Ip + "\"],\"userAgent\":\"" + by.Agent + "\""
            + Field("objectRef", target ?? "")
            + Field("responseStatus", status.Length > 0 ? status : "{\"metadata\":{},\"code\":" + code + "}")
            + Field("requestObject", request)
            + Field("responseObject", response)
            + ",\"requestReceivedTimestamp\":\"" + (longRunning ? "«Earlier»" : "«Received»") + "\",\"stageTimestamp\":\"«Stage»\""
            + (decision.Length == 0 ? "" : ",\"annotations\":{" + notes + "\"authorization.k8s.io/decision\":\"" + decision
                + "\",\"authorization.k8s.io/reason\":\"" + reason + "\"}")
            + "}");
    }

    /// <summary>An <c>objectRef</c>; empty parts are left out, as the API server does.</summary>
    public static string Target(string resource, string space = "", string name = "", string group = "", string sub = "", string uid = "", string version = "v1", string resourceVersion = "") =>
        $"{{\"resource\":\"{resource}\"" + Part("namespace", space) + Part("name", name) + Part("uid", uid) + Part("apiGroup", group)
        + $",\"apiVersion\":\"{version}\"" + Part("resourceVersion", resourceVersion) + Part("subresource", sub) + "}";

    public static string Refusal(string message, string reason, int code) =>
        $"{{\"metadata\":{{}},\"status\":\"Failure\",\"message\":\"{message}\",\"reason\":\"{reason}\",\"code\":{code}}}";

    private static string Field(string name, string json) => json.Length == 0 ? "" : ",\"" + name + "\":" + json;

    private static string Part(string name, string value) => value.Length == 0 ? "" : $",\"{name}\":\"{value}\"";
}
