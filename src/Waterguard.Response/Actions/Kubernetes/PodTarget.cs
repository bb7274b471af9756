using Waterguard.Platforms.Kubernetes;

namespace Waterguard.Response.Actions.Kubernetes;

/// <summary>A pod as the API server shows it now.</summary>
internal sealed record PodTarget(KubernetesObject Pod)
{
    private static readonly string[] s_containers = ["initContainers", "containers", "ephemeralContainers"];

    /// <summary>Its path.</summary>
    public string Path => KubernetesPath.Of("v1", Space, "pods", Pod.Name);

    public string Space => Pod.Namespace;

    public string Called => $"{Space}/{Pod.Name}";

    public string Node => Pod.Text("spec", "nodeName");

    public bool IsOnHostNetwork => Pod.Is("spec", "hostNetwork");

    /// <summary>Every name that it goes by.</summary>
    public IEnumerable<string> Names => [Called, Pod.Name, Space, .. Node.Length > 0 ? [Node] : Array.Empty<string>(), .. Pod.All("spec", "containers").Select(c => c.Text("image")).Where(i => i.Length > 0)];

    /// <summary>The names of all its containers, those that debug it and those that begin it too.</summary>
    public IEnumerable<string> Containers => s_containers.SelectMany(k => Pod.All("spec", k)).Select(c => c.Text("name")).Where(KubernetesPath.IsName);

    /// <summary>Looks for a pod.</summary>
    /// <param name="text"><c>namespace/name</c> or <c>namespace/name@uid</c>.</param>
    /// <exception cref="ActionFailedException">It is not said well enough, is gone, or another has its name.</exception>
    public static async Task<PodTarget> FindAsync(KubernetesApi api, string text, CancellationToken cancel)
    {
        var at = text.Split('@', 2);
        var parts = at[0].Split('/');
        if (parts.Length is < 1 or > 2 || parts.Any(p => !KubernetesPath.IsName(p))) throw new ActionFailedException($"'{text}' is no pod: namespace/name is expected, with @uid where it is known");
        if (parts.Length == 1) throw new ActionFailedException($"'{text}' does not say in which namespace");
        if (await api.GetAsync(KubernetesPath.Of("v1", parts[0], "pods", parts[1]), cancel) is not { } pod) throw new ActionFailedException($"the cluster knows no pod {at[0]}");
        if (at.Length == 2 && pod.Uid != at[1]) throw new ActionFailedException($"the pod that is called {at[0]} now is another: its uid is {pod.Uid}, the incident's was {at[1]}");
        return new PodTarget(pod);
    }

    /// <summary>The pod that was planned for; null: it is gone, whoever has its name now.</summary>
    public static async Task<PodTarget?> AgainAsync(KubernetesApi api, ActionPlan plan, CancellationToken cancel) =>
        await api.GetAsync(KubernetesPath.Of("v1", plan.Memento["namespace"], "pods", plan.Memento["pod"]), cancel) is { } pod && pod.Uid == plan.Memento["uid"] ? new PodTarget(pod) : null;
}
