using System.Collections.Immutable;
using System.Globalization;
using Waterguard.Sigma;

namespace Waterguard.Alerting.Grouping;

/// <summary>Groups alerts to incidents: two alerts belong together when they share something that an intruder would hold or touch, and not too much time lies between.</summary>
public static class IncidentGrouping
{
    /// <summary>How long after an alert another one about the same entity still belongs to it.</summary>
    public static readonly TimeSpan GroupInterval = TimeSpan.FromHours(1);

    /// <summary>The same for alerts that share no more than an image, as short-lived containers of one burst do, or that nobody signed in.</summary>
    public static readonly TimeSpan ShortInterval = TimeSpan.FromMinutes(10);

    /// <summary>Steps that a timeline shows.</summary>
    public const int MaxSteps = 200;

    private const int MaxNames = 256;
    private const int RiskOfAnotherRule = 4;
    private const int MostRiskOfOthers = 15;
    private const int RulesOfACampaign = 4;

    /// <summary>The incidents, by start and id. The result depends on the set of alerts alone.</summary>
    /// <param name="delivered">Name of a source -> from when until when it delivered.</param>
    public static ImmutableArray<Incident> Group(IEnumerable<Alert> alerts, IReadOnlyDictionary<string, (DateTimeOffset From, DateTimeOffset To)> delivered)
    {
        var byId = new Dictionary<string, Alert>(StringComparer.Ordinal);
        foreach (var alert in alerts) byId[alert.Id] = alert;
        return [.. Tie(byId.Values.Select(TiedAlert.Of)).Select(g => Of(null, [.. g.Select(a => byId[a.Id])], delivered)).OrderBy(i => i.Start).ThenBy(i => i.Id, StringComparer.Ordinal)];
    }

    /// <summary>Which alerts belong together: sets of them, each by time and id, in the order of their first.</summary>
    public static IReadOnlyList<IReadOnlyList<TiedAlert>> Tie(IEnumerable<TiedAlert> alerts)
    {
        TiedAlert[] sorted = [.. alerts.OrderBy(a => a.Time).ThenBy(a => a.Id, StringComparer.Ordinal)];
        var groups = new Union(sorted.Length);
        var last = new Dictionary<(string Kind, string Name), int>();
        for (var i = 0; i < sorted.Length; i++)
        {
            foreach (var (kind, name, interval) in sorted[i].Ties)
            {
                if (last.TryGetValue((kind, name), out var before) && sorted[i].Time - sorted[before].End <= interval) groups.Join(before, i);
                last[(kind, name)] = i;
            }
        }

        return [.. sorted.Select((alert, i) => (alert, Root: groups.Root(i))).GroupBy(a => a.Root, a => a.alert).Select(g => g.ToArray())];
    }

    /// <summary>The id of the incident that an alert began.</summary>
    public static string IdOf(string first) => AlertFactory.Identity("incident", first);

    /// <summary>How much an incident weighs, and its title.</summary>
    /// <param name="worst">Level of the heaviest alert, 0 (informational) to 4 (critical).</param>
    /// <param name="title">Its rule's title.</param>
    /// <param name="rules">How many rules of level medium or above took part.</param>
    public static (int Level, int Risk, string Title) Weigh(int worst, string title, int rules)
    {
        // Several different things of some weight are more than the heaviest of them.
        var level = (Level)worst == Level.Medium && rules >= RulesOfACampaign ? Level.High : (Level)worst;
        var risk = Math.Min(99, Math.Max(Risk.Of((Level)worst), Risk.Of(level)) + Math.Min(MostRiskOfOthers, Math.Max(0, rules - 1) * RiskOfAnotherRule));
        return ((int)level, risk, Title(title, rules));
    }

    /// <summary>The incident that some alerts make up.</summary>
    /// <param name="id">Its id; null: that of the first alert.</param>
    /// <param name="alerts">By time and id.</param>
    /// <param name="delivered">Name of a source -> from when until when it delivered.</param>
    public static Incident Of(string? id, ImmutableArray<Alert> alerts, IReadOnlyDictionary<string, (DateTimeOffset From, DateTimeOffset To)> delivered)
    {
        var worst = alerts.OrderByDescending(a => a.Risk).First();
        var rules = alerts.Where(a => a.Rule.Level >= Level.Medium).Select(a => a.Rule.Id).Distinct(StringComparer.Ordinal).Count();
        var (level, risk, title) = Weigh((int)worst.Rule.Level, worst.Rule.Title, rules);
        var (start, end) = (alerts.Min(Start), alerts.Max(End));
        var steps = Steps(alerts);
        return new Incident(
            id ?? IdOf(alerts[0].Id), title, (Level)level, risk, start, end, alerts, Entities(alerts), [.. steps.Take(MaxSteps)], Math.Max(0, steps.Count - MaxSteps),
            [.. delivered.OrderBy(d => d.Key, StringComparer.Ordinal).SelectMany(d => Missing(d.Key, d.Value, start, end))]);
    }

    private static string Title(string worst, int rules) => rules > 1 ? string.Create(CultureInfo.InvariantCulture, $"{worst}, and {rules - 1} more") : worst;

    private static ImmutableSortedDictionary<string, ImmutableArray<string>> Entities(ImmutableArray<Alert> alerts)
    {
        var all = new SortedDictionary<string, SortedSet<string>>(StringComparer.Ordinal);
        foreach (var (kind, names) in alerts.SelectMany(a => a.Entities))
        {
            if (!all.TryGetValue(kind, out var known)) known = all[kind] = new SortedSet<string>(StringComparer.Ordinal);
            known.UnionWith(names);
        }

        return all.ToImmutableSortedDictionary(e => e.Key, e => e.Value.Take(MaxNames).ToImmutableArray(), StringComparer.Ordinal);
    }

    private static List<IncidentStep> Steps(ImmutableArray<Alert> alerts)
    {
        var steps = new List<IncidentStep>();
        for (var i = 0; i < alerts.Length;)
        {
            var same = i + 1;
            while (same < alerts.Length && alerts[same].Rule.Id == alerts[i].Rule.Id) same++;
            var more = same - i - 1;
            steps.Add(new IncidentStep(alerts[i].Time, more == 0 ? alerts[i].Reason : string.Create(CultureInfo.InvariantCulture, $"{alerts[i].Reason} (and {more} more like it, until {alerts[same - 1].Time:HH:mm:ss}Z)"), alerts[i].Id));
            i = same;
        }

        return steps;
    }

    private static IEnumerable<MissingSource> Missing(string source, (DateTimeOffset From, DateTimeOffset To) delivered, DateTimeOffset start, DateTimeOffset end)
    {
        if (delivered.To < start || delivered.From > end)
        {
            yield return new MissingSource(source, start, end);
            yield break;
        }

        if (delivered.From > start) yield return new MissingSource(source, start, delivered.From);
        if (delivered.To < end) yield return new MissingSource(source, delivered.To, end);
    }

    private static DateTimeOffset Start(Alert alert) => alert.Window?.Start < alert.Time ? alert.Window.Value.Start : alert.Time;

    private static DateTimeOffset End(Alert alert) => alert.Window?.End > alert.Time ? alert.Window.Value.End : alert.Time;

    private sealed class Union(int count)
    {
        private readonly int[] _parents = [.. Enumerable.Range(0, count)];

        public int Root(int one)
        {
            while (_parents[one] != one) one = _parents[one] = _parents[_parents[one]];
            return one;
        }

        public void Join(int left, int right)
        {
            var (a, b) = (Root(left), Root(right));
            _parents[Math.Max(a, b)] = Math.Min(a, b);
        }
    }
}
