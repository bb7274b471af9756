using System.Collections.Immutable;
using Waterguard.Detection.Matching;
using Waterguard.Detection.State;

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

    public void Write(StateWriter writer)
    {
        writer.Count(Count);
        writer.Count(Events);
        writer.Time(Start);
        writer.Time(End);
        writer.Count(_first.Count);
        foreach (var one in _first) writer.Write(one);
        // A short trail's last events are its first: written once.
        var last = _last.SequenceEqual(_first) ? 0 : _last.Count;
        writer.Count(last);
        foreach (var one in _last.Take(last)) writer.Write(one);
        writer.Named(_entities.Select(e => KeyValuePair.Create(e.Key, e.Value.ToImmutableArray())));
        writer.Named(_values.OrderBy(v => v.Key, StringComparer.Ordinal).Select(v => KeyValuePair.Create(v.Key, v.Value.ToImmutableArray())));
    }

    public void Read(StateReader reader, IRawPlaces? raws)
    {
        (Count, Events, Start, End) = (reader.Count(), reader.Count(), reader.Time(), reader.Time());
        _first.AddRange(reader.Evidence(raws));
        var last = reader.Evidence(raws);
        _last.AddRange(last.Length > 0 ? last.Select(one => _first.Find(f => AreSame(f, one)) ?? one) : _first);
        foreach (var (kind, names) in reader.Named()) _entities[kind] = new SortedSet<string>(names, StringComparer.Ordinal);
        foreach (var (name, values) in reader.Named()) _values[name] = [.. values];
    }

    // One record that was written twice is one again.
    private static bool AreSame(Evidence left, Evidence right) =>
        left with { Raw = null } == right with { Raw = null }
        && (left.Raw is null ? right.Raw is null : right.Raw is not null && left.Raw.Place == right.Raw.Place && (left.Raw.Place is not null || left.Raw.Read().Span.SequenceEqual(right.Raw.Read().Span)));

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
