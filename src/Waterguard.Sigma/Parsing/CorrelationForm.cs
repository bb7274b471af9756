using Waterguard.Content;
using Waterguard.Content.Yaml;
using Waterguard.Sigma.Correlations;

namespace Waterguard.Sigma.Parsing;

/// <summary>Whether a type of correlation has a condition.</summary>
internal enum ConditionUse
{
    None,
    Optional,
    Required,
}

/// <summary>What a type of correlation is written with.</summary>
/// <param name="HasField">The condition names a field.</param>
/// <param name="FieldBesideCondition">The field stands beside, not in, the condition.</param>
/// <param name="MayBeExpression">The condition may be a text over rule names.</param>
internal sealed record CorrelationForm(string Name, CorrelationType Type, ConditionUse Condition, bool HasField = false, bool FieldBesideCondition = false,
    bool MayBeExpression = false, bool HasRoles = false, bool NeedsTimeSpan = true);

/// <summary>All types of correlation, in alphabetical order.</summary>
internal static class CorrelationTypes
{
    /// <summary>Sigma's name for the 50th percentile.</summary>
    public const string Median = "value_median";

    private static readonly CorrelationForm[] Forms =
    [
        new("absence", CorrelationType.Absence, ConditionUse.None, HasRoles: true),
        new("baseline", CorrelationType.Baseline, ConditionUse.Required, NeedsTimeSpan: false),
        new("beacon", CorrelationType.Beacon, ConditionUse.Required),
        new("event_count", CorrelationType.EventCount, ConditionUse.Required),
        new("first_seen", CorrelationType.FirstSeen, ConditionUse.None, FieldBesideCondition: true, NeedsTimeSpan: false),
        new("silence", CorrelationType.Silence, ConditionUse.None),
        new("temporal", CorrelationType.Temporal, ConditionUse.Optional, MayBeExpression: true),
        new("temporal_ordered", CorrelationType.TemporalOrdered, ConditionUse.Optional, MayBeExpression: true),
        new("value_avg", CorrelationType.ValueAvg, ConditionUse.Required, HasField: true),
        new("value_count", CorrelationType.ValueCount, ConditionUse.Required, HasField: true),
        new(Median, CorrelationType.ValuePercentile, ConditionUse.Required, HasField: true),
        new("value_percentile", CorrelationType.ValuePercentile, ConditionUse.Required, HasField: true),
        new("value_sum", CorrelationType.ValueSum, ConditionUse.Required, HasField: true),
    ];

    public static CorrelationForm? Find(MappingReader section, DiagnosticBag bag)
    {
        var name = section.Text("type");
        if (Array.Find(Forms, f => f.Name == name) is { } form)
            return form;
        bag.Error(ContentCodes.UnknownWord, section.LocationOf("type"), $"'type' must be one of {string.Join(", ", Forms.Select(f => f.Name))}, not '{name}'.");
        return null;
    }
}
