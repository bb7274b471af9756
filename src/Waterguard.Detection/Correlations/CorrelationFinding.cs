using System.Collections.Immutable;
using Waterguard.Detection.Matching;
using Waterguard.Sigma.Correlations;

namespace Waterguard.Detection.Correlations;

/// <summary>A correlation's condition held for one key, over one excursion. Immutable.</summary>
/// <param name="Alerts">False where another correlation consumes it and does not say <c>generate: true</c>.</param>
/// <param name="Group">Group-by name -> value; empty without group-by.</param>
/// <param name="Key">The group's values as one text, the same wherever it is computed.</param>
/// <param name="Start">Time of the first event.</param>
/// <param name="End">Time of the last event.</param>
/// <param name="Opened">When the condition first held.</param>
/// <param name="Measured">The number that the condition was judged on, where it was farthest out; for the temporal types how many rules took part.</param>
/// <param name="Anchor">Record ids that tell this finding from every other of the same correlation and key.</param>
/// <param name="Values">What a reason may show: up to some values of each name that it reads.</param>
/// <param name="Evidence">The first three events and the last five, in order.</param>
/// <param name="Count">How many matches took part.</param>
/// <param name="EventCount">How many events did: more than matches where findings of other correlations took part.</param>
public sealed record CorrelationFinding(
    Correlation Correlation, bool Alerts, ImmutableSortedDictionary<string, string> Group, string Key,
    DateTimeOffset Start, DateTimeOffset End, DateTimeOffset Opened, double Measured, ImmutableArray<string> Anchor,
    ImmutableSortedDictionary<string, ImmutableArray<string>> Entities, ImmutableDictionary<string, ImmutableArray<string>> Values,
    ImmutableArray<Evidence> Evidence, long Count, long EventCount)
{
    /// <summary>Total, over all that can be: by time, correlation, key and anchor; what is told at once before what is final.</summary>
    public static Comparer<CorrelationFinding> Order { get; } = Comparer<CorrelationFinding>.Create((left, right) =>
    {
        var order = left.Opened.CompareTo(right.Opened);
        if (order == 0) order = string.CompareOrdinal(left.Correlation.Header.Id, right.Correlation.Header.Id);
        if (order == 0) order = string.CompareOrdinal(left.Key, right.Key);
        if (order == 0) order = string.CompareOrdinal(string.Join('\0', left.Anchor), string.Join('\0', right.Anchor));
        return order != 0 ? order : left.IsFinal.CompareTo(right.IsFinal);
    });

    /// <summary>Strength, where the type has one: robust deviations for a baseline, 0 to 1 for a beacon.</summary>
    public double? Score { get; init; }

    /// <summary>What was expected and what was looked at, in a sentence; null where the count says all.</summary>
    public string? Explanation { get; init; }

    /// <summary>False while the excursion goes on: what is told at once, and will be told again, with the same anchor, when it is over.</summary>
    public bool IsFinal { get; init; } = true;

    /// <summary>Names the excursion that a baseline's finding belongs to.</summary>
    public string? Episode { get; init; }
}

/// <summary>All findings of a run, by time, correlation, key and anchor, with what could not be used.</summary>
public sealed record CorrelationOutcome(ImmutableArray<CorrelationFinding> Findings, CorrelationCounts Counts)
{
    /// <summary>How far learning had come at the last match; see <see cref="CorrelationSession.Readiness"/>.</summary>
    public IReadOnlyDictionary<string, (long Keys, double ReadyShare)> Readiness { get; init; } = ImmutableDictionary<string, (long, double)>.Empty;
}

/// <summary>What correlations could not use, or was capped: nothing is left out silently. One a run; not thread-safe.</summary>
public sealed class CorrelationCounts
{
    /// <summary>Matches whose record has no time that can be read: no window can hold them.</summary>
    public long WithoutTime { get; internal set; }

    /// <summary>Matches without a value for some group-by field, once for each correlation that wanted it.</summary>
    public long WithoutKey { get; internal set; }

    /// <summary>Copies of a record that the same rule had matched already.</summary>
    public long Duplicates { get; internal set; }

    /// <summary>Matches without the field that is counted or measured.</summary>
    public long WithoutValue { get; internal set; }

    /// <summary>Values that should be measured and are no numbers, or beyond ±10²¹.</summary>
    public long NotNumbers { get; internal set; }

    /// <summary>Keys of one match beyond <see cref="GroupKeys.MaxKeys"/>.</summary>
    public long KeysCapped { get; internal set; }

    /// <summary>Values, or tuples of them, of one match beyond <see cref="GroupKeys.MaxKeys"/> that were not counted.</summary>
    public long ValuesCapped { get; internal set; }

    /// <summary>Matches of new keys when a correlation had as many keys as it may.</summary>
    public long KeysRefused { get; internal set; }

    /// <summary>Events that left a window early because it held as many as it may.</summary>
    public long WindowsCapped { get; internal set; }

    /// <summary>Matches that came later than matches may: what they would have changed was decided.</summary>
    public long Late { get; internal set; }

    /// <summary>Absences that could not be decided, because a source that could carry the companion had not delivered the whole time.</summary>
    public long Undecided { get; internal set; }

    /// <summary>Values of a key beyond as many as are remembered, and samples of a baseline that were no use.</summary>
    public long NotLearnt { get; internal set; }

    /// <summary>Records that were forgotten before the longest window was over: a copy of one would count again.</summary>
    public long CopiesForgotten { get; internal set; }

    /// <summary>All of them by the names under which they are shown.</summary>
    public ImmutableSortedDictionary<string, long> All => ImmutableSortedDictionary.CreateRange<string, long>(StringComparer.Ordinal,
    [
        new("copies_forgotten", CopiesForgotten), new("duplicates", Duplicates), new("keys_capped", KeysCapped), new("late", Late), new("keys_refused", KeysRefused), new("not_learnt", NotLearnt), new("not_numbers", NotNumbers), new("undecided", Undecided),
        new("values_capped", ValuesCapped), new("windows_capped", WindowsCapped), new("without_key", WithoutKey), new("without_time", WithoutTime), new("without_value", WithoutValue),
    ]);

    internal void Add(CorrelationCounts other)
    {
        (WithoutTime, WithoutKey, WithoutValue, NotNumbers) = (WithoutTime + other.WithoutTime, WithoutKey + other.WithoutKey, WithoutValue + other.WithoutValue, NotNumbers + other.NotNumbers);
        (Duplicates, CopiesForgotten, Late, Undecided) = (Duplicates + other.Duplicates, CopiesForgotten + other.CopiesForgotten, Late + other.Late, Undecided + other.Undecided);
        (KeysCapped, ValuesCapped, KeysRefused) = (KeysCapped + other.KeysCapped, ValuesCapped + other.ValuesCapped, KeysRefused + other.KeysRefused);
        (WindowsCapped, NotLearnt) = (WindowsCapped + other.WindowsCapped, NotLearnt + other.NotLearnt);
    }
}
