using System.Data.Common;
using Waterguard.Alerting.Grouping;

namespace Waterguard.Storage.Sql;

/// <summary>Incidents in the tables of the store.</summary>
internal static class IncidentTable
{
    private const string Columns = "id, title, level, risk, status, began, until, alerts, merged_into";
    private const int Together = 500;

    /// <summary>Within the transaction that is open: alerts that are new, or became others, take their places.</summary>
    /// <param name="bounded">Told how often an incident was too large to be grouped anew.</param>
    /// <returns>The incidents that are others now.</returns>
    public static IEnumerable<string> Follow(Session session, IReadOnlyCollection<StoredAlert> alerts, Action<int>? bounded = null)
    {
        var placement = new IncidentPlacement(session);
        foreach (var alert in alerts.OrderBy(a => a.Time).ThenBy(a => a.Id, StringComparer.Ordinal)) placement.Place(TiedAlert.Read(alert.Id, alert.Time, alert.Json));
        if (placement.Bounded > 0) bounded?.Invoke(placement.Bounded);
        foreach (var id in placement.Touched.Order(StringComparer.Ordinal)) Weigh(session, id);
        return placement.Touched.Concat(session.AllOf("SELECT DISTINCT incident FROM alerts WHERE incident IS NOT NULL AND id IN ", r => r.GetString(0), alerts.Select(a => a.Id)));
    }

    /// <summary>Groups what an older layout had not grouped.</summary>
    public static void GroupAll(Session session)
    {
        AlertCursor last = new(DateTimeOffset.MinValue, "");
        while (AlertTable.Page(session, last, Together) is { Count: > 0 } alerts)
        {
            Follow(session, alerts);
            last = new AlertCursor(alerts[^1].Time, alerts[^1].Id);
        }
    }

    public static StoredIncident? Find(Session session, string id) => session.All($"SELECT {Columns} FROM incidents WHERE id = $1", Read, id) is [var one] ? one : null;

    /// <summary>Which strategies and entities the first alerts of an incident name.</summary>
    public static IncidentNames NamesOf(Session session, string id)
    {
        const string first = "(SELECT id, strategy FROM alerts WHERE incident = $1 ORDER BY time, id LIMIT 200)";
        var strategies = session.All($"SELECT DISTINCT strategy FROM {first} f WHERE strategy IS NOT NULL ORDER BY strategy", r => r.GetString(0), id);
        var entities = session.All($"SELECT DISTINCT e.kind, e.name FROM {first} f JOIN alert_entities e ON e.alert = f.id ORDER BY e.kind, e.name LIMIT {IncidentNames.MostEntities + 1}", r => new StoredEntity(r.GetString(0), r.GetString(1)), id);
        return new IncidentNames(strategies, [.. entities.Take(IncidentNames.MostEntities)], entities.Count > IncidentNames.MostEntities);
    }

    public static IReadOnlyList<StoredIncident> Find(Session session, IncidentQuery query)
    {
        var where = new Conditions(session.Dialect);
        where.AddAny("status", [.. query.Statuses.Select(s => (object)(long)s)]);
        if (query.LowestLevel > 0) where.Add("level >=", (long)query.LowestLevel);
        if (query.Since is { } since) where.Add("until >=", since.ToUnixTimeMilliseconds());
        if (query.Until is { } until) where.Add("began <", until.ToUnixTimeMilliseconds());
        if (query.Strategy is { } strategy) where.AddText($"id IN (SELECT incident FROM alerts WHERE strategy = {where.Add(strategy)})");
        if (query.Entity is { } entity) where.AddEntity("id IN (SELECT a.incident FROM alert_entities e JOIN alerts a ON a.id = e.alert WHERE e.kind = {0} AND e.name = {1})", entity);
        if (query.Text is { Length: > 0 } text) where.AddText($"id IN (SELECT incident FROM alerts WHERE {session.Dialect.Contains("words", where.Add(AlertColumns.Folded(text)))})");
        if (query.Before is { } before) where.AddBefore("until", before);
        return session.All($"SELECT {Columns} FROM incidents{where} ORDER BY until DESC, id DESC LIMIT {where.Add(Math.Clamp(query.Most, 0, AlertQuery.Limit))}", Read, where.Values);
    }

    /// <summary>Notes what has come or changed since the last time.</summary>
    public static int Note(Session session, long now) => session.Run("UPDATE alerts SET noted = $1 WHERE noted = 0", now);

    /// <summary>Removes some of what was noted before a time.</summary>
    public static (long Alerts, long Incidents) RemoveOld(Session session, long before)
    {
        // By when they were noted, not by their own times, which whoever sends records can choose.
        var incidents = session.All(
            "SELECT DISTINCT incident FROM alerts a WHERE noted > 0 AND noted < $1 AND incident IS NOT NULL AND NOT EXISTS (SELECT 1 FROM alerts b WHERE b.incident = a.incident AND (b.noted >= $1 OR b.noted = 0)) LIMIT 100",
            r => r.GetString(0), before);
        var alerts = session.All("SELECT id FROM alerts WHERE incident IS NULL AND noted > 0 AND noted < $1 LIMIT 500", r => r.GetString(0), before);
        alerts.AddRange(session.AllOf("SELECT id FROM alerts WHERE incident IN ", r => r.GetString(0), incidents));
        object?[][] ids = [.. alerts.Select(a => new object?[] { a })];
        foreach (var table in new[] { "alert_entities WHERE (alert)", "alert_ties WHERE (alert)", "alerts WHERE (id)" }) session.Many($"DELETE FROM {table} IN (", ")", ids);
        foreach (var table in new[] { "notifications", "incident_changes", "incident_waiting" }) session.Many($"DELETE FROM {table} WHERE (incident) IN (", ")", [.. incidents.Select(i => new object?[] { i })]);
        foreach (var column in new[] { "merged_into", "id" }) session.Many($"DELETE FROM incidents WHERE ({column}) IN (", ")", [.. incidents.Select(i => new object?[] { i })]);
        return (alerts.Count, incidents.Count);
    }

    private static void Weigh(Session session, string id)
    {
        var (count, began, until, worst, rules) = session.All(
            "SELECT count(*), coalesce(min(time), 0), coalesce(max(until), 0), coalesce(max(level), 0), count(DISTINCT CASE WHEN level >= 2 THEN rule END) FROM alerts WHERE incident = $1",
            r => (r.GetInt64(0), r.GetInt64(1), r.GetInt64(2), (int)r.GetInt64(3), (int)r.GetInt64(4)), id)[0];
        if (count == 0)
        {
            session.Run("UPDATE incidents SET alerts = 0, status = CASE WHEN merged_into IS NULL THEN 2 ELSE 1 END WHERE id = $1", id);
            return;
        }

        var title = session.First<string>("SELECT title FROM alerts WHERE incident = $1 AND level = $2 ORDER BY time, id LIMIT 1", id, (long)worst)!;
        var (level, risk, full) = IncidentGrouping.Weigh(worst, title, rules);
        session.Run(
            "UPDATE incidents SET title = $2, level = $3, risk = $4, status = 0, began = $5, until = $6, alerts = $7, merged_into = NULL WHERE id = $1",
            id, full, (long)level, (long)risk, began, until, count);
    }

    private static StoredIncident Read(DbDataReader row) => new(
        row.GetString(0), row.GetString(1), (int)row.GetInt64(2), (int)row.GetInt64(3), (IncidentStatus)row.GetInt64(4), DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(5)),
        DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(6)), row.GetInt64(7), row.IsDBNull(8) ? null : row.GetString(8));
}
