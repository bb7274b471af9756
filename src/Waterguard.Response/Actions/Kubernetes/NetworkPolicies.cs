using System.Text.Json.Nodes;
using Waterguard.Platforms.Kubernetes;
using Waterguard.Platforms.Outbound;

namespace Waterguard.Response.Actions.Kubernetes;

/// <summary>What network policies there are, and whether anything enforces them.</summary>
internal static class NetworkPolicies
{
    private const string Version = "networking.k8s.io/v1";

    // Those that enforce policies, by the DaemonSets that they run as. Flannel alone does not.
    private static readonly string[] s_enforcing = ["anetd", "antrea-agent", "aws-node", "azure-npm", "calico-node", "canal", "cilium", "kindnet", "kube-network-policies", "kube-router", "ovnkube-node", "weave-net"];

    public static string Path(string space, string? name = null) => KubernetesPath.Of(Version, space, "networkpolicies", name);

    /// <summary>One that lets nothing in or out of the pods of a run.</summary>
    public static JsonObject DenyAll(string name, string run, string step, string mark) => new()
    {
        ["apiVersion"] = Version, ["kind"] = "NetworkPolicy",
        ["metadata"] = new JsonObject { ["name"] = name, ["labels"] = new JsonObject { ["app.kubernetes.io/managed-by"] = KubernetesApi.Manager, [KubernetesAction.RunMark] = run }, ["annotations"] = new JsonObject { ["waterguard/step"] = step } },
        ["spec"] = new JsonObject { ["podSelector"] = new JsonObject { ["matchLabels"] = new JsonObject { [mark] = run } }, ["policyTypes"] = new JsonArray("Ingress", "Egress") },
    };

    /// <summary>Whether a policy is still as <see cref="DenyAll"/> made it: it denies both ways, and selects by our mark.</summary>
    public static bool IsDenyAll(KubernetesObject policy, string run, string mark) =>
        policy.Label(KubernetesAction.RunMark) == run && policy.Text("spec", "podSelector", "matchLabels", mark) == run && !policy.All("spec", "podSelector", "matchExpressions").Any() && policy.Texts("spec", "podSelector", "matchLabels").Count() == 1
        && Denies(policy, "Ingress", "ingress") && Denies(policy, "Egress", "egress");

    /// <summary>Names of the policies that let something through to or from a pod. What one of them allows, no other can deny.</summary>
    public static async Task<IReadOnlyList<string>> AllowingAsync(KubernetesApi api, KubernetesObject pod, CancellationToken cancel) =>
        [.. (await api.ListAsync(Path(pod.Namespace), "", onlyMetadata: false, cancel)).Where(p => (p.All("spec", "ingress").Any() || p.All("spec", "egress").Any()) && Selects(p, pod)).Select(p => p.Name).Order(StringComparer.Ordinal)];

    /// <summary>What is known of who enforces policies, as a sentence; null: something does.</summary>
    public static async Task<string?> DoubtAsync(KubernetesApi api, CancellationToken cancel)
    {
        try
        {
            var sets = await api.ListAsync("apis/apps/v1/daemonsets", "", onlyMetadata: true, cancel);
            return sets.Any(s => s_enforcing.Any(e => s.Name == e || s.Name.StartsWith(e + "-", StringComparison.Ordinal))) ? null : "no network plugin that is known to enforce network policies runs in this cluster: the policy may have no effect";
        }
        catch (ApiRefusedException e) when (e.Status == 403)
        {
            return "whether a network plugin enforces network policies cannot be seen (daemonsets may not be listed): the policy may have no effect";
        }
    }

    private static bool Denies(KubernetesObject policy, string type, string rules) => policy.At("spec", "policyTypes") is JsonArray types && types.Any(t => t?.ToString() == type) && !policy.All("spec", rules).Any();

    private static bool Selects(KubernetesObject policy, KubernetesObject pod) =>
        policy.Texts("spec", "podSelector", "matchLabels").All(l => pod.Label(l.Key) == l.Value) && policy.All("spec", "podSelector", "matchExpressions").All(e => Holds(e, pod));

    private static bool Holds(KubernetesObject expression, KubernetesObject pod)
    {
        var has = pod.Texts("metadata", "labels").Any(l => l.Key == expression.Text("key"));
        var isOne = expression.At("values") is JsonArray values && values.Any(v => v?.ToString() == pod.Label(expression.Text("key")));
        // An operator that is not known could hold: better one warning too many.
        return expression.Text("operator") switch { "In" => has && isOne, "NotIn" => !has || !isOne, "Exists" => has, "DoesNotExist" => !has, _ => true };
    }
}
