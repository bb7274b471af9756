using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Waterguard.Posture;

/// <summary>The alert or incident that postures are proposed for. Immutable.</summary>
/// <param name="Rules">Ids of the rules of its alerts.</param>
/// <param name="Strategy">Null: its rules are of none.</param>
internal sealed record PostureSubject(string Id, ImmutableArray<string> Rules, string? Strategy, DateTimeOffset Time, ImmutableSortedDictionary<string, ImmutableArray<string>> Entities, ImmutableArray<SeenEvent> Events, string Json)
{
    /// <summary>Reads one, as the contract writes alerts and incidents; an incident may hold whole alerts in the place of their ids.</summary>
    /// <param name="alert">Finds an alert by its id; null: there is none.</param>
    /// <exception cref="JsonException">It is neither.</exception>
    public static PostureSubject Read(string json, Func<string, JsonObject?>? alert = null)
    {
        try
        {
            if (JsonNode.Parse(json, documentOptions: new JsonDocumentOptions { MaxDepth = 1024 }) is not JsonObject root || root["id"] is not JsonValue id || root["entities"] is not JsonObject entities) throw new JsonException("this is neither an alert nor an incident");
            JsonObject[] alerts = [root, .. (root["alerts"] as JsonArray ?? []).Select(a => a as JsonObject ?? (a is JsonValue named ? alert?.Invoke(named.ToString()) : null)).OfType<JsonObject>()];
            var strategy = alerts.Select(a => a["strategy"]?.ToString()).FirstOrDefault(s => s is not null) ?? (root["strategies"] as JsonArray)?.FirstOrDefault()?.ToString();
            var time = DateTimeOffset.TryParse((root["time"] ?? root["start"])?.ToString(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? at : throw new JsonException("it says no time");
            return new PostureSubject(
                id.ToString(), [.. alerts.Select(a => (a["rule"] as JsonObject)?["id"]?.ToString()).OfType<string>().Distinct(StringComparer.Ordinal)], strategy, time,
                entities.Where(e => e.Value is JsonArray).ToImmutableSortedDictionary(e => e.Key, e => e.Value!.AsArray().Select(v => v?.ToString() ?? "").ToImmutableArray(), StringComparer.Ordinal),
                [.. alerts.SelectMany(SeenEvent.OfAlert)], json);
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException)
        {
            throw new JsonException("this is neither an alert nor an incident: " + e.Message, e);
        }
    }

    /// <summary>The one name of a kind; null: there is none, or several.</summary>
    public string? Only(string kind) => Entities.TryGetValue(kind, out var names) && names is [var one] && one.Length > 0 ? one : null;
}
