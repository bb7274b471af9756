using System.Collections.Immutable;

namespace Waterguard.Alerting.Grouping;

/// <summary>What is known of a container or pod that an incident is about: what a responder asks first. Texts are empty where nobody told. Immutable.</summary>
/// <param name="Name">Of the container, or of the pod.</param>
/// <param name="DeployedBy">Who asked for the root of its chain of owners.</param>
/// <param name="From">When it was first told of; null where nobody said.</param>
/// <param name="To">When it ended; null while it runs, or nobody said.</param>
/// <param name="ClaimedBy">Who says that it runs it; empty: nobody.</param>
public sealed record IncidentSubject(
    string Name, string Container, string Pod, string Workload, string Image, string Digest, string Command, string DeployedBy, string Node, string Cluster, bool OnHostNetwork,
    DateTimeOffset? From, DateTimeOffset? To, ImmutableArray<string> ClaimedBy, ImmutableArray<string> SeenBy, ImmutableArray<string> Addresses);
