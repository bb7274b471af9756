using System.Collections.Immutable;

namespace Waterguard.Detection.Census;

/// <summary>What was told of a subject, part by part, and when: what counts at a time is what was told last up to then, else what was told first. Does not depend on the order of
/// telling. Bounded: of many values of one part those told first are kept.</summary>
internal sealed class ToldValues
{
    private const int MostValues = 32;
    private readonly SortedDictionary<string, List<Told>> _parts = new(StringComparer.Ordinal);

    /// <summary>Values that were left out.</summary>
    public long Capped { get; private set; }

    public IEnumerable<string> Parts => _parts.Keys;

    public void Tell(string part, string value, long ticks)
    {
        if (value.Length == 0) return;
        if (!_parts.TryGetValue(part, out var told)) told = _parts[part] = [];
        var at = told.FindIndex(t => string.Equals(t.Value, value, StringComparison.Ordinal));
        if (at >= 0)
        {
            told[at] = new Told(value, Math.Min(told[at].First, ticks), Math.Max(told[at].Last, ticks));
        }
        else
        {
            told.Add(new Told(value, ticks, ticks));
            if (told.Count <= MostValues) return;
            told.Remove(told.MaxBy(t => (t.First, t.Value)));
            Capped++;
        }
    }

    /// <summary>The value of a part at a time; empty without any. What is told only after <paramref name="until"/> is not known yet.</summary>
    public string At(string part, long ticks, long until)
    {
        if (!_parts.TryGetValue(part, out var told)) return "";
        Told? best = null;
        foreach (var one in told)
        {
            if (one.First <= until && (best is not { } other || Compare(one, other, ticks) > 0)) best = one;
        }

        return best is { Value: var value } ? value : "";
    }

    /// <summary>All values of a part, in the order in which they were first told.</summary>
    public ImmutableArray<string> All(string part) =>
        _parts.TryGetValue(part, out var told) ? [.. told.OrderBy(t => t.First).ThenBy(t => t.Value, StringComparer.Ordinal).Select(t => t.Value)] : [];

    private static int Compare(Told left, Told right, long ticks)
    {
        var (leftKnown, rightKnown) = (left.First <= ticks, right.First <= ticks);
        if (leftKnown != rightKnown) return leftKnown ? 1 : -1;
        var order = leftKnown ? Reached(left, ticks).CompareTo(Reached(right, ticks)) : right.First.CompareTo(left.First);
        return order != 0 ? order : string.CompareOrdinal(right.Value, left.Value);
    }

    private static long Reached(Told told, long ticks) => told.Last <= ticks ? told.Last : told.First;

    private readonly record struct Told(string Value, long First, long Last);
}
