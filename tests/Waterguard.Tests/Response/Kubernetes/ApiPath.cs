using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Waterguard.Tests.Response.Kubernetes;

/// <summary>What an API server does with paths, selectors and merge patches.</summary>
internal static class ApiPath
{
    /// <summary>Where a kind lives, the object's name, and what of it.</summary>
    public static (string Collection, string? Name, string? Sub) Split(string path)
    {
        var parts = path.Split('/');
        var kind = parts[0] == "api" ? 2 : 3;
        if (parts.Length > kind + 1 && parts[kind] == "namespaces" && parts.Length > kind + 2) kind += 2;
        return (string.Join('/', parts[..(kind + 1)]), parts.Length > kind + 1 ? parts[kind + 1] : null, parts.Length > kind + 2 ? parts[kind + 2] : null);
    }

    /// <summary>A page of a list: of one namespace or of all, by a field, and of Secrets with their data unless only metadata is asked for.</summary>
    public static (int, string) List(SortedDictionary<string, JsonObject> objects, string collection, HttpRequest request)
    {
        var parts = collection.Split('/');
        var (root, resource) = (string.Join('/', parts[..(parts[0] == "api" ? 2 : 3)]), parts[^1]);
        var field = request.Query["fieldSelector"].ToString().Split('=', 2);
        var all = objects.Where(o => Split(o.Key) is var (of, name, _) && name is not null && (of == collection || (!collection.Contains("/namespaces/", StringComparison.Ordinal) && of.StartsWith(root + "/", StringComparison.Ordinal) && of.EndsWith("/" + resource, StringComparison.Ordinal))))
            .Select(o => o.Value).Where(o => field.Length < 2 || Field(o, field[0]) == field[1]).ToArray();
        var from = request.Query["continue"].ToString() is { Length: > 0 } told ? int.Parse(told, CultureInfo.InvariantCulture) : 0;
        var limit = Math.Min(3, int.Parse(request.Query["limit"].ToString(), CultureInfo.InvariantCulture)); // small pages: clients must go on
        var isPartial = request.Headers.Accept.ToString().Contains("PartialObjectMetadataList", StringComparison.Ordinal);
        var items = all.Skip(from).Take(limit).Select(o => isPartial ? new JsonObject { ["metadata"] = o["metadata"]!.DeepClone() } : o.DeepClone()).ToArray();
        var metadata = new JsonObject { ["resourceVersion"] = "1" };
        if (from + limit < all.Length) metadata["continue"] = (from + limit).ToString(CultureInfo.InvariantCulture);
        return (200, new JsonObject { ["kind"] = "List", ["metadata"] = metadata, ["items"] = new JsonArray(items) }.ToJsonString());
    }

    /// <summary>RFC 7386: null takes away, objects are merged, all else replaces.</summary>
    public static void Merge(JsonObject into, JsonObject patch)
    {
        foreach (var (name, value) in patch)
        {
            if (value is null) into.Remove(name);
            else if (value is not JsonObject inner) into[name] = value.DeepClone();
            else
            {
                if (into[name] is not JsonObject there) into[name] = there = [];
                Merge(there, inner);
            }
        }
    }

    private static string Field(JsonObject of, string path)
    {
        JsonNode? at = of;
        foreach (var name in path.Split('.')) at = at?[name];
        return at?.ToString() ?? "";
    }
}
