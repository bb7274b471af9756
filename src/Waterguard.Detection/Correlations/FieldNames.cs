using System.Collections.Immutable;
using System.Globalization;
using Waterguard.Sigma.Correlations;

namespace Waterguard.Detection.Correlations;

/// <summary>Reads the fields that a correlation counts or measures out of a match. An alias may stand for another field in each rule. Immutable.</summary>
internal sealed class FieldNames
{
    private const decimal MaxMagnitude = 1_000_000_000_000_000_000_000m; // sums of a full window stay within a decimal
    private readonly ImmutableDictionary<string, ImmutableArray<string>> _fields;

    public FieldNames(Correlation correlation, IReadOnlyDictionary<string, ImmutableArray<int>> references) =>
        _fields = references.ToImmutableDictionary(
            r => r.Key, r => Wanted(correlation).Select(f => Field(correlation, f, correlation.Rules[r.Value[0]])).ToImmutableArray(), StringComparer.Ordinal);

    /// <summary>All names that it reads.</summary>
    public IEnumerable<string> Names => _fields.Values.SelectMany(f => f);

    /// <summary>Every combination of the fields' values; none when a field has none.</summary>
    public IEnumerable<string> Tuples(Occurrence occurrence)
    {
        var fields = _fields[occurrence.RuleId];
        if (fields is [var only]) return occurrence.ValuesOf(only).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Take(GroupKeys.MaxKeys);
        IEnumerable<string> tuples = [""];
        foreach (var field in fields)
        {
            var values = occurrence.ValuesOf(field).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToArray();
            tuples = tuples.SelectMany(t => values.Select(v => string.Create(CultureInfo.InvariantCulture, $"{t}{v.Length}:{v}"))).Take(GroupKeys.MaxKeys);
        }

        return tuples;
    }

    /// <summary>How many combinations <see cref="Tuples"/> leaves out.</summary>
    public long Beyond(Occurrence occurrence)
    {
        long all = 1;
        foreach (var field in _fields[occurrence.RuleId]) all = Math.Min(int.MaxValue, all * occurrence.ValuesOf(field).Distinct(StringComparer.Ordinal).Count());
        return Math.Max(0, all - GroupKeys.MaxKeys);
    }

    /// <summary>The values that are numbers. What is none is counted, where somebody counts.</summary>
    public List<decimal> Numbers(Occurrence occurrence, CorrelationCounts? counts)
    {
        var numbers = new List<decimal>();
        var values = occurrence.ValuesOf(_fields[occurrence.RuleId][0]);
        if (counts is not null && values.IsEmpty) counts.WithoutValue++;
        foreach (var value in values)
        {
            if (decimal.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && Math.Abs(number) <= MaxMagnitude) numbers.Add(number);
            else if (counts is not null) counts.NotNumbers++;
        }

        return numbers;
    }

    // A baseline names its field beside what it measures.
    private static ImmutableArray<string> Wanted(Correlation correlation) => correlation.Extension.MeasureField is { } measured ? [measured] : correlation.Field;

    private static string Field(Correlation correlation, string name, string reference) =>
        correlation.Aliases.TryGetValue(name, out var perRule) && perRule.TryGetValue(reference, out var field) ? field : name;
}
