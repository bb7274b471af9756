using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Waterguard.Tests.Response.Kubernetes;

/// <summary>What an API server of version 1.36 writes of a request to its audit log, at the level <c>Metadata</c>, and sends to a webhook.</summary>
internal static class AuditRecord
{
    /// <summary>The list with the record, as a batch of the webhook is.</summary>
    public static JsonObject Of(HttpRequest request, int status, string answer)
    {
        var path = request.Path.Value!.TrimStart('/');
        var (collection, name, _) = ApiPath.Split(path);
        var parts = collection.Split('/');
        var now = TimeProvider.System.GetUtcNow().ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", CultureInfo.InvariantCulture);
        var reference = new JsonObject { ["resource"] = parts[^1], ["name"] = name, ["apiVersion"] = "v1" };
        if (parts is [.., "namespaces", var space, _]) reference["namespace"] = space;
        var response = new JsonObject { ["metadata"] = new JsonObject(), ["code"] = status };
        if (status >= 400 && JsonNode.Parse(answer) is JsonObject told) (response["status"], response["message"], response["reason"]) = ("Failure", told["message"]!.DeepClone(), told["reason"]!.DeepClone());
        var record = new JsonObject
        {
            ["level"] = "Metadata", ["auditID"] = Guid.NewGuid().ToString(), ["stage"] = "ResponseComplete", ["requestURI"] = "/" + path, ["verb"] = request.Method == "GET" ? name is null ? "list" : "get" : request.Method.ToLowerInvariant(),
            ["user"] = new JsonObject { ["username"] = "system:serviceaccount:waterguard:waterguard", ["uid"] = "5e7a3e7e-2f38-4f43-9a3d-1d1a5e0c1f00", ["groups"] = new JsonArray("system:serviceaccounts", "system:serviceaccounts:waterguard", "system:authenticated") },
            ["sourceIPs"] = new JsonArray("10.8.4.30"), ["userAgent"] = request.Headers.UserAgent.ToString(), ["objectRef"] = reference, ["responseStatus"] = response, ["requestReceivedTimestamp"] = now, ["stageTimestamp"] = now,
            ["annotations"] = new JsonObject { ["authorization.k8s.io/decision"] = status == 403 ? "forbid" : "allow", ["authorization.k8s.io/reason"] = "" },
        };
        return new JsonObject { ["kind"] = "EventList", ["apiVersion"] = "audit.k8s.io/v1", ["metadata"] = new JsonObject(), ["items"] = new JsonArray(record) };
    }
}
