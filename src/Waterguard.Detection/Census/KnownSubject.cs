using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;

namespace Waterguard.Detection.Census;

/// <summary>What the census knows of one container or pod at a time. Texts are empty where nobody told. Immutable.</summary>
/// <param name="Workload">The root of the chain of owners, as <c>Kind/name</c>.</param>
/// <param name="Actor">Who asked for the root of the chain.</param>
/// <param name="ClaimedBy">Who says that it runs it, in order; empty: nobody.</param>
/// <param name="SeenBy">Who saw it, and by which part.</param>
public sealed record KnownSubject(
    string Cluster, string Host, string Namespace, string Pod, string PodUid, string Workload, string Container, string Name, string Image, string Digest, string Command, string Actor,
    bool OnHostNetwork, ImmutableArray<string> ClaimedBy, ImmutableArray<string> SeenBy)
{
    /// <summary>What it shares with all others that were made in the same way, by the same, for the same: image, command, chain of owners, actor, and place. Empty where neither the image nor the
    /// workload is known.</summary>
    public string Lineage { get; } = LineageOf(Digest.Length > 0 ? Digest : Image, Command, Namespace, Workload, Actor, Cluster.Length > 0 ? Cluster : Host);

    /// <summary>Namespace, kind and name of the workload, by which people register it.</summary>
    public string WorkloadPath => Workload.Length == 0 ? "" : Namespace.Length == 0 ? Workload : $"{Namespace}/{Workload}";

    private static string LineageOf(string image, string command, string space, string workload, string actor, string place)
    {
        if (image.Length == 0 && workload.Length == 0) return "";
        var text = string.Join('\u001f', image, command, space, workload, actor, place);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 8));
    }
}
