using System.Collections.Immutable;

namespace Waterguard.Detection.Census;

/// <summary>From where a witness looks. The first three <em>claim</em> containers: they say that they run them. The others only <em>see</em> them.</summary>
public enum View
{
    /// <summary>An orchestrator: the API of Kubernetes.</summary>
    Orchestrator,

    /// <summary>An engine that people ask for containers: Docker.</summary>
    Engine,

    /// <summary>The control plane of a cloud.</summary>
    Cloud,

    /// <summary>What really runs on a host: task lists, shims, cgroups, network namespaces.</summary>
    Runtime,

    /// <summary>Measurements of containers.</summary>
    Metrics,

    /// <summary>Traffic.</summary>
    Network,
}

/// <summary>Who tells facts. Immutable.</summary>
/// <param name="Name">The word by which people know it.</param>
/// <param name="Interval">A living one is never silent for longer; null: it speaks only when something happens, and is known to live when it speaks again.</param>
/// <param name="Sources">The sources whose records show that it lives.</param>
public sealed record Witness(string Name, View View, TimeSpan? Interval, ImmutableArray<string> Sources)
{
    /// <summary>A witness is known by its name, also when it is defined anew.</summary>
    public bool Equals(Witness? other) => other is not null && string.Equals(Name, other.Name, StringComparison.Ordinal);

    /// <inheritdoc/>
    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(Name);

    /// <summary>Whether it says of containers that it runs them.</summary>
    public bool Claims => View is View.Orchestrator or View.Engine or View.Cloud;
}
