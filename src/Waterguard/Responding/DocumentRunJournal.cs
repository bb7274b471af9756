using System.Text.Json;
using System.Text.Json.Serialization;
using Waterguard.Response.Playbooks;
using Waterguard.Storage;

namespace Waterguard.Responding;

/// <summary>Runs of playbooks as documents of the store: each change is committed with its entry in the audit. Thread-safe.</summary>
/// <param name="told">Gets each change after it was written; null: nobody does.</param>
internal sealed class DocumentRunJournal(IDocuments documents, Action<ResponseRun, RunEntry>? told = null) : IRunJournal
{
    /// <summary>The kind of the documents.</summary>
    public const string Kind = "response-run";

    private const int Page = 500;

    /// <summary>How runs are written.</summary>
    public static JsonSerializerOptions Options { get; } = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) } };

    public ResponseRun? Find(string id) => id.Length is > 0 and < 200 && documents.Find(Kind, id) is { } document ? Read(document) : null;

    public IReadOnlyList<ResponseRun> Runs()
    {
        var all = new List<ResponseRun>();
        for (string? after = null; ;)
        {
            var page = documents.List(Kind, after, Page);
            all.AddRange(page.Select(Read));
            if (page.Count < Page) break;
            after = page[^1].Id;
        }

        return [.. all.OrderBy(r => r.Created).ThenBy(r => r.Id, StringComparer.Ordinal)];
    }

    public ResponseRun? Put(ResponseRun run, RunEntry entry)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(run, Options);
        var detail = JsonSerializer.SerializeToUtf8Bytes(new { step = entry.Step, says = entry.Detail, incident = run.Incident });
        var outcome = documents.Put(Kind, run.Id, json, run.Revision, new AuditEntry(entry.At, entry.Actor, "responder", entry.What, run.Id, detail, ""));
        if (!outcome.Done) return null;
        var written = run with { Revision = outcome.Revision };
        told?.Invoke(written, entry);
        return written;
    }

    private static ResponseRun Read(StoredDocument document) =>
        (JsonSerializer.Deserialize<ResponseRun>(document.Json, Options) ?? throw new InvalidDataException($"the run {document.Id} cannot be read")) with { Revision = document.Revision };
}
