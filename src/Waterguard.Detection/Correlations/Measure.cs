using System.Collections.Immutable;
using Waterguard.Detection.State;
using Waterguard.Sigma.Conditions;

namespace Waterguard.Detection.Correlations;

/// <summary>The number that a window has, kept up to date as events come and go. One a window; not thread-safe.</summary>
internal abstract class Measure(Thresholds thresholds)
{
    public Thresholds Thresholds => thresholds;

    /// <summary>The number now; of no meaning while the window is empty.</summary>
    public abstract double Number { get; }

    /// <summary>Whether the correlation's condition holds now.</summary>
    public virtual bool Holds => thresholds.Hold(Number);

    /// <summary>An event comes in. False: it has nothing to measure and is not part of the window.</summary>
    public abstract bool Add(Occurrence occurrence, CorrelationCounts counts);

    /// <summary>An event that came in goes out.</summary>
    public abstract void Remove(Occurrence occurrence);

    /// <summary>Writes what it has taken in.</summary>
    public abstract void Write(StateWriter writer);

    /// <summary>Becomes what was written; only once, before anything else.</summary>
    public abstract void Read(StateReader reader);
}

/// <summary>How many matches.</summary>
internal sealed class EventCount(Thresholds thresholds) : Measure(thresholds)
{
    private long _count;

    public override double Number => _count;

    public override bool Add(Occurrence occurrence, CorrelationCounts counts)
    {
        _count++;
        return true;
    }

    public override void Remove(Occurrence occurrence) => _count--;

    public override void Write(StateWriter writer) => writer.Count(_count);

    public override void Read(StateReader reader) => _count = reader.Count();
}

/// <summary>How many different values, or tuples of them.</summary>
internal sealed class ValueCount(Thresholds thresholds, FieldNames fields) : Measure(thresholds)
{
    private readonly Dictionary<string, int> _seen = new(StringComparer.Ordinal);

    public override double Number => _seen.Count;

    public override bool Add(Occurrence occurrence, CorrelationCounts counts)
    {
        var any = false;
        foreach (var tuple in fields.Tuples(occurrence))
        {
            _seen[tuple] = _seen.GetValueOrDefault(tuple) + 1;
            any = true;
        }

        if (!any) counts.WithoutValue++;
        else counts.ValuesCapped += fields.Beyond(occurrence);
        return any;
    }

    public override void Remove(Occurrence occurrence)
    {
        foreach (var tuple in fields.Tuples(occurrence))
        {
            if (--_seen[tuple] == 0) _seen.Remove(tuple);
        }
    }

    public override void Write(StateWriter writer)
    {
        writer.Count(_seen.Count);
        foreach (var (tuple, times) in _seen)
        {
            writer.Text(tuple);
            writer.Count(times);
        }
    }

    public override void Read(StateReader reader)
    {
        for (var left = reader.Length(); left > 0; left--) _seen[reader.Text()] = (int)reader.Count();
    }
}

/// <summary>Sum, or mean, of all values that are numbers.</summary>
internal sealed class ValueSum(Thresholds thresholds, FieldNames fields, bool mean) : Measure(thresholds)
{
    private decimal _sum;
    private long _count;

    public override double Number => (double)(mean && _count > 0 ? _sum / _count : _sum);

    public override bool Add(Occurrence occurrence, CorrelationCounts counts)
    {
        var numbers = fields.Numbers(occurrence, counts);
        foreach (var number in numbers) _sum += number;
        _count += numbers.Count;
        return numbers.Count > 0;
    }

    public override void Remove(Occurrence occurrence)
    {
        var numbers = fields.Numbers(occurrence, null);
        foreach (var number in numbers) _sum -= number;
        _count -= numbers.Count;
    }

    public override void Write(StateWriter writer)
    {
        writer.Exact(_sum);
        writer.Count(_count);
    }

    public override void Read(StateReader reader) => (_sum, _count) = (reader.Exact(), reader.Count());
}

/// <summary>Nearest-rank percentile: the least value that at least so many of a hundred do not exceed. Always a value that was seen.</summary>
internal sealed class ValuePercentile(Thresholds thresholds, FieldNames fields, double percentile) : Measure(thresholds)
{
    private readonly List<decimal> _sorted = [];

    public override double Number =>
        _sorted.Count == 0 ? 0 : (double)_sorted[Math.Clamp((int)Math.Ceiling(percentile / 100 * _sorted.Count) - 1, 0, _sorted.Count - 1)];

    public override bool Add(Occurrence occurrence, CorrelationCounts counts)
    {
        var numbers = fields.Numbers(occurrence, counts);
        foreach (var number in numbers)
        {
            var at = _sorted.BinarySearch(number);
            _sorted.Insert(at < 0 ? ~at : at, number);
        }

        return numbers.Count > 0;
    }

    public override void Remove(Occurrence occurrence)
    {
        foreach (var number in fields.Numbers(occurrence, null)) _sorted.RemoveAt(_sorted.BinarySearch(number));
    }

    public override void Write(StateWriter writer)
    {
        writer.Count(_sorted.Count);
        foreach (var number in _sorted) writer.Exact(number);
    }

    public override void Read(StateReader reader)
    {
        for (var left = reader.Length(); left > 0; left--) _sorted.Add(reader.Exact());
    }
}

/// <summary>Which of the rules have matched: judged by an expression over them, by their number, or all of them.</summary>
internal sealed class RulesPresent(Thresholds thresholds, RuleIndex rules, Condition? expression) : Measure(thresholds)
{
    private readonly int[] _counts = new int[rules.Count];

    /// <summary>Whether a rule that matches can make the condition false.</summary>
    public static bool NeedsWholeWindow(Thresholds thresholds, Condition? expression) => thresholds.HaveUpperBound || (expression is not null && HasNot(expression));

    public override double Number => _counts.Count(c => c > 0);

    public override bool Holds => HoldsFor(i => _counts[i] > 0);

    public bool HoldsFor(Func<int, bool> present)
    {
        if (expression is not null) return Judge(expression, present);
        var number = Enumerable.Range(0, rules.Count).Count(present);
        return Thresholds.IsEmpty ? number == rules.Count : number > 0 && Thresholds.Hold(number);
    }

    public override bool Add(Occurrence occurrence, CorrelationCounts counts)
    {
        foreach (var rule in rules.Of(occurrence.RuleId)) _counts[rule]++;
        return true;
    }

    public override void Remove(Occurrence occurrence)
    {
        foreach (var rule in rules.Of(occurrence.RuleId)) _counts[rule]--;
    }

    public override void Write(StateWriter writer)
    {
        foreach (var count in _counts) writer.Count(count);
    }

    public override void Read(StateReader reader)
    {
        for (var i = 0; i < _counts.Length; i++) _counts[i] = (int)reader.Count();
    }

    private bool Judge(Condition condition, Func<int, bool> present) => condition switch
    {
        AllOf all => all.Parts.All(p => Judge(p, present)),
        AnyOf any => any.Parts.Any(p => Judge(p, present)),
        AtLeast some => some.Parts.Count(p => Judge(p, present)) >= some.Count,
        Not not => !Judge(not.Part, present),
        FieldTest rule => rules.Named(rule.Field) is var index && index >= 0 && present(index),
        _ => false,
    };

    private static bool HasNot(Condition condition) => condition switch
    {
        AllOf all => all.Parts.Any(HasNot),
        AnyOf any => any.Parts.Any(HasNot),
        AtLeast some => some.Parts.Any(HasNot),
        _ => condition is Not,
    };
}

/// <summary>The rules of a correlation by number. Immutable.</summary>
internal sealed class RuleIndex(ImmutableArray<string> references, IReadOnlyDictionary<string, ImmutableArray<int>> byId)
{
    public int Count => references.Length;

    public ImmutableArray<int> Of(string ruleId) => byId[ruleId];

    public int Named(string reference) => references.IndexOf(reference);
}
