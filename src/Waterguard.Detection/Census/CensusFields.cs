using System.Collections.Immutable;
using Waterguard.Sigma.Conditions;

namespace Waterguard.Detection.Census;

/// <summary>The names that the census gives values for.</summary>
public static class CensusFields
{
    /// <summary>Who says that it runs the container; <c>none</c> where nobody does.</summary>
    public const string ClaimedBy = "census.claimed_by";

    /// <summary>Who saw it.</summary>
    public const string SeenBy = "census.seen_by";

    /// <summary>Whether its workload, image digest or lineage is in the list of registered workloads.</summary>
    public const string Registered = "census.registered";

    /// <summary>Whether the census knows it at all.</summary>
    public const string Known = "census.known";

    /// <summary><c>true</c> where an address or name stands for several.</summary>
    public const string Ambiguous = "census.ambiguous";

    /// <summary>Its lineage.</summary>
    public const string Lineage = "census.lineage";

    /// <summary>The one name of who acted.</summary>
    public const string Identity = "user.identity";

    /// <summary>The workload behind it, as <c>Kind/name</c>.</summary>
    public const string Workload = "workload.name";

    /// <summary>The list of workloads that are known to be ours.</summary>
    public const string RegisterList = "registered-workloads";

    /// <summary>Names of which a rule's clause is decided only when the census has reached the event's time.</summary>
    public static ImmutableHashSet<string> Decided { get; } = [ClaimedBy, SeenBy, Registered, Known, Ambiguous, Lineage, Identity, Workload];

    /// <summary>Names that are filled in where the record has no value for them.</summary>
    public static ImmutableHashSet<string> Filled { get; } =
        [.. Decided, "container.id", "container.name", "container.image.name", "container.image.hash.all", "orchestrator.namespace", "orchestrator.resource.name", "orchestrator.cluster.name"];

    /// <summary>Whether a condition has a clause that the census may have to decide.</summary>
    public static bool AreReadBy(Condition condition) => condition switch
    {
        AllOf all => all.Parts.Any(AreReadBy),
        AnyOf any => any.Parts.Any(AreReadBy),
        AtLeast some => some.Parts.Any(AreReadBy),
        Not not => AreReadBy(not.Part),
        ElementTest element => AreReadBy(element.Body),
        FieldTest field => Decided.Contains(field.Field),
        _ => false,
    };

    /// <summary>Names of the record by which it is told whom it is about.</summary>
    public static ImmutableArray<string> Handles { get; } =
    [
        "container.id", "destination.ip", "file.path", "host.name", "orchestrator.cluster.name", "orchestrator.namespace", "orchestrator.resource.name", "orchestrator.resource.type", "source.ip",
        "user.email", "user.id", "user.name",
    ];
}
