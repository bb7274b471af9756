using System.Collections.Immutable;
using Waterguard.Detection.Matching;
using Waterguard.Sigma;

namespace Waterguard.Alerting;

/// <summary>A finding worth telling, with its evidence. Immutable; its JSON form is a contract.</summary>
/// <param name="Id">Stable: a hash of the rule and the record, or of the rule, the key and the anchor.</param>
/// <param name="Strategy">The strategy whose detection it is; null for rules that belong to none.</param>
/// <param name="Reason">One sentence that a person understands, with the values that made it fire.</param>
/// <param name="Group">The correlation's key; empty for a rule.</param>
/// <param name="Window">From the first to the last event; null for a rule.</param>
/// <param name="Score">Strength, where the detection has one.</param>
/// <param name="Events">Evidence: all events of a record, or the first three and the last five of a correlation.</param>
/// <param name="EventCount">How many events there were, shown or not.</param>
/// <param name="SuppressedBy">The suppression that covers it, if any.</param>
public sealed record Alert(
    string Id, DateTimeOffset Time, RuleHeader Rule, bool IsCorrelation, string? Strategy, string Reason,
    ImmutableSortedDictionary<string, string> Group, (DateTimeOffset Start, DateTimeOffset End)? Window, double? Score,
    ImmutableSortedDictionary<string, ImmutableArray<string>> Entities, ImmutableArray<Evidence> Events, long EventCount, string? SuppressedBy)
{
    /// <summary>Names the excursion of which a baseline's alert is one sample; null elsewhere.</summary>
    public string? Episode { get; init; }

    /// <summary>For an absence: what was looked for, when, and what came nearest; null elsewhere.</summary>
    public string? Missing { get; init; }

    /// <summary>Whether it was taken back: what came late shows that it does not hold.</summary>
    public bool IsRetracted { get; init; }

    /// <summary>The alert that stands in the place of one that was taken back, if any does.</summary>
    public string? SupersededBy { get; init; }

    /// <summary>The suppression that covered it, and the independent alert because of which it does no longer; null elsewhere.</summary>
    public (string Suppression, string By)? Lifted { get; init; }

    /// <summary>How urgent, 0 to 99.</summary>
    public int Risk => Alerting.Risk.Of(Rule.Level);

    /// <summary>The kind of what containers have in common that were made in the same way, by the same, for the same; listed beside the others where it is known.</summary>
    public const string LineageKind = Detection.Census.Resolver.Lineages;

    /// <summary>The kinds of entity that every alert lists, in the order of the contract.</summary>
    public static ImmutableArray<string> EntityKinds { get; } =
        ["container", "pod", "workload", "image", "node", "cluster", "identity", "address", "resource"];
}

/// <summary>Risk from what is known of an alert alone.</summary>
internal static class Risk
{
    // The middle of each level's band: context moves it within.
    public static int Of(Level level) => level switch
    {
        Level.Informational => 5,
        Level.Low => 21,
        Level.Medium => 47,
        Level.High => 73,
        _ => 95,
    };
}
