using System.Collections.Immutable;
using Waterguard.Platforms.Kubernetes;

namespace Waterguard.Response.Actions.Kubernetes;

/// <summary>Who makes a pod, and who makes that: pod, ReplicaSet, Deployment.</summary>
/// <param name="Owners">The nearest first.</param>
/// <param name="Unknown">An owner that we cannot look at: its kind and name; null: there is none.</param>
internal sealed record OwnerChain(ImmutableArray<Owner> Owners, string? Unknown)
{
    private const int Longest = 4;

    private static readonly ImmutableDictionary<string, (string Version, string Resource)> Known = new Dictionary<string, (string, string)>(StringComparer.Ordinal)
    {
        ["CronJob"] = ("batch/v1", "cronjobs"), ["DaemonSet"] = ("apps/v1", "daemonsets"), ["Deployment"] = ("apps/v1", "deployments"), ["Job"] = ("batch/v1", "jobs"),
        ["ReplicaSet"] = ("apps/v1", "replicasets"), ["ReplicationController"] = ("v1", "replicationcontrollers"), ["StatefulSet"] = ("apps/v1", "statefulsets"),
    }.ToImmutableDictionary(StringComparer.Ordinal);

    /// <summary>The one that makes all the others; null: nobody does.</summary>
    public Owner? Top => Owners.IsEmpty ? null : Owners[^1];

    /// <summary>Says who starts it again; null: nobody.</summary>
    public string? Restarts => Unknown is not null ? $"its owner {Unknown}" : Top is { } top ? $"its {top.Kind} {top.Object.Name}" : null;

    public static async Task<OwnerChain> OfAsync(KubernetesApi api, KubernetesObject of, CancellationToken cancel)
    {
        var owners = ImmutableArray.CreateBuilder<Owner>();
        for (var at = of; owners.Count < Longest;)
        {
            if (at.All("metadata", "ownerReferences").FirstOrDefault(r => r.Is("controller")) is not { } reference) return new OwnerChain(owners.ToImmutable(), null);
            var (kind, name) = (reference.Text("kind"), reference.Text("name"));
            if (!Known.TryGetValue(kind, out var known) || reference.Text("apiVersion") != known.Version || !KubernetesPath.IsName(name)) return new OwnerChain(owners.ToImmutable(), $"{kind} {name}");
            var path = KubernetesPath.Of(known.Version, of.Namespace, known.Resource, name);
            // An owner of the same name that is another one owns nothing.
            if (await api.GetAsync(path, cancel) is not { } found || found.Uid != reference.Text("uid")) return new OwnerChain(owners.ToImmutable(), null);
            owners.Add(new Owner(kind, path, found));
            at = found;
        }

        return new OwnerChain(owners.ToImmutable(), null);
    }
}

/// <summary>A workload that owns something.</summary>
internal sealed record Owner(string Kind, string Path, KubernetesObject Object)
{
    public string Called => $"{Kind} {Object.Namespace}/{Object.Name}";
}
