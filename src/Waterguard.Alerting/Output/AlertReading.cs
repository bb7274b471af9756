using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Waterguard.Content;
using Waterguard.Detection.Matching;
using Waterguard.Sigma;

namespace Waterguard.Alerting.Output;

/// <summary>Reads alerts back from the JSON form of the contract. What the form does not say (references, what a rule is for) comes from the rule, where it is known.</summary>
public static class AlertReading
{
    /// <summary>Reads one alert. Names and texts are as they were written: without secrets.</summary>
    /// <param name="ruleOf">The header of a rule by its id; null: not known any more.</param>
    /// <exception cref="JsonException">It is no alert.</exception>
    public static Alert Read(ReadOnlyMemory<byte> json, Func<string, RuleHeader?> ruleOf)
    {
        using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 2048 });
        var alert = document.RootElement;
        try
        {
            var entities = ImmutableSortedDictionary.CreateBuilder<string, ImmutableArray<string>>(StringComparer.Ordinal);
            foreach (var kind in alert.GetProperty("entities").EnumerateObject())
            {
                if (kind.Value.GetArrayLength() > 0) entities[kind.Name] = Texts(kind.Value);
            }

            if (alert.TryGetProperty(Alert.LineageKind, out var lineage)) entities[Alert.LineageKind] = Texts(lineage);
            var rule = Rule(alert);
            return new Alert(
                Text(alert, "id"), Time(alert.GetProperty("time")), rule with { FalsePositives = ruleOf(rule.Id)?.FalsePositives ?? [] }, alert.GetProperty("rule").GetProperty("kind").ValueEquals("correlation"),
                alert.GetProperty("strategy").GetString(), Text(alert, "reason"), alert.GetProperty("group").EnumerateObject().ToImmutableSortedDictionary(g => g.Name, g => g.Value.GetString() ?? "", StringComparer.Ordinal),
                alert.GetProperty("window") is { ValueKind: JsonValueKind.Object } window ? (Time(window.GetProperty("start")), Time(window.GetProperty("end"))) : null,
                alert.TryGetProperty("score", out var score) ? score.GetDouble() : null, entities.ToImmutable(), [.. alert.GetProperty("events").EnumerateArray().Select(Event)],
                alert.TryGetProperty("event_count", out var count) ? count.GetInt64() : 1, alert.GetProperty("suppressed_by").GetString())
            {
                IsRetracted = alert.GetProperty("status").ValueEquals("retracted"),
                SupersededBy = alert.TryGetProperty("superseded_by", out var by) ? by.GetString() : null,
            };
        }
        catch (Exception e) when (e is KeyNotFoundException or InvalidOperationException or FormatException or ArgumentException)
        {
            throw new JsonException($"no alert: {e.Message}", e);
        }
    }

    private static RuleHeader Rule(JsonElement alert)
    {
        var rule = alert.GetProperty("rule");
        return new RuleHeader(
            Text(rule, "id"), Text(rule, "name"), Text(alert, "title"), "", Enum.Parse<Level>(Text(alert, "level"), ignoreCase: true), "", [], Texts(alert.GetProperty("attack")), [], [], null, CustomAttributes.None, "", new SourceLocation("", 0, 0));
    }

    private static Evidence Event(JsonElement evidence) => new(
        Text(evidence, "source"), Text(evidence, "file"), evidence.GetProperty("line").GetInt64(), 0, evidence.GetProperty("time") is { ValueKind: JsonValueKind.String } time ? Time(time) : null, null);

    private static string Text(JsonElement holder, string name) => holder.GetProperty(name).GetString() ?? "";

    private static ImmutableArray<string> Texts(JsonElement list) => [.. list.EnumerateArray().Select(t => t.GetString() ?? "")];

    private static DateTimeOffset Time(JsonElement text) => DateTimeOffset.Parse(text.GetString() ?? "", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal);
}
