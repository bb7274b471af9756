using System.Collections.Immutable;

namespace Waterguard.Platforms.Host;

/// <summary>A container that runs on this host, by what shows it. Immutable.</summary>
/// <param name="Id">The runtime's id; where nobody gave one, the last part of its control group, or the name of its mount namespace.</param>
/// <param name="Witnesses">What showed it: <c>shim</c>, <c>cgroup</c>, <c>namespace</c>, <c>runtime</c>; sorted.</param>
/// <param name="Init">Its first process; 0 where only a runtime told of it.</param>
/// <param name="Processes">All of its processes.</param>
public sealed record HostContainer(string Id, ImmutableArray<string> Witnesses, int Init, ImmutableArray<int> Processes)
{
    /// <summary>The runtime's namespace (<c>moby</c>, <c>k8s.io</c>); empty where it has none.</summary>
    public string RuntimeNamespace { get; init; } = "";

    /// <summary>Where its runtime listens; empty where nobody said.</summary>
    public string Socket { get; init; } = "";

    /// <summary>UID of its pod, by its control group; null: it is in none.</summary>
    public string? PodUid { get; init; }

    /// <summary>The container around it, of engines that run in containers; null: none.</summary>
    public string? Outer { get; init; }

    /// <summary>What runs in it.</summary>
    public string Command { get; init; } = "";

    /// <summary>What it is called; empty where nobody said.</summary>
    public string Name { get; init; } = "";

    /// <summary>The image, by the runtime's word; empty where nobody said.</summary>
    public string Image { get; init; } = "";

    /// <summary>Digest of the image; empty where nobody said.</summary>
    public string Digest { get; init; } = "";

    /// <summary>Labels, by the runtime's word, or by the configuration that it was started with.</summary>
    public ImmutableSortedDictionary<string, string> Labels { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Whether it is on the host's own network.</summary>
    public bool OnHostNetwork { get; init; }

    /// <summary>Whether it sees the host's processes.</summary>
    public bool SeesHostProcesses { get; init; }

    /// <summary>Whether its root is another user outside.</summary>
    public bool HasOwnUsers { get; init; }

    /// <summary>When it began; null where it cannot be told.</summary>
    public DateTimeOffset? Started { get; init; }
}
