using System.Collections.Immutable;
using System.Globalization;
using Waterguard.Sigma.Correlations;

namespace Waterguard.Detection.Correlations;

/// <summary>One group: its values by group-by name, and all of them as one text.</summary>
internal sealed record GroupKey(string Text, ImmutableSortedDictionary<string, string> Group)
{
    public static GroupKey None { get; } = new("", ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal));
}

/// <summary>Tells the groups that a match belongs to. Immutable.</summary>
internal sealed class GroupKeys
{
    /// <summary>A match with several values belongs to the group of each, up to this many groups.</summary>
    public const int MaxKeys = 64;

    private readonly ImmutableArray<string> _names;
    private readonly ImmutableDictionary<string, ImmutableArray<string>> _fields;

    /// <param name="references">Id of a rule -> the references that a correlation names it by.</param>
    public GroupKeys(Correlation correlation, IReadOnlyDictionary<string, ImmutableArray<int>> references)
    {
        _names = correlation.GroupBy;
        _fields = references.ToImmutableDictionary(
            r => r.Key, r => _names.Select(n => Field(correlation, n, correlation.Rules[r.Value[0]])).ToImmutableArray(), StringComparer.Ordinal);
    }

    /// <summary>The groups of a match; none when a value is missing.</summary>
    public IReadOnlyList<GroupKey> Of(Occurrence occurrence, CorrelationCounts counts)
    {
        if (_names.IsEmpty) return [GroupKey.None];
        List<ImmutableArray<string>> groups = [[]];
        foreach (var field in _fields[occurrence.RuleId])
        {
            var values = occurrence.ValuesOf(field).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToArray();
            if (values.Length == 0)
            {
                counts.WithoutKey++;
                return [];
            }

            counts.KeysCapped += Math.Max(0, ((long)groups.Count * values.Length) - MaxKeys);
            groups = [.. groups.SelectMany(g => values.Select(v => g.Add(v))).Take(MaxKeys)];
        }

        return groups.ConvertAll(Key);
    }

    // An alias stands for another field in each rule; a rule that the alias does not name has the field of that name.
    private static string Field(Correlation correlation, string name, string reference) =>
        correlation.Aliases.TryGetValue(name, out var perRule) && perRule.TryGetValue(reference, out var field) ? field : name;

    // Lengths keep apart what values may hold.
    private GroupKey Key(ImmutableArray<string> values) => new(
        string.Concat(values.Select(v => string.Create(CultureInfo.InvariantCulture, $"{v.Length}:{v}"))),
        _names.Zip(values).DistinctBy(p => p.First, StringComparer.Ordinal).ToImmutableSortedDictionary(p => p.First, p => p.Second, StringComparer.Ordinal));
}
