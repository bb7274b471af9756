using System.Text;
using System.Text.Json.Nodes;
using Waterguard.Api.Access;
using Waterguard.Api.Routing;
using Waterguard.Storage;

namespace Waterguard.Api.Live;

/// <summary>What people make, as JSON documents in the store: each change with its entry in the audit log, or not at all. Says in the words of HTTP why something cannot be done.</summary>
internal sealed class DocumentShelf(IDocuments documents, TimeProvider time)
{
    private const int LongestId = 400;

    /// <summary>A document; null: there is none.</summary>
    public (JsonObject Json, long Revision)? Find(string kind, string id) =>
        IsId(id) && documents.Find(kind, id) is { } found ? (Parse(found.Json), found.Revision) : null;

    /// <summary>Documents of a kind by id, from behind one.</summary>
    public IReadOnlyList<(string Id, JsonObject Json, long Revision)> List(string kind, string? after, int most) => [.. documents.List(kind, after, most).Select(d => (d.Id, Parse(d.Json), d.Revision))];

    /// <summary>All documents of a kind; meant for kinds of which people make few.</summary>
    public IEnumerable<(string Id, JsonObject Json, long Revision)> All(string kind)
    {
        string? after = null;
        while (List(kind, after, 200) is { Count: > 0 } some)
        {
            foreach (var one in some) yield return one;
            after = some[^1].Id;
        }
    }

    /// <summary>Makes or changes one.</summary>
    /// <param name="expected">The revision that was seen; 0: there is none yet; null: whichever.</param>
    /// <returns>The new revision.</returns>
    public long Put(string kind, string id, JsonObject json, long? expected, Caller by, string action, JsonObject detail, string? subject = null)
    {
        var outcome = documents.Put(kind, id, Encoding.UTF8.GetBytes(json.ToJsonString()), expected, Entry(by, action, subject ?? id, detail));
        if (outcome.Done) return outcome.Revision;
        throw expected == 0 ? new RefusedException(409, "Conflict", "There is one of that name already.") : Stale(outcome.Revision);
    }

    /// <summary>Removes one.</summary>
    public void Remove(string kind, string id, long? expected, Caller by, string action, JsonObject detail, string? subject = null)
    {
        var outcome = documents.Remove(kind, id, expected, Entry(by, action, subject ?? id, detail));
        if (!outcome.Done && outcome.Revision > 0) throw Stale(outcome.Revision);
    }

    /// <summary>Notes what changed no document.</summary>
    public void Note(Caller by, string action, string subject, JsonObject detail) => documents.Note(Entry(by, action, subject, detail));

    public IReadOnlyList<AuditRecord> Audit(long before, int most) => documents.Audit(before, most);

    public AuditCheck CheckAudit() => documents.CheckAudit();

    private static RefusedException Stale(long revision) => revision == 0 ? RefusedException.Missing("It is not there any more.") : new RefusedException(412, "Precondition failed", "It was changed meanwhile: read it again.");

    private static bool IsId(string id) => id.Length is > 0 and <= LongestId && !id.Any(char.IsControl);

    private static JsonObject Parse(byte[] json) => JsonNode.Parse(json)!.AsObject();

    private AuditEntry Entry(Caller by, string action, string subject, JsonObject detail) =>
        new(time.GetUtcNow(), by.Name, by.Role is { } role ? role.Name() : "", action, subject, detail.Count == 0 ? default : Encoding.UTF8.GetBytes(detail.ToJsonString()), by.Address);
}
