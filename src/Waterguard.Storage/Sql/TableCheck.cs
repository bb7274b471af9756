using System.Text.Json;
using Waterguard.Alerting.Grouping;
using Waterguard.Storage.Checks;

namespace Waterguard.Storage.Sql;

/// <summary>Checks the tables of a store against each other.</summary>
internal static class TableCheck
{
    private const string Part = "store";
    private const int Together = 500;

    // What names something that is not there, and what it is called.
    private static readonly (string Query, string What)[] s_dangling =
    [
        ("SELECT a.id FROM alerts a LEFT JOIN incidents i ON i.id = a.incident WHERE a.incident IS NOT NULL AND i.id IS NULL", "names an incident that is not there"),
        ("SELECT DISTINCT e.alert FROM alert_entities e LEFT JOIN alerts a ON a.id = e.alert WHERE a.id IS NULL", "is not there, but its entities are"),
        ("SELECT DISTINCT t.alert FROM alert_ties t LEFT JOIN alerts a ON a.id = t.alert WHERE a.id IS NULL", "is not there, but its ties are"),
    ];

    public static void Run(Session session, CheckReport report, CancellationToken cancel)
    {
        foreach (var problem in session.Dialect.Integrity(session)) report.Add(Part, session.Dialect.Place, problem);
        var alerts = 0L;
        var last = new AlertCursor(DateTimeOffset.MinValue, "");
        while (AlertTable.Page(session, last, Together) is { Count: > 0 } page)
        {
            cancel.ThrowIfCancellationRequested();
            foreach (var alert in page.Where(a => Problem(a) is not null)) report.Add(Part, "alert " + alert.Id, Problem(alert)!);
            alerts += page.Count;
            last = new AlertCursor(page[^1].Time, page[^1].Id);
        }

        foreach (var (query, what) in s_dangling)
        {
            foreach (var id in session.All(query + " LIMIT 200", r => r.GetString(0))) report.Add(Part, "alert " + id, what);
        }

        foreach (var id in session.All("SELECT i.id FROM incidents i WHERE i.alerts <> (SELECT count(*) FROM alerts a WHERE a.incident = i.id) LIMIT 200", r => r.GetString(0))) report.Add(Part, "incident " + id, "counts other alerts than it has");
        var audit = AuditTable.Check(session);
        if (audit.BrokenAt is { } at) report.Add(Part, $"audit entry {at}", audit.What!);
        report.Count("alerts", alerts);
        report.Count("incidents", session.First<long>("SELECT count(*) FROM incidents"));
        report.Count("documents", session.First<long>("SELECT count(*) FROM documents"));
        report.Count("audit entries", audit.Entries);
    }

    private static string? Problem(StoredAlert alert)
    {
        try
        {
            using var document = JsonDocument.Parse(alert.Json, new JsonDocumentOptions { MaxDepth = 2048 });
            if (document.RootElement.ValueKind != JsonValueKind.Object || !document.RootElement.TryGetProperty("id", out var id) || !id.ValueEquals(alert.Id)) return "its JSON says another id";
            var isApart = TiedAlert.Read(alert.Id, alert.Time, alert.Json).IsApart;
            return isApart == (alert.Incident is null) ? null : isApart ? "belongs to an incident, though it is suppressed or was taken back" : "belongs to no incident";
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or KeyNotFoundException)
        {
            return $"its JSON cannot be read: {e.Message}";
        }
    }
}
