using System.Collections.Immutable;
using System.Globalization;
using Waterguard.Detection.State;

namespace Waterguard.Detection.Correlations;

/// <summary>One group: a value for each group-by name. Immutable.</summary>
/// <param name="family">The values that keys have in common which learn from each other; empty where there are none.</param>
internal sealed class GroupKey(ImmutableArray<string> names, string[] values, string[] family)
{
    /// <summary>The only group of a correlation without group-by.</summary>
    public static GroupKey None { get; } = new([], [], []);

    public ReadOnlySpan<string> Values => values;

    /// <summary>Under which the group's state is kept.</summary>
    public UInt128 Hash { get; } = StableHash.Of(values);

    /// <summary>Of the keys that it learns from; its own where it learns from none. They live in one shard.</summary>
    public UInt128 Family { get; } = family.Length == 0 ? StableHash.Of(values) : StableHash.Of(family);

    public bool HasFamily => family.Length > 0;

    /// <summary>All values as one text: lengths keep apart what values may hold.</summary>
    public string Text => string.Concat(values.Select(v => string.Create(CultureInfo.InvariantCulture, $"{v.Length}:{v}")));

    /// <summary>Group-by name -> value; without those that are empty.</summary>
    public ImmutableSortedDictionary<string, string> Group =>
        names.Zip(values).Where(p => p.Second.Length > 0).DistinctBy(p => p.First, StringComparer.Ordinal).ToImmutableSortedDictionary(p => p.First, p => p.Second, StringComparer.Ordinal);

    public bool Is(GroupKey other) => Values.SequenceEqual(other.Values);
}
