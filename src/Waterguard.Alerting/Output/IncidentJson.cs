using System.Text.Json;
using Waterguard.Alerting.Grouping;

namespace Waterguard.Alerting.Output;

/// <summary>Writes incidents in the JSON form of the contract.</summary>
public static class IncidentJson
{
    /// <summary>Writes one incident.</summary>
    public static void Write(Incident incident, Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("id", incident.Id);
        writer.WriteString("title", incident.Title);
        writer.WriteString("level", AlertJson.Name(incident.Level));
        writer.WriteNumber("risk", incident.Risk);
        writer.WriteString("status", "open");
        writer.WriteString("start", AlertJson.Time(incident.Start));
        writer.WriteString("end", AlertJson.Time(incident.End));
        AlertJson.Texts(writer, "strategies", incident.Strategies);
        writer.WriteStartObject("entities");
        foreach (var kind in Alert.EntityKinds) AlertJson.Texts(writer, kind, incident.Entities.GetValueOrDefault(kind, []));
        writer.WriteEndObject();
        if (incident.Entities.TryGetValue(Alert.LineageKind, out var lineage)) AlertJson.Texts(writer, Alert.LineageKind, lineage);
        AlertJson.Texts(writer, "alerts", [.. incident.Alerts.Select(a => a.Id)]);
        writer.WriteNumber("count", incident.Alerts.Length + incident.MoreAlerts);
        writer.WriteStartArray("timeline");
        foreach (var step in incident.Timeline)
        {
            writer.WriteStartObject();
            writer.WriteString("time", AlertJson.Time(step.Time));
            writer.WriteString("what", step.What);
            writer.WriteString("alert", step.Alert);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        if (incident.Omitted > 0) writer.WriteNumber("timeline_omitted", incident.Omitted);
        Context(incident, writer);
        writer.WriteStartArray("missing_sources");
        foreach (var missing in incident.Missing)
        {
            writer.WriteStartObject();
            writer.WriteString("source", missing.Source);
            writer.WriteString("from", AlertJson.Time(missing.From));
            writer.WriteString("to", AlertJson.Time(missing.To));
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    // What a responder asks first: which techniques, seen by what, and what it may be instead.
    private static void Context(Incident incident, Utf8JsonWriter writer)
    {
        var rules = incident.Alerts.Select(a => a.Rule).DistinctBy(r => r.Id, StringComparer.Ordinal).OrderByDescending(r => r.Level).ThenBy(r => r.Title, StringComparer.Ordinal).ToArray();
        writer.WriteStartObject("context");
        AlertJson.Texts(writer, "detections", [.. rules.Select(r => r.Title)]);
        AlertJson.Texts(writer, "attack", [.. rules.SelectMany(r => r.Attack).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)]);
        AlertJson.Texts(writer, "sources", [.. incident.Alerts.SelectMany(a => a.Events).Select(e => e.Source).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)]);
        AlertJson.Texts(writer, "may_be_harmless", [.. rules.SelectMany(r => r.FalsePositives).Distinct(StringComparer.Ordinal)]);
        // What was looked for and did not come, in the words of those who looked.
        AlertJson.Texts(writer, "missing", [.. incident.Alerts.Where(a => a.Missing is not null).Select(a => $"{a.Rule.Title}: {a.Missing}").Distinct(StringComparer.Ordinal)]);
        writer.WriteStartArray("containers");
        foreach (var subject in incident.Subjects) Write(subject, writer);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void Write(IncidentSubject subject, Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        foreach (var (name, value) in new[]
        {
            ("name", subject.Name), ("container", subject.Container), ("pod", subject.Pod), ("workload", subject.Workload), ("image", subject.Image), ("digest", subject.Digest), ("command", subject.Command),
            ("deployed_by", subject.DeployedBy), ("node", subject.Node), ("cluster", subject.Cluster),
        }) writer.WriteString(name, Redactor.Text(value));
        writer.WriteBoolean("host_network", subject.OnHostNetwork);
        Time(writer, "from", subject.From);
        Time(writer, "to", subject.To);
        AlertJson.Texts(writer, "claimed_by", subject.ClaimedBy);
        AlertJson.Texts(writer, "seen_by", subject.SeenBy);
        AlertJson.Texts(writer, "addresses", subject.Addresses);
        writer.WriteEndObject();
    }

    private static void Time(Utf8JsonWriter writer, string name, DateTimeOffset? time)
    {
        if (time is { } known) writer.WriteString(name, AlertJson.Time(known));
        else writer.WriteNull(name);
    }
}
