using System.Collections.Immutable;
using Waterguard.Alerting.Suppression.Calendars;
using Waterguard.Content;
using Waterguard.Sigma.Conditions;

namespace Waterguard.Alerting.Suppression;

/// <summary>A known-benign condition: alerts that it covers are marked, never dropped. Immutable.</summary>
/// <param name="Owner">Who answers for it.</param>
/// <param name="Expires">From then on it covers nothing.</param>
/// <param name="AppliesTo">Ids or names of rules; empty for every rule.</param>
/// <param name="When">What the events must be; null where only the time counts.</param>
public sealed record KnownBenign(
    string Id, string Reason, string Owner, DateTimeOffset Expires, ImmutableArray<string> AppliesTo, Condition? When, SourceLocation Location)
{
    /// <summary>What it says in the document's words about which claim it answers; null where it does not.</summary>
    public string? Claim { get; init; }

    internal MaintenanceWindow? During { get; init; }

    /// <summary>Whether it could cover an alert of this rule at this time, by everything but the events.</summary>
    public bool IsFor(string ruleId, string? ruleName, DateTimeOffset time) =>
        time < Expires && (AppliesTo.IsEmpty || AppliesTo.Contains(ruleId, StringComparer.Ordinal) || (ruleName is not null && AppliesTo.Contains(ruleName, StringComparer.Ordinal)))
        && During?.Covers(time) != false;
}
