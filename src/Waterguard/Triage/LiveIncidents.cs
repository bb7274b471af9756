using System.Collections.Immutable;
using System.Text.Json;
using Waterguard.Alerting.Grouping;
using Waterguard.Alerting.Output;
using Waterguard.Detection.Census;
using Waterguard.Sigma;
using Waterguard.Storage;

namespace Waterguard.Triage;

/// <summary>Incidents of the store in the JSON form of the contract, as a scan writes them.</summary>
internal static class LiveIncidents
{
    /// <summary>Alerts of one incident that are read: the first ones. It says how many there are.</summary>
    public const int MostAlerts = 2000;

    /// <summary>Writes one incident.</summary>
    /// <param name="ruleOf">The header of a rule by its id.</param>
    /// <param name="census">What is known of containers and pods; null: nothing is asked.</param>
    /// <param name="delivered">Name of a source -> from when until when it delivered.</param>
    /// <returns>False: there is no such incident, or it has no alerts (any more).</returns>
    public static bool TryWrite(
        IIncidents store, string id, Func<string, RuleHeader?> ruleOf, ContainerCensus? census, IReadOnlyDictionary<string, (DateTimeOffset From, DateTimeOffset To)> delivered, Utf8JsonWriter writer)
    {
        if (store.FindIncident(id) is not { Status: IncidentStatus.Open } stored || store.AlertsOf(id, MostAlerts) is not { Count: > 0 } alerts) return false;
        var incident = IncidentGrouping.Of(id, [.. alerts.Select(a => AlertReading.Read(a.Json, ruleOf))], delivered) with
        {
            Title = stored.Title, Level = (Level)stored.Level, Risk = stored.Risk, Start = stored.Start, End = stored.End, MoreAlerts = stored.Count - alerts.Count,
        };
        IncidentJson.Write(census is null ? incident : Dossiers.Fill([incident], census)[0], writer);
        return true;
    }
}
