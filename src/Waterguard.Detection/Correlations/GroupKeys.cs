using System.Collections.Immutable;
using Waterguard.Sigma.Correlations;

namespace Waterguard.Detection.Correlations;

/// <summary>Tells the groups that a match belongs to. Immutable.</summary>
internal sealed class GroupKeys
{
    /// <summary>A match with several values belongs to the group of each, up to this many groups.</summary>
    public const int MaxKeys = 64;

    private static readonly GroupKey[] s_none = [GroupKey.None];
    private readonly ImmutableArray<string> _names;
    private readonly Dictionary<string, string[]> _fields = new(StringComparer.Ordinal);
    private readonly bool[] _inherits; // by place: a family's names may be missing

    /// <param name="references">Id of a rule -> the references that a correlation names it by.</param>
    public GroupKeys(Correlation correlation, IReadOnlyDictionary<string, ImmutableArray<int>> references)
    {
        _names = correlation.GroupBy;
        _inherits = [.. _names.Select(n => correlation.Extension.Inherit.Contains(n, StringComparer.Ordinal))];
        foreach (var (id, places) in references) _fields[id] = [.. _names.Select(n => Field(correlation, n, correlation.Rules[places[0]]))];
    }

    /// <summary>The fields that keys are made of, over all rules.</summary>
    public IEnumerable<string> Fields => _fields.Values.SelectMany(f => f);

    /// <summary>The groups of a match; none when a value is missing.</summary>
    public IReadOnlyList<GroupKey> Of(Occurrence occurrence, CorrelationCounts counts)
    {
        if (_names.IsEmpty) return s_none;
        var fields = _fields[occurrence.RuleId];
        var values = new string[fields.Length];
        for (var i = 0; i < fields.Length; i++)
        {
            var found = occurrence.ValuesOf(fields[i]);
            if (found is [var only]) values[i] = only;
            else if (found.IsEmpty && _inherits[i]) values[i] = "";
            else return Several(fields, occurrence, counts);
        }

        return [Of(values)];
    }

    /// <summary>The key of these values.</summary>
    public GroupKey Of(string[] values)
    {
        if (_names.IsEmpty) return GroupKey.None;
        string[] family = [.. values.Where((_, i) => _inherits[i])];
        return new GroupKey(_names, values, Array.TrueForAll(family, f => f.Length > 0) ? family : []);
    }

    private GroupKey[] Several(string[] fields, Occurrence occurrence, CorrelationCounts counts)
    {
        List<string[]> groups = [[]];
        foreach (var (field, inherits) in fields.Zip(_inherits))
        {
            string[] values = occurrence.ValuesOf(field).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToArray();
            if (values.Length == 0 && inherits) values = [""];
            if (values.Length == 0)
            {
                counts.WithoutKey++;
                return [];
            }

            counts.KeysCapped += Math.Max(0, ((long)groups.Count * values.Length) - MaxKeys);
            groups = [.. groups.SelectMany(g => values.Select(v => (string[])[.. g, v])).Take(MaxKeys)];
        }

        return [.. groups.Select(Of)];
    }

    // An alias stands for another field in each rule; a rule that the alias does not name has the field of that name.
    private static string Field(Correlation correlation, string name, string reference) =>
        correlation.Aliases.TryGetValue(name, out var perRule) && perRule.TryGetValue(reference, out var field) ? field : name;
}
