using System.Data.Common;
using System.Text.Json;

namespace Waterguard.Storage.Sql;

/// <summary>Documents in the tables of the store.</summary>
internal static class DocumentTable
{
    /// <summary>The kind of what people do about incidents: it goes by the incident's id.</summary>
    public const string OfIncidents = "incident";

    private const int MostKind = 64;
    private const int MostId = 400;
    private const string Columns = "kind, id, revision, changed, json";

    public static StoredDocument? Find(Session session, string kind, string id) => session.All($"SELECT {Columns} FROM documents WHERE kind = $1 AND id = $2", Read, kind, id) is [var one] ? one : null;

    public static IReadOnlyList<StoredDocument> List(Session session, string kind, string? after, int most) =>
        session.All($"SELECT {Columns} FROM documents WHERE kind = $1 AND id > $2 ORDER BY id LIMIT $3", Read, kind, after ?? "", (long)Math.Max(0, most));

    public static PutOutcome Put(Session session, string kind, string id, ReadOnlyMemory<byte> json, long? expected, AuditEntry entry)
    {
        var standing = RevisionOf(session, kind, id);
        if (expected is { } revision && revision != standing) return new PutOutcome(false, standing);
        var now = AuditTable.Append(session, entry);
        session.Run("INSERT INTO documents VALUES($1, $2, $3, $4, $5) ON CONFLICT(kind, id) DO UPDATE SET revision = excluded.revision, changed = excluded.changed, json = excluded.json",
            kind, id, now, entry.Time.ToUnixTimeMilliseconds(), json.ToArray());
        return new PutOutcome(true, now);
    }

    public static PutOutcome Remove(Session session, string kind, string id, long? expected, AuditEntry entry)
    {
        var standing = RevisionOf(session, kind, id);
        if (standing == 0 || (expected is { } revision && revision != standing)) return new PutOutcome(false, standing);
        var now = AuditTable.Append(session, entry);
        session.Run("DELETE FROM documents WHERE kind = $1 AND id = $2", kind, id);
        return new PutOutcome(true, now);
    }

    /// <exception cref="ArgumentException">A document cannot be kept like this.</exception>
    public static void Check(string kind, string id)
    {
        if (kind.Length is 0 or > MostKind) throw new ArgumentException($"the kind of a document has 1 to {MostKind} characters, not {kind.Length}", nameof(kind));
        if (id.Length is 0 or > MostId) throw new ArgumentException($"the id of a document has 1 to {MostId} characters, not {id.Length}", nameof(id));
        if (Session.Text(kind) != kind || Session.Text(id) != id) throw new ArgumentException("the kind and the id of a document are sound text without NUL", nameof(id));
    }

    /// <exception cref="ArgumentException">It is no JSON.</exception>
    public static void CheckJson(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
        }
        catch (JsonException e)
        {
            throw new ArgumentException($"no JSON: {e.Message}", nameof(json), e);
        }
    }

    private static long RevisionOf(Session session, string kind, string id) => session.First<long>("SELECT revision FROM documents WHERE kind = $1 AND id = $2", kind, id);

    private static StoredDocument Read(DbDataReader row) =>
        new(row.GetString(0), row.GetString(1), row.GetInt64(2), DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(3)), row.GetFieldValue<byte[]>(4));
}
