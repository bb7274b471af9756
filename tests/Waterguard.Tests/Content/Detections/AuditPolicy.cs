using System.Text.Json.Nodes;

namespace Waterguard.Tests.Content.Detections;

/// <summary>What another audit policy would have made of a record that was logged in full.</summary>
internal static class AuditPolicy
{
    private static readonly string[] Sensitive = ["secrets", "configmaps", "tokenreviews"];

    /// <summary>The record at level Metadata: who, what, where and the outcome; no bodies.</summary>
    public static JsonObject? Metadata(JsonObject record) => AtLevel(record, "Metadata");

    /// <summary>The record under the policy that Google publishes for its own clusters, or null where it is not logged at all.</summary>
    public static JsonObject? Stock(JsonObject record)
    {
        var (resource, subresource, verb) = (Text(record["objectRef"]?["resource"]), Text(record["objectRef"]?["subresource"]), Text(record["verb"]));
        if (resource == "events") return null;
        if (Sensitive.Contains(resource) || subresource == "token") return AtLevel(record, "Metadata");
        return AtLevel(record, verb is "get" or "list" or "watch" ? "Request" : "RequestResponse");
    }

    /// <summary>The record of the same request when it had only arrived: no answer and no annotations yet.</summary>
    public static JsonObject Arrived(JsonObject record)
    {
        var copy = (JsonObject)record.DeepClone();
        copy["stage"] = "RequestReceived";
        foreach (var key in new[] { "responseStatus", "responseObject", "requestObject", "annotations" }) copy.Remove(key);
        return copy;
    }

    /// <summary>The record as if the API server had refused the request.</summary>
    public static JsonObject Refused(JsonObject record)
    {
        var copy = (JsonObject)record.DeepClone();
        copy["responseStatus"] = new JsonObject { ["code"] = 403, ["status"] = "Failure" };
        copy.Remove("responseObject");
        return copy;
    }

    private static JsonObject AtLevel(JsonObject record, string level)
    {
        var copy = (JsonObject)record.DeepClone();
        copy["level"] = level;
        if (level == "Metadata") copy.Remove("requestObject");
        if (level != "RequestResponse") copy.Remove("responseObject");
        if (level == "Metadata" && copy["annotations"] is JsonObject annotations)
        {
            foreach (var key in annotations.Select(a => a.Key).Where(k => k.StartsWith("patch.", StringComparison.Ordinal)).ToArray()) annotations.Remove(key);
        }

        return copy;
    }

    private static string? Text(JsonNode? node) => node?.GetValue<string>();
}
