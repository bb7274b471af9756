using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Waterguard.Platforms.Kubernetes;
using Waterguard.Platforms.Outbound;

namespace Waterguard.Tests.Response.Kubernetes;

/// <summary>An API server of Kubernetes on a port of this machine, as far as clients can tell: objects with uid, generation and resourceVersion, preconditions, dry runs that keep nothing, pages, Status errors, logs, and controllers
/// that follow what is wanted.</summary>
internal sealed class ApiServer : IAsyncDisposable
{
    public const string Token = "good-token";
    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, JsonObject> _objects = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _logs = new(StringComparer.Ordinal);
    private readonly HashSet<string> _forbidden = new(StringComparer.Ordinal);
    private WebApplication _app = null!;
    private int _version = 1000;
    private int _uids;

    public Uri Address { get; private set; } = null!;

    /// <summary>Method, path and query of all requests.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    /// <summary>Called before a change is kept: somebody else may be quicker.</summary>
    public Action<string> Before { get; set; } = _ => { };

    /// <summary>Whether controllers are at work.</summary>
    public bool HasControllers { get; set; } = true;

    /// <summary>What admission says of an object that is to be made, with everything that there is; null: it passes.</summary>
    public Func<IReadOnlyCollection<JsonObject>, JsonObject, string?> Admission { get; set; } = (_, _) => null;

    /// <summary>Where its audit log goes; null: nowhere.</summary>
    public Func<JsonObject, Task>? Audit { get; set; }

    public static async Task<ApiServer> StartAsync()
    {
        var server = new ApiServer();
        server._app = await LoopbackServer.StartAsync(app => app.Run(server.AnswerAsync));
        server.Address = server._app.Address();
        return server;
    }

    public KubernetesApi Client(string token = Token) => new(new KubernetesCluster(Address, null, new GivenToken(() => (token, null)), null, null), TimeProvider.System);

    /// <summary>Puts an object there, as YAML's flow style or JSON writes it.</summary>
    /// <returns>Its uid.</returns>
    public string Put(string path, string json)
    {
        lock (_lock) return Keep(path, JsonNode.Parse(json)!.AsObject());
    }

    /// <summary>An object as it is; null: there is none.</summary>
    public JsonObject? Look(string path)
    {
        lock (_lock) return _objects.GetValueOrDefault(path)?.DeepClone().AsObject();
    }

    /// <summary>Takes an object away, whoever wants it.</summary>
    public void Remove(string path)
    {
        lock (_lock) _objects.Remove(path);
    }

    /// <summary>Changes an object past the client.</summary>
    public void Touch(string path, Action<JsonObject> change)
    {
        lock (_lock)
        {
            change(_objects[path]);
            Stamp(_objects[path]);
        }
    }

    public void Log(string pod, string container, string text, bool previous = false) => _logs[$"{pod}/{container}/{previous}"] = text;

    /// <summary>From now on such requests are forbidden: <c>patch pods</c>.</summary>
    public void Forbid(string verbAndResource) => _forbidden.Add(verbAndResource);

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        var request = context.Request;
        Requests.Enqueue($"{request.Method} {request.Path}{request.QueryString}");
        using var reader = new StreamReader(request.Body);
        var body = await reader.ReadToEndAsync();
        var (status, text) = request.Headers.Authorization.ToString() == "Bearer " + Token ? Answer(request, body) : Refuse(401, "Unauthorized", "Unauthorized");
        if (Audit is { } audit) await audit(AuditRecord.Of(request, status, text));
        context.Response.StatusCode = status;
        context.Response.ContentType = text.StartsWith('{') ? "application/json" : "text/plain";
        await context.Response.WriteAsync(text);
    }

    private (int Status, string Text) Answer(HttpRequest request, string body)
    {
        var path = request.Path.Value!.TrimStart('/');
        if (path == "version") return (200, """{"major":"1","minor":"31"}""");
        var (collection, name, sub) = ApiPath.Split(path);
        var resource = collection.Split('/')[^1];
        var verb = request.Method switch { "GET" => name is null ? "list" : "get", "POST" => "create", "PATCH" => "patch", _ => "delete" };
        if (_forbidden.Contains($"{verb} {resource}")) return Refuse(403, "Forbidden", $"{resource} \"{name}\" is forbidden: User \"waterguard\" cannot {verb} resource \"{resource}\" in API group \"\"");
        if (sub == "log") return _logs.TryGetValue($"{name}/{request.Query["container"]}/{request.Query["previous"] == "true"}", out var log) ? (200, log) : Refuse(400, "BadRequest", $"previous terminated container \"{request.Query["container"]}\" in pod \"{name}\" not found");
        var json = body.Length > 0 ? JsonNode.Parse(body)!.AsObject() : [];
        var isDry = request.Query["dryRun"] == "All" || json["dryRun"] is JsonArray;
        if (verb is "create" or "patch" && request.Query["fieldManager"] != "waterguard") return Refuse(400, "BadRequest", "fieldManager is missing");
        lock (_lock)
        {
            if (!isDry && request.Method != "GET") Before($"{verb} {resource}");
            return verb switch
            {
                "list" => ApiPath.List(_objects, collection, request),
                "get" => _objects.TryGetValue(path, out var found) ? (200, found.ToJsonString()) : Missing(resource, name!),
                "create" => Create(collection, resource, json, isDry),
                "patch" => Patch(path, resource, name!, request.ContentType!, json, isDry),
                _ => Delete(path, resource, name!, json, isDry),
            };
        }
    }

    private (int, string) Create(string collection, string resource, JsonObject json, bool isDry)
    {
        var name = json["metadata"]?["name"]?.ToString() ?? "";
        if (_objects.ContainsKey($"{collection}/{name}")) return Refuse(409, "AlreadyExists", $"{resource} \"{name}\" already exists");
        if (name.Length is 0 or > 253) return Refuse(422, "Invalid", $"{resource} \"{name}\" is invalid: metadata.name: Invalid value: \"{name}\"");
        if (Admission(_objects.Values, json) is { } denied) return Refuse(422, "Invalid", $"{resource} \"{name}\" is forbidden: {denied}");
        if (!isDry) Keep($"{collection}/{name}", json);
        return (201, json.ToJsonString());
    }

    private (int, string) Patch(string path, string resource, string name, string type, JsonObject patch, bool isDry)
    {
        // A server-side apply makes what is not there.
        if (type == "application/apply-patch+yaml" && !_objects.ContainsKey(path)) return Create(ApiPath.Split(path).Collection, resource, patch, isDry);
        if (!_objects.TryGetValue(path, out var now)) return Missing(resource, name);
        if (type is not ("application/merge-patch+json" or "application/apply-patch+yaml")) return Refuse(415, "UnsupportedMediaType", $"the body of the request was in an unknown format - accepted media types include: application/merge-patch+json ({type})");
        if (patch["metadata"]?["resourceVersion"]?.ToString() is { } wanted && wanted != now["metadata"]!["resourceVersion"]!.ToString())
            return Refuse(409, "Conflict", $"Operation cannot be fulfilled on {resource} \"{name}\": the object has been modified; please apply your changes to the latest version and try again");
        var after = now.DeepClone().AsObject();
        ApiPath.Merge(after, patch);
        foreach (var (key, value) in (after["metadata"]?["labels"] as JsonObject)?.ToArray() ?? [])
        {
            if (value!.ToString().Length > 63) return Refuse(422, "Invalid", $"{resource} \"{name}\" is invalid: metadata.labels: Invalid value: \"{key}\": must be no more than 63 characters");
        }

        if (isDry) return (200, after.ToJsonString());
        if (now["spec"]?.ToJsonString() != after["spec"]?.ToJsonString()) after["metadata"]!["generation"] = (now["metadata"]!["generation"]?.GetValue<int>() ?? 1) + 1;
        _objects[path] = Stamp(after);
        if (HasControllers) Follow(after);
        return (200, after.ToJsonString());
    }

    private (int, string) Delete(string path, string resource, string name, JsonObject options, bool isDry)
    {
        if (!_objects.TryGetValue(path, out var now)) return Missing(resource, name);
        var uid = now["metadata"]!["uid"]!.ToString();
        if (options["preconditions"]?["uid"]?.ToString() is { } wanted && wanted != uid) return Refuse(409, "Conflict", $"Operation cannot be fulfilled on {resource} \"{name}\": Precondition failed: UID in precondition: {wanted}, UID in object meta: {uid}");
        if (isDry) return (200, now.ToJsonString());
        if (now["metadata"]!["finalizers"] is null) _objects.Remove(path);
        else now["metadata"]!["deletionTimestamp"] = "2026-11-02T08:00:00Z";
        return (200, """{"kind":"Status","apiVersion":"v1","status":"Success"}""");
    }

    // What a controller does when it sees what is wanted.
    private static void Follow(JsonObject workload)
    {
        if (workload["spec"]?["replicas"] is { } replicas) workload["status"] = new JsonObject { ["replicas"] = replicas.DeepClone(), ["observedGeneration"] = workload["metadata"]!["generation"]?.DeepClone() };
        if (workload["spec"]?["suspend"]?.GetValue<bool>() == true) workload["status"] = new JsonObject { ["active"] = 0 };
    }

    private string Keep(string path, JsonObject json)
    {
        var metadata = json["metadata"]!.AsObject();
        metadata["uid"] ??= string.Create(CultureInfo.InvariantCulture, $"0b1f2c3d-0000-4000-8000-{++_uids:x12}");
        if (ApiPath.Split(path).Collection.Split('/') is [.., "namespaces", var space, _]) metadata["namespace"] = space;
        _objects[path] = Stamp(json);
        return metadata["uid"]!.ToString();
    }

    private JsonObject Stamp(JsonObject json)
    {
        json["metadata"]!["resourceVersion"] = (++_version).ToString(CultureInfo.InvariantCulture);
        return json;
    }

    private static (int, string) Missing(string resource, string name) => Refuse(404, "NotFound", $"{resource} \"{name}\" not found");

    private static (int, string) Refuse(int code, string reason, string message) =>
        (code, new JsonObject { ["kind"] = "Status", ["apiVersion"] = "v1", ["metadata"] = new JsonObject(), ["status"] = "Failure", ["message"] = message, ["reason"] = reason, ["code"] = code }.ToJsonString());
}
