namespace Waterguard.Storage.Sql;

/// <summary>Since when incidents wait for somebody to take them up.</summary>
internal static class WaitingTable
{
    public static IReadOnlyDictionary<string, DateTimeOffset> All(Session session) =>
        session.All("SELECT incident, since FROM incident_waiting", r => KeyValuePair.Create(r.GetString(0), DateTimeOffset.FromUnixTimeMilliseconds(r.GetInt64(1)))).ToDictionary(StringComparer.Ordinal);

    public static bool Keep(Session session, IReadOnlyCollection<KeyValuePair<string, DateTimeOffset>> begun, IReadOnlyCollection<string> over)
    {
        session.Many("INSERT INTO incident_waiting VALUES ", " ON CONFLICT(incident) DO NOTHING", [.. begun.Select(b => new object?[] { b.Key, b.Value.ToUnixTimeMilliseconds() })]);
        session.Many("DELETE FROM incident_waiting WHERE (incident) IN (", ")", [.. over.Select(o => new object?[] { o })]);
        return true;
    }
}
