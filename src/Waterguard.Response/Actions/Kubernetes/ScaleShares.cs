using System.Globalization;
using Waterguard.Platforms.Kubernetes;
using Waterguard.Platforms.Outbound;

namespace Waterguard.Response.Actions.Kubernetes;

/// <summary>What is hit when a workload is scaled to zero, and who may fight back.</summary>
internal static class ScaleShares
{
    // By what tools that keep workloads as they are written elsewhere leave on them.
    private static readonly (string Mark, string Tool)[] s_keepers =
    [
        ("argocd.argoproj.io/tracking-id", "Argo CD"), ("argocd.argoproj.io/instance", "Argo CD"), ("kustomize.toolkit.fluxcd.io/name", "Flux"), ("helm.toolkit.fluxcd.io/name", "Flux"), ("meta.helm.sh/release-name", "Helm"),
    ];

    public static async Task<IReadOnlyList<string>> OfAsync(KubernetesApi api, Owner top, OwnerChain owners, CancellationToken cancel)
    {
        var shares = new List<string>();
        if (top.Kind == "Job") shares.Add(string.Create(CultureInfo.InvariantCulture, $"its {top.Object.Number("status", "active") ?? 0} active pods end; what they have done is not put back"));
        else shares.Add(string.Create(CultureInfo.InvariantCulture, $"of its {top.Object.Number("status", "replicas") ?? top.Object.Number("spec", "replicas") ?? 1} replicas ({top.Object.Number("status", "readyReplicas") ?? 0} ready) none is left: whoever asks it gets no answer"));
        if (owners.Top is { Kind: "CronJob" } cron) shares.Add($"the {cron.Called} starts further Jobs at their time: this suspends one of them only");
        if (top.Kind != "Job") shares.AddRange(await AutoscalersAsync(api, top, cancel));
        foreach (var tool in s_keepers.Where(k => top.Object.Label(k.Mark).Length > 0 || top.Object.Annotation(k.Mark).Length > 0).Select(k => k.Tool).Distinct(StringComparer.Ordinal))
            shares.Add(tool == "Helm" ? "Helm installed it: the next upgrade puts the replicas back" : $"{tool} keeps it as it is written elsewhere, and may put the replicas back by itself");
        return shares;
    }

    private static async Task<IEnumerable<string>> AutoscalersAsync(KubernetesApi api, Owner top, CancellationToken cancel)
    {
        try
        {
            var all = await api.ListAsync(KubernetesPath.Of("autoscaling/v2", top.Object.Namespace, "horizontalpodautoscalers"), "", onlyMetadata: false, cancel);
            return [.. all.Where(h => h.Text("spec", "scaleTargetRef", "kind") == top.Kind && h.Text("spec", "scaleTargetRef", "name") == top.Object.Name).Select(h => Says(h, top))];
        }
        catch (ApiRefusedException e) when (e.Status == 403)
        {
            return ["whether something scales it by itself cannot be seen (horizontalpodautoscalers may not be listed)"];
        }
    }

    // At zero an autoscaler stands still; one that is driven by KEDA is woken by what drives it.
    private static string Says(KubernetesObject scaler, Owner top)
    {
        var bounds = string.Create(CultureInfo.InvariantCulture, $"{scaler.Number("spec", "minReplicas") ?? 1} to {scaler.Number("spec", "maxReplicas") ?? 1}");
        return scaler.Text("metadata", "labels", "scaledobject.keda.sh/name").Length > 0
            ? $"KEDA scales the {top.Kind} by {scaler.Name} ({bounds}) and fights back: pause its ScaledObject first"
            : $"the autoscaler {scaler.Name} ({bounds}) stands still at zero, and fights back as soon as anybody sets one replica";
    }
}
