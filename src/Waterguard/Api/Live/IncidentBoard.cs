using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Waterguard.Alerting.Grouping;
using Waterguard.Alerting.Output;
using Waterguard.Api.Routing;
using Waterguard.Sigma;
using Waterguard.Storage;
using Waterguard.Triage;

namespace Waterguard.Api.Live;

/// <summary>Incidents as the store groups them, with what people have done about them.</summary>
internal sealed class IncidentBoard(ApiParts parts, IncidentWork work)
{
    /// <summary>Incidents that are looked through for one question about what people did: their word is not in the store's order.</summary>
    public const int MostLooked = 5000;

    /// <summary>Alerts of which a whole incident is told.</summary>
    public const int MostAlerts = 1000;

    private const int Together = 500;

    /// <summary>Incidents that fulfil a query, with what was done about each, as far as they are looked through.</summary>
    public IEnumerable<(StoredIncident Incident, WorkDone Work)> Find(IncidentQuery query)
    {
        var looked = 0;
        for (var before = query.Before; looked < MostLooked;)
        {
            var some = parts.Incidents.Find(query with { Before = before, Most = Together });
            foreach (var one in some) yield return (one, work.Of(one.Id));
            if (some.Count < Together) yield break;
            looked += some.Count;
            before = new AlertCursor(some[^1].End, some[^1].Id);
        }
    }

    /// <summary>One; refused where there never was one.</summary>
    public StoredIncident Get(string id) => parts.Incidents.FindIncident(id) ?? throw RefusedException.Missing("There is no incident of that id.");

    /// <summary>What a list shows of it, with strategies and entities.</summary>
    public JsonObject Listed(StoredIncident incident, WorkDone done)
    {
        var (summary, names) = (Summary(incident, done), parts.Incidents.NamesOf(incident.Id));
        var entities = new JsonObject();
        foreach (var kind in names.Entities.GroupBy(e => e.Kind, StringComparer.Ordinal)) entities[kind.Key] = new JsonArray([.. kind.Select(e => (JsonNode?)e.Name)]);
        (summary["strategies"], summary["entities"], summary["more_entities"]) = (new JsonArray([.. names.Strategies.Select(s => (JsonNode?)s)]), entities, names.HasMore);
        return summary;
    }

    /// <summary>What is told of it everywhere.</summary>
    private static JsonObject Summary(StoredIncident incident, WorkDone done)
    {
        var summary = new JsonObject
        {
            ["id"] = incident.Id, ["title"] = incident.Title, ["level"] = AlertJson.Name((Level)incident.Level), ["risk"] = incident.Risk, ["start"] = AlertJson.Time(incident.Start), ["end"] = AlertJson.Time(incident.End), ["count"] = incident.Count,
            ["merged_into"] = incident.MergedInto,
        };
        done.AddTo(summary);
        summary.Remove("notes");
        summary.Remove("history");
        summary.Remove("history_left_out");
        return summary;
    }

    /// <summary>All of it, in the contract's form, and what people have done.</summary>
    public (JsonObject Json, Incident? Incident) Whole(StoredIncident stored)
    {
        var reading = new StoredAlertReading(parts.Generation);
        ImmutableArray<Alerting.Alert> alerts = [.. parts.Incidents.AlertsOf(stored.Id, MostAlerts).Select(reading.Read)];
        if (alerts.IsEmpty)
        {
            var gone = Summary(stored, work.Of(stored.Id));
            work.Of(stored.Id).AddTo(gone);
            foreach (var list in new[] { "alerts", "strategies", "timeline", "missing_sources" }) gone[list] = new JsonArray();
            (gone["context"], gone["entities"], gone["status"]) = (new JsonObject(), new JsonObject(), stored.Status == IncidentStatus.Open ? "open" : stored.Status.ToString().ToLowerInvariant());
            return (gone, null);
        }

        var incident = IncidentGrouping.Of(stored.Id, alerts, ImmutableDictionary<string, (DateTimeOffset, DateTimeOffset)>.Empty);
        // Who was it? The census knows, unless it is too busy to say.
        parts.Judgement.TryLook(TimeSpan.FromSeconds(2), correlations => incident = Dossiers.Fill([incident], correlations.Census.Census)[0]);
        using var stream = new MemoryStream();
        using (var writer = new System.Text.Json.Utf8JsonWriter(stream, AlertJson.Options)) IncidentJson.Write(incident, writer);
        var json = JsonNode.Parse(stream.ToArray())!.AsObject();
        work.Of(stored.Id).AddTo(json);
        (json["count"], json["merged_into"]) = (stored.Count, stored.MergedInto);
        return (json, incident);
    }
}
