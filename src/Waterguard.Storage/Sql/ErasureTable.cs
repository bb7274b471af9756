using System.Text;
using Waterguard.Storage.Erasing;

namespace Waterguard.Storage.Sql;

/// <summary>Takes a name out of the tables of the store.</summary>
internal static class ErasureTable
{
    private const int Together = 500;

    // What alerts and incidents do not need: who signs in, and what they sign in with.
    private const string OfPeople = "kind NOT IN ('session')";

    public static (long Alerts, long Incidents) Erase(Session session, NameErasure erasure, CancellationToken cancel)
    {
        var changed = new List<StoredAlert>();
        AlertCursor last = new(DateTimeOffset.MinValue, "");
        while (AlertTable.Page(session, last, Together) is { Count: > 0 } page)
        {
            cancel.ThrowIfCancellationRequested();
            foreach (var alert in page)
            {
                if (erasure.Erase(alert.Json) is { } json) changed.Add(alert with { Json = json });
            }

            last = new AlertCursor(page[^1].Time, page[^1].Id);
        }

        AlertTable.Rewrite(session, changed);
        return (changed.Count, changed.Select(c => c.Incident).OfType<string>().Distinct(StringComparer.Ordinal).LongCount());
    }

    public static (long Documents, long AuditEntries) CountNaming(Session session, string name)
    {
        bool Names(byte[] json) => Encoding.UTF8.GetString(json).Contains(name, StringComparison.OrdinalIgnoreCase);
        return (
            session.All($"SELECT id, json FROM documents WHERE {OfPeople}", r => r.GetString(0).Contains(name, StringComparison.OrdinalIgnoreCase) || Names(r.GetFieldValue<byte[]>(1))).LongCount(n => n),
            session.All("SELECT actor, subject, detail FROM audit", r => (r.GetString(0) + "\n" + r.GetString(1)).Contains(name, StringComparison.OrdinalIgnoreCase) || Names(r.GetFieldValue<byte[]>(2))).LongCount(n => n));
    }
}
