using System.Collections.Immutable;
using Waterguard.Detection.Matching;

namespace Waterguard.Detection.Correlations;

/// <summary>What is kept of the events of a finding while it grows: the first and the last ones, how many, and who. Bounded; not thread-safe.</summary>
/// <param name="names">Names whose values the reason shows.</param>
internal sealed class Trail(ImmutableArray<string> names)
{
    private const int First = 3;
    private const int Last = 5;
    private const int MaxEntities = 256;
    private const int MaxValues = 16;

    private readonly List<Evidence> _first = [];
    private readonly List<Evidence> _last = [];
    private readonly SortedDictionary<string, SortedSet<string>> _entities = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<string>> _values = new(StringComparer.Ordinal);

    public long Count { get; private set; }

    public long Events { get; private set; }

    public long Start { get; private set; } = long.MaxValue;

    public long End { get; private set; }

    /// <summary>One more, not earlier than those before.</summary>
    public void Add(Occurrence occurrence)
    {
        Count++;
        Events += occurrence.Events;
        Start = Math.Min(Start, occurrence.Evidence is [{ Time: { } time }, ..] ? Math.Min(time.UtcTicks, occurrence.Ticks) : occurrence.Ticks);
        End = Math.Max(End, occurrence.Ticks);
        Show(occurrence.Evidence);
        foreach (var (kind, names) in occurrence.Entities) Entities(kind, names);
        foreach (var name in names) Values(name, occurrence.ValuesOf(name));
    }

    /// <summary>All of another trail, none of it earlier than the end of this one.</summary>
    public void Add(Trail later)
    {
        Count += later.Count;
        Events += later.Events;
        (Start, End) = (Math.Min(Start, later.Start), Math.Max(End, later.End));
        _first.AddRange(later._first.Take(First - _first.Count));
        _last.AddRange(later._last);
        if (_last.Count > Last) _last.RemoveRange(0, _last.Count - Last);
        foreach (var (kind, names) in later._entities) Entities(kind, names);
        foreach (var (name, values) in later._values) Values(name, values);
    }

    /// <summary>The first events and the last, each once.</summary>
    public ImmutableArray<Evidence> Evidence() => [.. _first.Concat(_last).Distinct()];

    public ImmutableSortedDictionary<string, ImmutableArray<string>> Entities() =>
        _entities.ToImmutableSortedDictionary(e => e.Key, e => e.Value.ToImmutableArray(), StringComparer.Ordinal);

    public ImmutableDictionary<string, ImmutableArray<string>> Values() =>
        _values.ToImmutableDictionary(v => v.Key, v => v.Value.ToImmutableArray(), StringComparer.Ordinal);

    private void Show(ImmutableArray<Evidence> evidence)
    {
        foreach (var one in evidence)
        {
            if (_first.Count < First) _first.Add(one);
            if (_last.Count == Last) _last.RemoveAt(0);
            _last.Add(one);
        }
    }

    private void Entities(string kind, IEnumerable<string> names)
    {
        if (!_entities.TryGetValue(kind, out var known)) known = _entities[kind] = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var name in names)
        {
            if (known.Count < MaxEntities) known.Add(name);
        }
    }

    private void Values(string name, IEnumerable<string> values)
    {
        if (!_values.TryGetValue(name, out var known)) known = _values[name] = [];
        foreach (var value in values)
        {
            if (known.Count < MaxValues && !known.Contains(value, StringComparer.Ordinal)) known.Add(value);
        }
    }
}
