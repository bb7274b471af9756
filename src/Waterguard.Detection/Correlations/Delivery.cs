using System.Collections.Immutable;
using Waterguard.Sigma;
using Waterguard.Sigma.Correlations;

namespace Waterguard.Detection.Correlations;

/// <summary>From when until when the sources of a correlation have delivered, in ticks of UTC. What did not come in a time that nobody delivered is not absent.</summary>
/// <param name="From">Beginning of the time for which every source has delivered that could carry the companion; <see cref="long.MaxValue"/>: none ever did.</param>
/// <param name="To">Its end.</param>
/// <param name="Until">The latest time that any source has reached: how far time itself has gone on.</param>
internal sealed record DeliveredTimes(long From, long To, long Until)
{
    public long From { get; private set; } = From;

    public long To { get; private set; } = To;

    public long Until { get; private set; } = Until;

    /// <summary>Time has gone on.</summary>
    public void Become(DeliveredTimes later) => (From, To, Until) = (later.From, later.To, later.Until);
}

/// <summary>From when until when each source has delivered records, whether or not a rule matched them. Immutable.</summary>
public sealed class Delivery
{
    private readonly ImmutableDictionary<string, (long From, long To)> _bySource;
    private readonly Func<SigmaRule, string, bool> _routes;
    private readonly (long From, long To)? _all;

    private Delivery(ImmutableDictionary<string, (long, long)> bySource, Func<SigmaRule, string, bool> routes, (long, long)? all) =>
        (_bySource, _routes, _all) = (bySource, routes, all);

    /// <summary>What was read.</summary>
    /// <param name="bySource">Name of a source -> the earliest and the latest time of its records.</param>
    /// <param name="routes">Whether a rule is evaluated on the records of a source.</param>
    public static Delivery Of(IEnumerable<KeyValuePair<string, (DateTimeOffset From, DateTimeOffset To)>> bySource, Func<SigmaRule, string, bool> routes) =>
        new(bySource.ToImmutableDictionary(s => s.Key, s => (s.Value.From.UtcTicks, s.Value.To.UtcTicks), StringComparer.Ordinal), routes, null);

    /// <summary>Every source has delivered from the first of these times to the last.</summary>
    internal static Delivery Of(IEnumerable<long> ticks)
    {
        var (from, to) = (long.MaxValue, long.MinValue);
        foreach (var one in ticks) (from, to) = (Math.Min(from, one), Math.Max(to, one));
        return new Delivery(ImmutableDictionary<string, (long, long)>.Empty, (_, _) => true, (from, to));
    }

    internal DeliveredTimes For(Correlation correlation, RuleCollection rules)
    {
        if (_all is var (first, last)) return new DeliveredTimes(first, last, last);
        var until = _bySource.IsEmpty ? long.MinValue : _bySource.Values.Max(s => s.To);
        if (!correlation.Roles.TryGetValue("expected", out var companion)) return new DeliveredTimes(_bySource.IsEmpty ? long.MinValue : _bySource.Values.Min(s => s.From), until, until);
        var (from, to) = (long.MinValue, long.MaxValue);
        var any = false;
        foreach (var rule in Leaves(companion, rules, []))
        {
            foreach (var (source, times) in _bySource)
            {
                if (!_routes(rule, source)) continue;
                any = true;
                (from, to) = (Math.Max(from, times.From), Math.Min(to, times.To));
            }
        }

        return any ? new DeliveredTimes(from, to, until) : new DeliveredTimes(long.MaxValue, long.MinValue, until);
    }

    // The rules behind a name: its own, or those of the correlation that it names.
    private static IEnumerable<SigmaRule> Leaves(string reference, RuleCollection rules, HashSet<string> seen)
    {
        if (!seen.Add(reference)) return [];
        if (rules.Rules.FirstOrDefault(r => r.Header.Id == reference || r.Header.Name == reference) is { } rule) return [rule];
        return rules.Correlations.Where(c => c.Header.Id == reference || c.Header.Name == reference).SelectMany(c => c.Rules).SelectMany(r => Leaves(r, rules, seen));
    }
}
