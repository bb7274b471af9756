using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Waterguard.Response.Actions.Kubernetes;

namespace Waterguard.Responding;

/// <summary>What an alert or an incident says of a pod besides its name.</summary>
internal static class PodHints
{
    private const string Pod = "pod";
    private static readonly string[] s_spaces = ["orchestrator.namespace", "kubernetes.namespace"], s_uids = ["kubernetes.pod.uid"];

    /// <summary>The inputs of a step, with these where it is about a pod.</summary>
    public static ImmutableSortedDictionary<string, string> With(ImmutableSortedDictionary<string, string> inputs, IReadOnlyDictionary<string, IReadOnlyList<string>> entities, string incident)
    {
        if (!inputs.TryGetValue(Pod, out var pod) || pod.Length == 0) return inputs;
        var group = (JsonNode.Parse(incident) as JsonObject)?["group"] as JsonObject ?? [];
        // The same pod may be named with its namespace and without.
        string[] named = pod.Split(',');
        if (named.Length == 2 && named.SingleOrDefault(n => n.Contains('/', StringComparison.Ordinal)) is { } whole && named.Any(n => whole.Split('@')[0].EndsWith("/" + n, StringComparison.Ordinal))) inputs = inputs.SetItem(Pod, whole);
        var spaces = Of(entities, "workload").Where(w => w.Contains('/', StringComparison.Ordinal)).Select(w => w.Split('/')[0]);
        return Set(Set(Set(inputs, PodSearch.Nodes, Of(entities, "node")), PodSearch.Spaces, [.. spaces, .. In(group, s_spaces)]), PodSearch.Uids, In(group, s_uids));
    }

    private static ImmutableSortedDictionary<string, string> Set(ImmutableSortedDictionary<string, string> inputs, string name, IEnumerable<string> values) =>
        string.Join(',', values.Where(v => v.Length > 0 && !v.Contains(',', StringComparison.Ordinal)).Distinct(StringComparer.Ordinal)) is { Length: > 0 } text ? inputs.SetItem(name, text) : inputs;

    private static IReadOnlyList<string> Of(IReadOnlyDictionary<string, IReadOnlyList<string>> entities, string kind) => entities.GetValueOrDefault(kind) ?? [];

    private static IEnumerable<string> In(JsonObject group, string[] fields) => fields.Select(f => group[f]?.ToString() ?? "");
}
