using System.Text.Json.Nodes;
using Waterguard.Api.Live;
using Waterguard.Storage;

namespace Waterguard.Notify;

/// <summary>What there is to be told of an incident now.</summary>
/// <param name="Status"><c>open</c>, <c>escalated</c>, <c>acknowledged</c>, <c>closed</c>, <c>merged</c> or <c>retracted</c>.</param>
/// <param name="Alerts">Its first alerts.</param>
internal sealed record IncidentNow(StoredIncident Incident, string Status, IReadOnlyList<JsonObject> Alerts);

/// <summary>Reads incidents as they are now, with what people did.</summary>
internal sealed class IncidentReading(IIncidents incidents, IDocuments documents)
{
    /// <summary>Alerts of an incident that are looked at: for what is told, and for whether all of them are silenced.</summary>
    public const int MostAlerts = 200;

    public IncidentNow? Find(string id)
    {
        if (incidents.FindIncident(id) is not { } incident) return null;
        var json = documents.Find("incident", id) is { } document ? JsonNode.Parse(document.Json)!.AsObject() : null;
        var work = new WorkDone(json, 0);
        var status = incident.Status switch
        {
            IncidentStatus.Merged => "merged",
            IncidentStatus.Retracted => "retracted",
            _ => work is { IsEscalated: true, Status: "open" } ? "escalated" : work.Status,
        };
        return new IncidentNow(incident, status, [.. incidents.AlertsOf(id, MostAlerts).Select(StoredAlertReading.Summary)]);
    }

    /// <summary>An open incident that covers this one; null: none does.</summary>
    public StoredIncident? InhibitorOf(IncidentNow now, IEnumerable<Inhibition> inhibitions)
    {
        foreach (var inhibition in inhibitions.Where(i => now.Incident.Level <= (int)i.Target))
        {
            foreach (var kind in inhibition.Equal)
            {
                var names = now.Alerts.SelectMany(a => a["entities"]?[kind] as JsonArray ?? []).Select(n => n!.GetValue<string>()).Distinct(StringComparer.Ordinal).Take(50);
                foreach (var name in names)
                {
                    var found = incidents.Find(new IncidentQuery { LowestLevel = (int)inhibition.Source, Entity = new StoredEntity(kind, name), Most = 20 })
                        .FirstOrDefault(i => i.Id != now.Incident.Id && !new WorkDone(documents.Find("incident", i.Id) is { } d ? JsonNode.Parse(d.Json)!.AsObject() : null, 0).IsClosed);
                    if (found is not null) return found;
                }
            }
        }

        return null;
    }
}
