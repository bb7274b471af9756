using Waterguard.Alerting.Grouping;

namespace Waterguard.Storage.Sql;

/// <summary>Finds an alert its incident. What belongs together is decided between neighbours: alerts that have a tie in common, and no other with it between them in time. So one more alert usually joins
/// incidents, which is done at once; where it parts neighbours, or an alert goes or shrinks, the incidents around it are grouped anew from all their alerts.</summary>
internal sealed class IncidentPlacement(Session session)
{
    /// <summary>Alerts that are grouped anew together. Beyond, what holds together stays so: an incident that somebody makes huge must not make every alert after it dear.</summary>
    public const int MostRegrouped = 5000;

    /// <summary>How often that was done instead of grouping anew.</summary>
    public int Bounded { get; private set; }

    /// <summary>Incidents that have changed.</summary>
    public HashSet<string> Touched { get; } = new(StringComparer.Ordinal);

    public void Place(TiedAlert alert)
    {
        var was = IncidentOf(alert.Id);
        if (was is null && alert.IsApart) return;
        var before = session.All("SELECT kind, name, time, until FROM alert_ties WHERE alert = $1", r => (Tie: (r.GetString(0), r.GetString(1)), Time: r.GetInt64(2), Until: r.GetInt64(3)), alert.Id);
        var ties = alert.Ties.Select(t => (Tie: (t.Kind, Name: AlertColumns.Key(t.Name)), t.Interval)).DistinctBy(t => t.Tie).ToArray();
        var (time, until) = (alert.Time.ToUnixTimeMilliseconds(), alert.End.ToUnixTimeMilliseconds());
        var (around, tied) = (new HashSet<string>(StringComparer.Ordinal), new HashSet<string>(StringComparer.Ordinal));
        var parts = false;
        if (was is not null)
        {
            around.Add(was);
            tied.Add(was);
            var grows = !alert.IsApart && before.All(b => b.Time == time && b.Until <= until && ties.Any(t => t.Tie == b.Tie));
            if (!grows)
            {
                parts = true;
                foreach (var (tie, at, _) in before) around.UnionWith(Neighbours(alert.Id, tie, at).Select(n => n.Incident));
            }
        }

        session.Run("DELETE FROM alert_ties WHERE alert = $1", alert.Id);
        if (!alert.IsApart)
        {
            foreach (var (tie, interval) in ties)
            {
                var (previous, next) = Around(alert.Id, tie, time);
                var most = (long)interval.TotalMilliseconds;
                if (previous is not null && time - previous.Until <= most) tied.Add(previous.Incident);
                var joinsNext = next is not null && next.Time - until <= most;
                if (joinsNext) tied.Add(next!.Incident);

                // Those on both sides held together, and do no longer: this one is between them now.
                if (next is null || joinsNext || previous is null || next.Time - previous.Until > most) continue;
                parts = true;
                around.Add(next.Incident);
            }

            session.Many("INSERT INTO alert_ties VALUES ", "", [.. ties.Select(t => new object?[] { t.Tie.Kind, t.Tie.Name, time, alert.Id, until })]);
        }

        session.Run("UPDATE alerts SET until = $2 WHERE id = $1", alert.Id, until);
        around.UnionWith(tied);
        if (!parts) Join(around, alert);
        else if (SizesOf(around).Sum(s => s.Alerts) <= MostRegrouped) Regroup(around, alert);
        else Leave(tied, alert);
    }

    // Too large to be looked at as a whole: the alert goes, or comes, and the others stay together.
    private void Leave(HashSet<string> tied, TiedAlert alert)
    {
        Bounded++;
        if (!alert.IsApart)
        {
            Join(tied, alert);
            return;
        }

        session.Run("UPDATE alerts SET incident = NULL WHERE id = $1", alert.Id);
        Touched.UnionWith(tied);
    }

    private void Join(HashSet<string> around, TiedAlert alert)
    {
        var keeper = around.Count == 0 ? Found(alert) : Keeper(around);
        foreach (var other in around.Where(o => o != keeper)) Merge(other, keeper);
        if (around.Count == 1 && IncidentOf(alert.Id) is null && AddsNoWeight(alert, keeper)) Add(alert, keeper);
        else Move(alert.Id, keeper);
    }

    // The older keeps its id, unless that would move as many alerts as are too many: then the largest does.
    private string Keeper(HashSet<string> around)
    {
        var oldest = Oldest(around);
        if (around.Count == 1) return oldest;
        var sizes = SizesOf(around);
        if (sizes.Where(s => s.Id != oldest).Sum(s => s.Alerts) <= MostRegrouped) return oldest;
        var largest = sizes.OrderByDescending(s => s.Alerts).ThenBy(s => s.Id, StringComparer.Ordinal).First().Id;
        if (largest != oldest) Bounded++;
        return largest;
    }

    private List<(string Id, long Alerts)> SizesOf(IEnumerable<string> incidents) => session.AllOf("SELECT id, alerts FROM incidents WHERE id IN ", r => (r.GetString(0), r.GetInt64(1)), incidents);

    // Most alerts of a large incident are one more of the kind: weighing all of them each time would take ever longer.
    private bool AddsNoWeight(TiedAlert alert, string incident)
    {
        var (rule, level) = session.All("SELECT rule, level FROM alerts WHERE id = $1", r => (r.GetString(0), r.GetInt64(1)), alert.Id)[0];
        return session.All("SELECT 1 FROM alerts WHERE incident = $1 AND rule = $2 AND level = $3 LIMIT 1", _ => true, incident, rule, level).Count > 0
            && session.All("SELECT 1 FROM alerts WHERE incident = $1 AND level > $2 LIMIT 1", _ => true, incident, level)
                .Concat(session.All("SELECT 1 FROM alerts WHERE incident = $1 AND level = $2 AND (time < $3 OR (time = $3 AND id < $4)) LIMIT 1", _ => true, incident, level, alert.Time.ToUnixTimeMilliseconds(), alert.Id)).Any();
    }

    private void Add(TiedAlert alert, string incident)
    {
        session.Run("UPDATE alerts SET incident = $2 WHERE id = $1", alert.Id, incident);
        session.Run(
            "UPDATE incidents SET alerts = alerts + 1, began = CASE WHEN began > $2 THEN $2 ELSE began END, until = CASE WHEN until < $3 THEN $3 ELSE until END WHERE id = $1",
            incident, alert.Time.ToUnixTimeMilliseconds(), alert.End.ToUnixTimeMilliseconds());
    }

    private void Regroup(HashSet<string> around, TiedAlert changed)
    {
        var rows = session.AllOf("SELECT id, time, json, incident FROM alerts WHERE incident IN ", r => (Alert: TiedAlert.Read(r.GetString(0), DateTimeOffset.FromUnixTimeMilliseconds(r.GetInt64(1)), r.GetFieldValue<byte[]>(2)), Home: r.GetString(3)), around)
            .Where(r => r.Alert.Id != changed.Id).ToList();
        var alerts = rows.ConvertAll(r => r.Alert);
        var homes = rows.ToDictionary(r => r.Alert.Id, r => r.Home, StringComparer.Ordinal);
        if (changed.IsApart) session.Run("UPDATE alerts SET incident = NULL WHERE id = $1", changed.Id);
        else alerts.Add(changed);
        var begunBy = alerts.Select(a => IncidentGrouping.IdOf(a.Id)).ToHashSet(StringComparer.Ordinal);
        var known = session.AllOf("SELECT id FROM incidents WHERE id IN ", r => r.GetString(0), begunBy).ToHashSet(StringComparer.Ordinal);
        var left = new HashSet<string>(around, StringComparer.Ordinal);
        foreach (var group in IncidentGrouping.Tie(alerts))
        {
            // Who began one stays in it. One whose first alert has gone stays with the first of those that are left.
            var begun = group.Select(a => IncidentGrouping.IdOf(a.Id)).Where(known.Contains).ToList();
            var id = begun.Count > 0 ? Oldest(begun) : group.Select(a => homes.GetValueOrDefault(a.Id)).FirstOrDefault(h => h is not null && left.Contains(h) && !begunBy.Contains(h)) ?? Found(group[0]);
            left.Remove(id);
            foreach (var alert in group.Where(a => homes.GetValueOrDefault(a.Id) != id)) Move(alert.Id, id);
            Touched.Add(id);
            foreach (var other in begun.Where(b => b != id))
            {
                left.Remove(other);
                Merge(other, id);
            }
        }

        Touched.UnionWith(around);
    }

    private string Found(TiedAlert first)
    {
        var id = IncidentGrouping.IdOf(first.Id);
        session.Run(
            "INSERT INTO incidents VALUES($1, $2, '', 0, 0, 0, 0, 0, 0, NULL) ON CONFLICT(id) DO UPDATE SET founded = excluded.founded", id, first.Time.ToUnixTimeMilliseconds());
        Touched.Add(id);
        return id;
    }

    private void Move(string alert, string incident)
    {
        session.Run("UPDATE alerts SET incident = $2 WHERE id = $1", alert, incident);
        Touched.Add(incident);
    }

    private void Merge(string incident, string into)
    {
        session.Run("UPDATE alerts SET incident = $2 WHERE incident = $1", incident, into);
        session.Run("UPDATE incidents SET merged_into = $2 WHERE id = $1 OR merged_into = $1", incident, into);
        Touched.Add(incident);
    }

    private string Oldest(IEnumerable<string> incidents) => session.AllOf("SELECT id, founded FROM incidents WHERE id IN ", r => (Id: r.GetString(0), Founded: r.GetInt64(1)), incidents)
        .OrderBy(i => i.Founded).ThenBy(i => i.Id, StringComparer.Ordinal).First().Id;

    private string? IncidentOf(string alert) => session.First<string>("SELECT incident FROM alerts WHERE id = $1", alert);

    private IEnumerable<Neighbour> Neighbours(string alert, (string, string) tie, long time)
    {
        var (previous, next) = Around(alert, tie, time);
        if (previous is not null) yield return previous;
        if (next is not null) yield return next;
    }

    private (Neighbour? Previous, Neighbour? Next) Around(string alert, (string Kind, string Name) tie, long time) => (
        One("(t.time < $3 OR (t.time = $3 AND t.alert < $4)) ORDER BY t.time DESC, t.alert DESC", alert, tie, time),
        One("(t.time > $3 OR (t.time = $3 AND t.alert > $4)) ORDER BY t.time, t.alert", alert, tie, time));

    private Neighbour? One(string where, string alert, (string Kind, string Name) tie, long time) => session.All(
        "SELECT t.time, t.until, a.incident FROM alert_ties t JOIN alerts a ON a.id = t.alert WHERE t.kind = $1 AND t.name = $2 AND " + where + " LIMIT 1",
        r => new Neighbour(r.GetInt64(0), r.GetInt64(1), r.GetString(2)), tie.Kind, tie.Name, time, alert) is [var one] ? one : null;

    private sealed record Neighbour(long Time, long Until, string Incident);
}
