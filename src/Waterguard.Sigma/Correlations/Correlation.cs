using System.Collections.Immutable;

namespace Waterguard.Sigma.Correlations;

/// <summary>A checked Sigma correlation. Fields that its type does not use are null or empty.</summary>
/// <param name="Rules">Names or ids of the rules (or correlations) that it consumes, as written and in that order.</param>
/// <param name="Roles">For <see cref="CorrelationType.Absence"/>: which rule plays which role.</param>
/// <param name="GroupBy">Fields whose values make the key; an alias name stands for a field per rule.</param>
/// <param name="Aliases">alias -> rule name -> field.</param>
/// <param name="Generate">Whether the rules referred to also alert by themselves.</param>
/// <param name="Conditions">All must hold on the measured number; empty for the types that need none.</param>
/// <param name="Field">The field whose values are counted, summed, averaged or learnt. Several for <c>value_count</c> over tuples.</param>
/// <param name="Percentile">For <c>value_percentile</c>: 0 to 100.</param>
/// <param name="Expression">For the extended temporal types: the condition over rule names; null elsewhere.</param>
public sealed record Correlation(
    RuleHeader Header,
    CorrelationType Type,
    ImmutableArray<string> Rules,
    ImmutableDictionary<string, string> Roles,
    ImmutableArray<string> GroupBy,
    ImmutableDictionary<string, ImmutableDictionary<string, string>> Aliases,
    TimeSpan TimeSpan,
    bool Generate,
    ImmutableArray<NumericCondition> Conditions,
    ImmutableArray<string> Field,
    double? Percentile,
    string? Expression,
    CorrelationExtension Extension);

/// <summary>A number and how the measured one must compare to it.</summary>
public readonly record struct NumericCondition(Conditions.Comparison Comparison, double Number, bool Negated = false);

/// <summary>Sigma's correlation types and our five.</summary>
public enum CorrelationType
{
    /// <summary>Number of matches in the window.</summary>
    EventCount,

    /// <summary>Number of distinct values in the window.</summary>
    ValueCount,

    /// <summary>Sum of the values in the window.</summary>
    ValueSum,

    /// <summary>Mean of the values in the window.</summary>
    ValueAvg,

    /// <summary>A percentile of the values in the window.</summary>
    ValuePercentile,

    /// <summary>Every rule matched in the window.</summary>
    Temporal,

    /// <summary>Every rule matched in the window, in the order listed.</summary>
    TemporalOrdered,

    /// <summary>A trigger without its expected companion.</summary>
    Absence,

    /// <summary>A key that used to report has stopped.</summary>
    Silence,

    /// <summary>A value never seen for the key before.</summary>
    FirstSeen,

    /// <summary>A measure leaves its learnt range.</summary>
    Baseline,

    /// <summary>Regular call-backs.</summary>
    Beacon,
}

/// <summary>What our own correlation types say besides; null where not said.</summary>
public sealed record CorrelationExtension(
    string? Within, TimeSpan? Learn, TimeSpan? Forget, string? MeasureKind, string? MeasureField, TimeSpan? Bucket, string? Season, string? Direction)
{
    /// <summary>Nothing said.</summary>
    public static CorrelationExtension None { get; } = new(null, null, null, null, null, null, null, null);

    /// <summary>For a baseline: the group-by fields that keys have in common which learn from each other; empty for none. They may be missing in a match.</summary>
    public ImmutableArray<string> Inherit { get; init; } = [];
}
