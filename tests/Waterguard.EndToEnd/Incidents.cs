using System.Text.Json.Nodes;

namespace Waterguard.EndToEnd;

/// <summary>Incidents of the lab, as the API tells them.</summary>
internal static class Incidents
{
    /// <summary>The incident with the greatest risk.</summary>
    public static async Task<string> WorstAsync(HttpClient client) =>
        JsonNode.Parse(await client.GetStringAsync("incidents?limit=100"))!["items"]!.AsArray().MaxBy(i => (i!["risk"]!.GetValue<long>(), i["count"]!.GetValue<long>()))!["id"]!.GetValue<string>();

    /// <summary>The incident of an entity.</summary>
    public static async Task<string> OfAsync(HttpClient client, string entity) =>
        JsonNode.Parse(await client.GetStringAsync("incidents?entity=" + Uri.EscapeDataString(entity)))!["items"]!.AsArray()[0]!["id"]!.GetValue<string>();

    /// <summary>One of them.</summary>
    public static async Task<JsonNode> GetAsync(HttpClient client, string id) => JsonNode.Parse(await client.GetStringAsync("incidents/" + id))!;
}
