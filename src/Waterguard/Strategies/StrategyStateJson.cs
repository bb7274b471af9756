using System.Text.Json;
using Waterguard.Alerting.Output;
using Waterguard.Alerting.Suppression;
using Waterguard.Strategies.State;

namespace Waterguard.Strategies;

/// <summary>States of strategies as JSON and as text; the JSON is a contract (<c>docs/strategy-state.md</c>).</summary>
internal static class StrategyStateJson
{
    public static void Write(IReadOnlyList<StrategyState> states, Observations seen, Func<string, IEnumerable<KnownBenign>> suppressions, Stream stream)
    {
        using var writer = new Utf8JsonWriter(stream, AlertJson.Options with { Indented = true, NewLine = "\n" });
        writer.WriteStartObject();
        writer.WriteString("at", AlertJson.Time(seen.Now));
        writer.WriteStartArray("strategies");
        foreach (var state in states) Write(state, seen, suppressions(state.Strategy), writer);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    /// <summary>ARMED, DEGRADED or BLIND.</summary>
    public static string Name(Armament state) => state.ToString().ToUpperInvariant();

    private static void Write(StrategyState state, Observations seen, IEnumerable<KnownBenign> suppressions, Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("name", state.Strategy);
        writer.WriteString("state", Name(state.State));
        foreach (var one in Enum.GetValues<Armament>()) writer.WriteNumber(one.ToString().ToLowerInvariant(), state.Count(one));
        writer.WriteStartArray("detections");
        foreach (var detection in state.Detections)
        {
            writer.WriteStartObject();
            writer.WriteString("id", detection.Detection.Id);
            writer.WriteString("title", detection.Detection.Title);
            writer.WriteString("level", detection.Detection.Level);
            writer.WriteString("state", Name(detection.State));
            writer.WriteStartArray("reasons");
            foreach (var reason in detection.Reasons)
            {
                writer.WriteStartObject();
                writer.WriteString("state", Name(reason.State));
                writer.WriteString("by", reason.By);
                writer.WriteString("text", reason.Text);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            if (seen.Validation.TryGetValue(detection.Detection.Id, out var validation)) writer.WriteString("validated", AlertJson.Time(validation.At));
            else writer.WriteNull("validated");
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteStartArray("assumptions");
        foreach (var assumption in state.Assumptions)
        {
            writer.WriteStartObject();
            writer.WriteString("id", assumption.Assumption.Id);
            writer.WriteString("claim", assumption.Assumption.Claim);
            writer.WriteString("check", JsonNamingPolicy.SnakeCaseLower.ConvertName(assumption.Assumption.Check.ToString()));
            if (assumption.Holds is { } holds) writer.WriteBoolean("holds", holds);
            else writer.WriteNull("holds");
            writer.WriteString("observed", assumption.Observed);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteStartArray("suppressions");
        foreach (var suppression in suppressions)
        {
            writer.WriteStartObject();
            writer.WriteString("id", suppression.Id);
            writer.WriteString("owner", suppression.Owner);
            writer.WriteString("expires", AlertJson.Time(suppression.Expires));
            writer.WriteBoolean("in_force", suppression.Expires > seen.Now);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }
}
