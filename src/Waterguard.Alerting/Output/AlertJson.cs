using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Waterguard.Detection.Matching;

namespace Waterguard.Alerting.Output;

/// <summary>Writes alerts in the JSON form of the contract: one object, every key always there.</summary>
public static class AlertJson
{
    /// <summary>How our JSON is written: text stays readable, HTML is not our concern.</summary>
    public static JsonWriterOptions Options { get; } = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = 2048, SkipValidation = true };

    /// <summary>Writes one alert.</summary>
    public static void Write(Alert alert, Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("id", alert.Id);
        writer.WriteString("time", Time(alert.Time));
        writer.WriteString("title", alert.Rule.Title);
        writer.WriteString("level", Name(alert.Rule.Level));
        writer.WriteNumber("risk", alert.Risk);
        writer.WriteStartObject("rule");
        writer.WriteString("id", alert.Rule.Id);
        writer.WriteString("name", alert.Rule.Name ?? alert.Rule.Title);
        writer.WriteString("kind", alert.IsCorrelation ? "correlation" : "rule");
        writer.WriteEndObject();
        writer.WriteString("strategy", alert.Strategy);
        Texts(writer, "attack", alert.Rule.Attack);
        writer.WriteString("reason", alert.Reason);
        writer.WriteNumber("revision", 1);
        writer.WriteString("status", alert.IsRetracted ? "retracted" : "open");
        writer.WriteString("superseded_by", alert.SupersededBy);
        writer.WriteStartObject("group");
        foreach (var (field, value) in alert.Group) writer.WriteString(field, Redactor.Text(value));
        writer.WriteEndObject();
        if (alert.Window is { } window)
        {
            writer.WriteStartObject("window");
            writer.WriteString("start", Time(window.Start));
            writer.WriteString("end", Time(window.End));
            writer.WriteEndObject();
        }
        else
        {
            writer.WriteNull("window");
        }

        if (alert.Score is { } score) writer.WriteNumber("score", score);
        if (alert.Episode is { } episode) writer.WriteString("episode", episode);
        writer.WriteStartObject("entities");
        foreach (var kind in Alert.EntityKinds) Texts(writer, kind, alert.Entities.GetValueOrDefault(kind, []));
        writer.WriteEndObject();
        if (alert.Entities.TryGetValue(Alert.LineageKind, out var lineage)) Texts(writer, Alert.LineageKind, lineage);
        writer.WriteNumber("event_count", alert.EventCount);
        writer.WriteStartArray("events");
        foreach (var evidence in alert.Events) Write(evidence, writer);
        writer.WriteEndArray();
        writer.WriteString("suppressed_by", alert.SuppressedBy);
        if (alert.Lifted is var (suppression, by))
        {
            writer.WriteStartObject("suppression_lifted");
            writer.WriteString("suppression", suppression);
            writer.WriteString("by", by);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }

    /// <summary>Joins two written forms of one alert: the events of both. Gives <paramref name="first"/> itself when the other adds nothing.</summary>
    public static byte[] Join(byte[] first, byte[] second) => AlertJoin.Join(first, second);

    /// <summary>RFC 3339, UTC, milliseconds.</summary>
    public static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    /// <summary>A level as Sigma writes it.</summary>
    public static string Name(Sigma.Level level) => level.ToString().ToLowerInvariant();

    internal static void Write(Evidence evidence, Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("source", evidence.Source);
        writer.WriteString("file", evidence.File);
        writer.WriteNumber("line", evidence.Line);
        if (evidence.Time is { } time) writer.WriteString("time", Time(time));
        else writer.WriteNull("time");
        writer.WritePropertyName("raw");
        if (evidence.Raw?.Read() is { Length: > 0 } raw) Redactor.Write(raw, writer);
        else writer.WriteNullValue();
        writer.WriteEndObject();
    }

    internal static void Texts(Utf8JsonWriter writer, string name, IEnumerable<string> values)
    {
        writer.WriteStartArray(name);
        foreach (var value in values) writer.WriteStringValue(Redactor.Text(value));
        writer.WriteEndArray();
    }
}
