using System.Data.Common;
using Waterguard.Alerting.Output;

namespace Waterguard.Storage.Sql;

/// <summary>Alerts in the tables of the store: the JSON of the contract, and beside it what is looked for by.</summary>
internal static class AlertTable
{
    private const string Columns = "id, time, level, rule, json, incident, suppressed";
    private const int Together = 500;

    /// <summary>Within the transaction that is open.</summary>
    /// <param name="changed">Gets each alert that is new or has become another, before it is written.</param>
    /// <param name="bounded">Told how often an incident was too large to be grouped anew.</param>
    /// <returns>How many are new.</returns>
    public static int Write(Session session, IReadOnlyList<StoredAlert> alerts, Action<StoredAlert> changed, Action<int> bounded)
    {
        var known = session.AllOf($"SELECT {Columns} FROM alerts WHERE id IN ", Read, alerts.Select(a => a.Id).Distinct(StringComparer.Ordinal)).ToDictionary(a => a.Id, StringComparer.Ordinal);
        var written = new Dictionary<string, StoredAlert>(StringComparer.Ordinal);
        var fresh = 0;
        foreach (var alert in alerts)
        {
            var joined = alert;
            if (known.TryGetValue(alert.Id, out var before))
            {
                joined = alert with { Json = AlertJson.Join(before.Json, alert.Json), Time = alert.Time < before.Time ? alert.Time : before.Time, Level = before.Level, Rule = before.Rule, Incident = before.Incident };
                if (joined.Json.AsSpan().SequenceEqual(before.Json)) continue;
            }
            else
            {
                fresh++;
            }

            known[alert.Id] = written[alert.Id] = joined;
            changed(joined);
        }

        Put(session, [.. written.Values]);
        OutboxTable.Note(session, IncidentTable.Follow(session, written.Values, bounded));
        return fresh;
    }

    /// <summary>Writes alerts that are there already as they are given: what they are found by, and tied by, follows.</summary>
    public static void Rewrite(Session session, IReadOnlyList<StoredAlert> alerts)
    {
        Put(session, alerts);
        IncidentTable.Follow(session, alerts);
    }

    public static StoredAlert? Find(Session session, string id) => session.All($"SELECT {Columns} FROM alerts WHERE id = $1", Read, id) is [var one] ? one : null;

    public static IReadOnlyList<StoredAlert> All(Session session, int most) => session.All($"SELECT {Columns} FROM alerts ORDER BY time, id LIMIT $1", Read, (long)most);

    public static IReadOnlyList<StoredAlert> Find(Session session, AlertQuery query)
    {
        var where = new Conditions(session.Dialect);
        if (query.LowestLevel > 0) where.Add("level >=", (long)query.LowestLevel);
        where.AddAny("rule", [.. query.Rules]);
        if (query.Strategy is { } strategy) where.Add("strategy =", strategy);
        where.AddAny("status", [.. query.Statuses.Select(s => (object)(long)s)]);
        if (query.Suppressed is { } suppressed) where.Add("suppressed =", suppressed ? 1L : 0L);
        if (query.Since is { } since) where.Add("time >=", since.ToUnixTimeMilliseconds());
        if (query.Until is { } until) where.Add("time <", until.ToUnixTimeMilliseconds());
        if (query.Incident is { } incident) where.Add("incident =", incident);
        if (query.Entity is { } entity) where.AddEntity("id IN (SELECT alert FROM alert_entities WHERE kind = {0} AND name = {1})", entity);
        if (query.Text is { Length: > 0 } text) where.AddContains("words", AlertColumns.Folded(text));
        if (query.Before is { } before) where.AddBefore("time", before);
        return session.All($"SELECT {Columns} FROM alerts{where} ORDER BY time DESC, id DESC LIMIT {where.Add(Math.Clamp(query.Most, 0, AlertQuery.Limit))}", Read, where.Values);
    }

    public static IReadOnlyList<TrendPoint> Trend(Session session, DateTimeOffset since, DateTimeOffset until, long bucket) => session.All(
        "SELECT time / $1 * $1, level, count(*), CAST(sum(suppressed) AS BIGINT) FROM alerts WHERE time >= $2 AND time < $3 AND status <> 2 GROUP BY 1, 2 ORDER BY 1, 2",
        r => new TrendPoint(DateTimeOffset.FromUnixTimeMilliseconds(r.GetInt64(0)), (int)r.GetInt64(1), r.GetInt64(2) - r.GetInt64(3), r.GetInt64(3)),
        bucket, since.ToUnixTimeMilliseconds(), until.ToUnixTimeMilliseconds());

    /// <summary>Alerts behind a place, in the order of time and id.</summary>
    public static IReadOnlyList<StoredAlert> Page(Session session, AlertCursor behind, int most) => session.All(
        $"SELECT {Columns} FROM alerts WHERE time > $1 OR (time = $1 AND id > $2) ORDER BY time, id LIMIT $3", Read, behind.Time.ToUnixTimeMilliseconds(), behind.Id, (long)most);

    public static IReadOnlyList<StoredAlert> Of(Session session, string incident, int most) =>
        session.All($"SELECT {Columns} FROM alerts WHERE incident = $1 ORDER BY time, id LIMIT $2", Read, incident, (long)Math.Max(0, most));

    /// <summary>Fills what the first layouts did not have.</summary>
    public static void FillColumns(Session session) => Each(session, alerts =>
    {
        var columns = alerts.Select(a => (a.Id, Columns: AlertColumns.Of(a.Json))).ToArray();
        foreach (var (id, c) in columns) session.Run("UPDATE alerts SET strategy = $2, status = $3, suppressed = $4, words = $5 WHERE id = $1", id, c.Strategy, (long)c.Status, c.IsSuppressed ? 1L : 0L, c.Words);
        PutEntities(session, columns);
    });

    /// <summary>The same, for a column that came later.</summary>
    public static void FillTitles(Session session) => Each(session, alerts =>
    {
        foreach (var alert in alerts) session.Run("UPDATE alerts SET title = $2 WHERE id = $1", alert.Id, AlertColumns.Of(alert.Json).Title);
    });

    private static void Each(Session session, Action<IReadOnlyList<StoredAlert>> act)
    {
        AlertCursor last = new(DateTimeOffset.MinValue, "");
        while (Page(session, last, Together) is { Count: > 0 } alerts)
        {
            act(alerts);
            last = new AlertCursor(alerts[^1].Time, alerts[^1].Id);
        }
    }

    private static void Put(Session session, IReadOnlyList<StoredAlert> alerts)
    {
        if (alerts.Count == 0) return;
        var columns = alerts.Select(a => (Alert: a, Columns: AlertColumns.Of(a.Json))).ToArray();
        session.Many("INSERT INTO alerts(id, time, level, rule, json, strategy, status, suppressed, words, title) VALUES ",
            " ON CONFLICT(id) DO UPDATE SET time = excluded.time, json = excluded.json, strategy = excluded.strategy, status = excluded.status, suppressed = excluded.suppressed, words = excluded.words, title = excluded.title, noted = 0",
            [.. columns.Select(c => new object?[]
            {
                c.Alert.Id, c.Alert.Time.ToUnixTimeMilliseconds(), (long)c.Alert.Level, c.Alert.Rule, c.Alert.Json, c.Columns.Strategy, (long)c.Columns.Status, c.Columns.IsSuppressed ? 1L : 0L, c.Columns.Words, c.Columns.Title,
            })]);
        session.Many("DELETE FROM alert_entities WHERE (alert) IN (", ")", [.. alerts.Select(a => new object?[] { a.Id })]);
        PutEntities(session, [.. columns.Select(c => (c.Alert.Id, c.Columns))]);
    }

    private static void PutEntities(Session session, IEnumerable<(string Id, AlertColumns Columns)> alerts) => session.Many(
        "INSERT INTO alert_entities VALUES ", "", [.. alerts.SelectMany(a => a.Columns.Entities.Select(e => (e.Kind, Name: AlertColumns.Key(e.Name), a.Id))).Distinct().Select(e => new object?[] { e.Kind, e.Name, e.Id })]);

    private static StoredAlert Read(DbDataReader row) =>
        new(row.GetString(0), DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(1)), (int)row.GetInt64(2), row.GetString(3), row.GetFieldValue<byte[]>(4))
        {
            Incident = row.IsDBNull(5) ? null : row.GetString(5), IsTold = row.GetInt64(6) == 0,
        };
}
