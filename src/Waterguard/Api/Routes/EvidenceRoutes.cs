using System.Security.Cryptography;
using System.Text.Json;
using Waterguard.Api.Access;
using Waterguard.Api.Live;
using Waterguard.Api.Routing;
using Waterguard.Storage;

namespace Waterguard.Api.Routes;

/// <summary>Evidence that a run has kept, for those who may act: it may hold secrets. Who has taken what stands in the audit log before the first byte goes.</summary>
internal sealed class EvidenceRoutes(ApiParts parts, ResponseDesk desk)
{
    public IEnumerable<ApiRoute> Routes =>
    [
        ApiRoute.Get("/responses/{id}/evidence/{name}", Need.Responder, "A file that a step of a run has kept, as the step's 'evidence' calls it, with its SHA-256 as Digest. Audited as evidence.taken.", null, SendAsync),
    ];

    private async Task<Answer> SendAsync(Exchange e)
    {
        var (run, name) = (desk.Get(e.Part("id")), e.Part("name"));
        await using var file = Opened(run.Id, name);
        var hash = await SHA256.HashDataAsync(file, e.Aborted);
        file.Position = 0;
        var detail = JsonSerializer.SerializeToUtf8Bytes(new { incident = run.Incident, file = name, bytes = file.Length, sha256 = Convert.ToHexStringLower(hash) });
        parts.Documents.Note(new AuditEntry(parts.Time.GetUtcNow(), e.Caller.Name, e.Caller.Role!.Value.Name(), "evidence.taken", run.Id, detail, e.Caller.Address));

        var response = e.Context.Response;
        response.ContentType = name.EndsWith(".gz", StringComparison.Ordinal) ? "application/gzip" : "application/octet-stream";
        response.ContentLength = file.Length;
        response.Headers.CacheControl = "no-store";
        response.Headers.ContentDisposition = $"attachment; filename=\"{name}\"";
        response.Headers["Digest"] = "sha-256=" + Convert.ToBase64String(hash);
        response.Headers["Repr-Digest"] = $"sha-256=:{Convert.ToBase64String(hash)}:";
        await file.CopyToAsync(response.Body, e.Aborted);
        return Answer.Written;
    }

    private FileStream Opened(string run, string name)
    {
        try
        {
            return desk.Evidence(run, name) ?? throw RefusedException.Missing("The run has no such file.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RefusedException(409, "Conflict", $"The file cannot be read: {e.Message}");
        }
    }
}
