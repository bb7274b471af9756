using System.Text.Json;
using Waterguard.Alerting.Output;
using Waterguard.Emulation;

namespace Waterguard.Validation;

/// <summary>The outcome of a validation as JSON; its form is a contract (<c>docs/validation.md</c>).</summary>
internal static class ValidationJson
{
    /// <summary>Raised when a reader of the form must know that something has another meaning than before.</summary>
    public const int Version = 1;

    public static void Write(ValidationRun run, Stream stream)
    {
        using var writer = new Utf8JsonWriter(stream, AlertJson.Options with { Indented = true, NewLine = "\n" });
        writer.WriteStartObject();
        writer.WriteNumber("version", Version);
        writer.WriteString("ran", AlertJson.Time(run.Ran));
        writer.WriteNumber("seconds", Math.Round(run.Took.TotalSeconds, 3));
        writer.WriteNumber("detections", run.Detections);
        writer.WriteNumber("fired", run.Fired);
        writer.WriteNumber("quiet_twins", run.Twins.Count());
        writer.WriteNumber("quiet", run.Twins.Count(t => t.Quiet));
        writer.WriteNumber("variants", run.Variants.Count());
        writer.WriteNumber("caught", run.Variants.Count(v => v.Caught));
        if (run.MedianOfEvents is { } median) writer.WriteNumber("median_time_to_detect", Math.Round(median.TotalSeconds, 3));
        writer.WriteStartArray("results");
        foreach (var (strategy, result) in run.Results) Write(strategy, result, writer);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void Write(string strategy, ScenarioResult result, Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("scenario", result.Scenario.Id);
        writer.WriteString("strategy", strategy);
        writer.WriteString("file", result.Scenario.Location.File);
        writer.WriteString("kind", result.Scenario.IsLive ? "live" : "recorded");
        writer.WriteString("rule", result.Expected.Rule);
        writer.WriteString("outcome", !result.Ran ? "not_run" : result.IsMiss ? "missed" : "passed");
        writer.WriteBoolean("fired", result.Fired);
        writer.WriteNumber("within", result.Expected.Within.TotalSeconds);
        if (result.TimeToDetect is { } time) writer.WriteNumber("time_to_detect", time.TotalSeconds);
        else writer.WriteNull("time_to_detect");
        if (result.Scenario.IsLive && result.Ran)
        {
            writer.WriteBoolean("event_driven", result.IsEventDriven);
            writer.WriteString("response", result.Response);
        }

        writer.WriteStartArray("twins");
        foreach (var twin in result.Twins)
        {
            writer.WriteStartObject();
            writer.WriteString("name", twin.Name);
            writer.WriteBoolean("quiet", twin.Quiet);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteStartArray("variants");
        foreach (var variant in result.Variants)
        {
            writer.WriteStartObject();
            writer.WriteString("name", variant.Name);
            writer.WriteBoolean("caught", variant.Caught);
            writer.WriteBoolean("expected", variant.Expected);
            if (variant.Reason is { } reason) writer.WriteString("reason", reason);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteStartArray("collateral");
        foreach (var other in result.Collateral)
        {
            writer.WriteStartObject();
            writer.WriteString("rule", other.RuleTitle);
            writer.WriteString("id", other.RuleId);
            writer.WriteString("level", other.Level);
            writer.WriteNumber("alerts", other.Count);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteStartArray("problems");
        foreach (var problem in result.Problems) writer.WriteStringValue(problem);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }
}
