using System.Data.Common;

namespace Waterguard.Storage.Sql;

/// <summary>Changes of incidents, and notifications, in the tables of the store.</summary>
internal static class OutboxTable
{
    private const string Columns = "id, incident, channel, state, due, made, json";

    /// <summary>Within the transaction that is open: these incidents changed.</summary>
    public static void Note(Session session, IEnumerable<string> incidents) => session.Many(
        "INSERT INTO incident_changes VALUES ", " ON CONFLICT(incident) DO UPDATE SET number = incident_changes.number + 1", [.. incidents.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Select(i => new object?[] { i, 1L })]);

    public static IReadOnlyList<IncidentChange> Changes(Session session, int most) =>
        session.All("SELECT incident, number FROM incident_changes ORDER BY incident LIMIT $1", r => new IncidentChange(r.GetString(0), r.GetInt64(1)), (long)most);

    public static bool Decide(Session session, IncidentChange change, IReadOnlyList<StoredNotification> made)
    {
        if (session.Run("DELETE FROM incident_changes WHERE incident = $1 AND number = $2", change.Incident, change.Number) == 0) return false;
        Keep(session, made);
        return true;
    }

    public static void Keep(Session session, IReadOnlyList<StoredNotification> notifications) => session.Many(
        $"INSERT INTO notifications({Columns}) VALUES ", " ON CONFLICT(id) DO UPDATE SET state = excluded.state, due = excluded.due, json = excluded.json",
        [.. notifications.Select(n => new object?[] { n.Id, n.Incident, n.Channel, (long)n.State, n.Due.ToUnixTimeMilliseconds(), n.Made.ToUnixTimeMilliseconds(), n.Json })]);

    public static IReadOnlyList<StoredNotification> Due(Session session, DateTimeOffset now, int most) =>
        session.All($"SELECT {Columns} FROM notifications WHERE state = 0 AND due <= $1 ORDER BY due, id LIMIT $2", Read, now.ToUnixTimeMilliseconds(), (long)most);

    public static StoredNotification? Find(Session session, string id) => session.All($"SELECT {Columns} FROM notifications WHERE id = $1", Read, id) is [var one] ? one : null;

    public static IReadOnlyList<StoredNotification> Of(Session session, string incident) => session.All($"SELECT {Columns} FROM notifications WHERE incident = $1 ORDER BY made, id", Read, incident);

    public static IReadOnlyList<StoredNotification> Find(Session session, NotificationState? state, AlertCursor? before, int most)
    {
        var where = new Conditions(session.Dialect);
        if (state is { } wanted) where.Add("state =", (long)wanted);
        if (before is { } behind) where.AddBefore("made", behind);
        return session.All($"SELECT {Columns} FROM notifications{where} ORDER BY made DESC, id DESC LIMIT {where.Add(Math.Clamp(most, 0, AlertQuery.Limit))}", Read, where.Values);
    }

    public static IReadOnlyDictionary<NotificationState, long> Count(Session session) =>
        session.All("SELECT state, count(*) FROM notifications GROUP BY state", r => ((NotificationState)r.GetInt64(0), r.GetInt64(1))).ToDictionary();

    private static StoredNotification Read(DbDataReader row) => new(
        row.GetString(0), row.GetString(1), row.GetString(2), (NotificationState)row.GetInt64(3), DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(4)), DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(5)), row.GetFieldValue<byte[]>(6));
}
