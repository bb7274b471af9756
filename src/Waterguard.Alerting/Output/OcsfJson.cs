using System.Text.Json;
using Waterguard.Sigma;

namespace Waterguard.Alerting.Output;

/// <summary>Writes alerts as OCSF 1.6 <em>Detection Finding</em> (class 2004).</summary>
public static class OcsfJson
{
    /// <summary>Version of the schema that is written.</summary>
    public const string SchemaVersion = "1.6.0";

    /// <summary>Writes one alert.</summary>
    public static void Write(Alert alert, Utf8JsonWriter writer)
    {
        var (severity, name) = Severity(alert.Rule.Level);
        writer.WriteStartObject();
        writer.WriteNumber("activity_id", 1);
        writer.WriteString("activity_name", "Create");
        writer.WriteNumber("category_uid", 2);
        writer.WriteString("category_name", "Findings");
        writer.WriteNumber("class_uid", 2004);
        writer.WriteString("class_name", "Detection Finding");
        writer.WriteNumber("type_uid", 200401);
        writer.WriteNumber("severity_id", severity);
        writer.WriteString("severity", name);
        writer.WriteNumber("status_id", 1);
        writer.WriteString("status", "New");
        writer.WriteNumber("time", alert.Time.ToUnixTimeMilliseconds());
        writer.WriteString("message", alert.Reason);
        writer.WriteNumber("risk_score", alert.Risk);
        writer.WriteBoolean("is_alert", alert.Rule.Level >= Level.Medium);
        writer.WriteNumber("count", alert.EventCount);
        if (alert.Window is { } window)
        {
            writer.WriteNumber("start_time", window.Start.ToUnixTimeMilliseconds());
            writer.WriteNumber("end_time", window.End.ToUnixTimeMilliseconds());
        }

        WriteMetadata(writer);
        WriteFinding(alert, writer);
        WriteObservables(alert, writer);
        WriteEvidence(alert, writer);
        writer.WriteEndObject();
    }

    private static void WriteMetadata(Utf8JsonWriter writer)
    {
        writer.WriteStartObject("metadata");
        writer.WriteString("version", SchemaVersion);
        writer.WriteStartObject("product");
        writer.WriteString("name", "Waterguard");
        writer.WriteString("vendor_name", "Waterguard");
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static void WriteFinding(Alert alert, Utf8JsonWriter writer)
    {
        writer.WriteStartObject("finding_info");
        writer.WriteString("uid", alert.Id);
        writer.WriteString("title", alert.Rule.Title);
        writer.WriteString("desc", alert.Rule.Description);
        writer.WriteNumber("created_time", alert.Time.ToUnixTimeMilliseconds());
        writer.WriteStartObject("analytic");
        writer.WriteString("uid", alert.Rule.Id);
        writer.WriteString("name", alert.Rule.Name ?? alert.Rule.Title);
        writer.WriteNumber("type_id", 1);
        writer.WriteString("type", "Rule");
        writer.WriteEndObject();
        writer.WriteStartArray("attacks");
        foreach (var technique in alert.Rule.Attack)
        {
            var parent = technique.Split('.')[0];
            writer.WriteStartObject();
            writer.WriteStartObject("technique");
            writer.WriteString("uid", parent);
            writer.WriteEndObject();
            if (parent != technique)
            {
                writer.WriteStartObject("sub_technique");
                writer.WriteString("uid", technique);
                writer.WriteEndObject();
            }

            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteObservables(Alert alert, Utf8JsonWriter writer)
    {
        writer.WriteStartArray("observables");
        foreach (var (kind, names) in alert.Entities)
        {
            var (type, typeName) = kind switch { "address" => (2, "IP Address"), "identity" => (4, "User Name"), "node" => (1, "Hostname"), "container" => (27, "Container"), _ => (99, "Other") };
            foreach (var name in names)
            {
                writer.WriteStartObject();
                writer.WriteString("name", kind);
                writer.WriteNumber("type_id", type);
                writer.WriteString("type", typeName);
                writer.WriteString("value", Redactor.Text(name));
                writer.WriteEndObject();
            }
        }

        writer.WriteEndArray();
    }

    private static void WriteEvidence(Alert alert, Utf8JsonWriter writer)
    {
        writer.WriteStartArray("evidences");
        foreach (var evidence in alert.Events)
        {
            writer.WriteStartObject();
            writer.WritePropertyName("data");
            AlertJson.Write(evidence, writer);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static (int Id, string Name) Severity(Level level) => level switch
    {
        Level.Informational => (1, "Informational"),
        Level.Low => (2, "Low"),
        Level.Medium => (3, "Medium"),
        Level.High => (4, "High"),
        _ => (5, "Critical"),
    };
}
