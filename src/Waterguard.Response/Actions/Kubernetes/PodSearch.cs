using System.Collections.Immutable;
using Waterguard.Platforms.Kubernetes;

namespace Waterguard.Response.Actions.Kubernetes;

/// <summary>Looks in all namespaces for a pod of which only the name is known. One that is found is known by its uid from then on; where it could be several, none is taken.</summary>
public static class PodSearch
{
    /// <summary>Inputs with what else the incident says of the pod, separated by commas: where it may run, in which namespace, with which uid.</summary>
    public const string Nodes = "pod.nodes", Spaces = "pod.namespaces", Uids = "pod.uids";

    private const int MostNamed = 5;

    /// <summary>Whether a namespace is missing.</summary>
    internal static bool IsBare(string pod) => KubernetesPath.IsName(pod) && !pod.Contains('/', StringComparison.Ordinal);

    /// <returns><c>namespace/name@uid</c>, and how it was found.</returns>
    /// <exception cref="ActionFailedException">There is none, or it could be several: they are named.</exception>
    internal static async Task<(string Pod, string How)> FindAsync(KubernetesApi api, ActionTarget target, string name, CancellationToken cancel)
    {
        var all = await api.ListAsync("api/v1/pods", "fieldSelector=" + Uri.EscapeDataString("metadata.name=" + name), onlyMetadata: false, cancel);
        if (all.Count == 0) throw new ActionFailedException($"the cluster knows no pod {name}, in any namespace");
        var (nodes, uids, spaces) = (Hints(target, Nodes), Hints(target, Uids), Hints(target, Spaces));
        // What has the name now, and is not where or what the incident says, is another.
        KubernetesObject[] left = [.. all.Where(p => (nodes.Length == 0 || nodes.Contains(p.Text("spec", "nodeName"), StringComparer.Ordinal)) && (uids.Length == 0 || uids.Contains(p.Uid, StringComparer.Ordinal)))];
        if (left.Length == 0) throw new ActionFailedException($"no pod '{name}' is {(uids.Length > 0 ? $"of uid {string.Join(" or ", uids)}" : $"on {string.Join(" or ", nodes)}")}, as the incident has it; {Choose(all)}");
        var narrowed = left.Length == all.Count ? "" : uids.Length > 0 ? ", by its uid" : $", on {left[0].Text("spec", "nodeName")}";
        if (left.Length > 1 && left.Where(p => spaces.Contains(p.Namespace, StringComparer.Ordinal)).ToArray() is [var there]) (left, narrowed) = ([there], $"{narrowed}, in {there.Namespace}, which the incident names");
        if (left is not [var one]) throw new ActionFailedException($"'{name}' does not say in which namespace; {Choose(left)}");
        var made = one.Text("metadata", "creationTimestamp");
        return ($"{one.Namespace}/{one.Name}@{one.Uid}", $"'{name}' is {one.Namespace}/{one.Name} (uid {one.Uid}{(made.Length > 0 ? $", made {made}" : "")}), the only pod of that name{narrowed}");
    }

    private static ImmutableArray<string> Hints(ActionTarget target, string input) => [.. target[input].Split(',', StringSplitOptions.RemoveEmptyEntries)];

    private static string Choose(IReadOnlyList<KubernetesObject> found) =>
        $"choose with {string.Join(" or ", found.Take(MostNamed).Select(p => $"--set pod={p.Namespace}/{p.Name}@{p.Uid}"))}{(found.Count > MostNamed ? $" ({found.Count - MostNamed} more)" : "")}";
}
