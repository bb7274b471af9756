using System.Text.Json;
using Waterguard.Alerting.Output;

namespace Waterguard.Coverage;

/// <summary>The report for programs: everything that was counted, rule by rule.</summary>
internal static class CoverageJson
{
    public static void Write(CoverageReport report, Stream to)
    {
        using var writer = new Utf8JsonWriter(to, new JsonWriterOptions { Indented = true });
        writer.WriteStartObject();
        writer.WriteNumber("events", report.Records);
        writer.WriteNumber("unrecognised", report.Unrecognised);
        writer.WriteNumber("malformed", report.Malformed);
        if (report.Live is { } live) Write(writer, live);
        writer.WriteStartArray("platforms");
        foreach (var (platform, sources) in report.Platforms)
        {
            writer.WriteStartObject();
            writer.WriteString("name", platform.Name);
            writer.WriteStartObject("events");
            foreach (var (source, events) in sources) writer.WriteNumber(source, events);
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteStartArray("sources");
        foreach (var source in report.Sources) Write(writer, source);
        writer.WriteEndArray();
        writer.WriteStartArray("detections");
        foreach (var rule in report.Rules) Write(writer, rule, report.Telemetry);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, LiveDeliveries live)
    {
        writer.WriteStartObject("live");
        writer.WriteString("since", AlertJson.Time(live.Since));
        writer.WriteString("until", AlertJson.Time(live.Until));
        writer.WriteString("journal_begins", live.KeptFrom is { } kept ? AlertJson.Time(kept) : null);
        writer.WriteNumber("damaged_batches", live.Damaged);
        writer.WriteStartObject("last_delivered");
        foreach (var (source, last) in live.Sources) writer.WriteString(source, AlertJson.Time(last));
        writer.WriteEndObject();
        writer.WriteStartArray("inputs");
        foreach (var input in live.Inputs)
        {
            writer.WriteStartObject();
            writer.WriteString("name", input.Name);
            writer.WriteString("transport", input.Transport);
            writer.WriteString("source", input.Source);
            writer.WriteNumber("records", input.Records);
            writer.WriteString("last", input.Last is { } came ? AlertJson.Time(came) : null);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, RuleJudgement source)
    {
        writer.WriteStartObject();
        writer.WriteString("source", source.Source);
        writer.WriteNumber("events", source.Events);
        writer.WriteStartArray("expectations");
        foreach (var sum in source.Sums)
        {
            writer.WriteStartObject();
            writer.WriteString("field", sum.Expectation.Fields[0]);
            writer.WriteNumber("eligible", sum.Eligible);
            writer.WriteNumber("present", sum.Present);
            writer.WriteNumber("least", sum.Expectation.Least);
            writer.WriteBoolean("met", sum.Expectation.Per is null ? !sum.Fails : !sum.FailingKeys.Any());
            writer.WriteString("lacks", sum.Expectation.Lacks);
            writer.WriteString("switch_on", sum.Expectation.SwitchOn);
            writer.WriteString("per", sum.Expectation.Per);
            writer.WriteStartObject("by");
            foreach (var (key, count) in sum.Keys)
            {
                writer.WriteStartArray(key);
                writer.WriteNumberValue(count.Present);
                writer.WriteNumberValue(count.Eligible);
                writer.WriteEndArray();
            }

            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteStartArray("outside_vocabulary");
        foreach (var ((field, value), count) in source.Forms.SelectMany(f => f.Outside))
        {
            writer.WriteStartObject();
            writer.WriteString("field", field);
            writer.WriteString("value", value);
            writer.WriteNumber("count", count);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, RuleSight rule, Telemetry telemetry)
    {
        writer.WriteStartObject();
        writer.WriteString("id", rule.Rule.Id);
        writer.WriteString("title", rule.Rule.Title);
        writer.WriteString("level", rule.Rule.Level.ToString().ToLowerInvariant());
        writer.WriteString("source", rule.Source);
        writer.WriteString("sight", rule.Sight switch { Sight.Sees => "sees", Sight.Idle => "idle", Sight.Partly => "partly", Sight.Blind => "blind", _ => "no-telemetry" });
        if (rule.Sight == Sight.NoTelemetry) writer.WriteString("switch_on", telemetry.SwitchOn.GetValueOrDefault(rule.Source));
        writer.WriteStartArray("lacks");
        foreach (var (expectation, keys) in rule.Lacks)
        {
            writer.WriteStartObject();
            writer.WriteString("field", expectation.Fields[0]);
            writer.WriteString("what", expectation.Lacks);
            writer.WriteString("switch_on", expectation.SwitchOn);
            writer.WriteStartArray("for");
            foreach (var key in keys) writer.WriteStringValue(key);
            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteStartObject("fields");
        foreach (var (field, share) in rule.Fields) writer.WriteNumber(field, Math.Round(share, 4));
        writer.WriteEndObject();
        writer.WriteEndObject();
    }
}
