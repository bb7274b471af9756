using System.Text.Json.Nodes;
using Waterguard.Api.Routing;
using Waterguard.Content.Yaml;
using Waterguard.Strategies.Playbooks;

namespace Waterguard.Api.Routes;

/// <summary>A playbook, as the API tells it.</summary>
internal static class PlaybookJson
{
    public static Shape Shape { get; } = Shape.Of(("steps", Shape.List(Shape.Of(
        ("id", Shape.Text), ("claim", Shape.Text), ("action", Shape.Text), ("with", Shape.Open), ("needs", Shape.List(Shape.Text)), ("risk", Shape.Word("read", "low", "high")), ("approve", Shape.Whole), ("undo_after", Shape.Text.OrNull)))));

    /// <summary>Its steps; none where a strategy has none.</summary>
    public static JsonObject Of(Playbook? playbook) => new() { ["steps"] = new JsonArray([.. playbook?.Steps.Select(s => (JsonNode?)Of(s)) ?? []]) };

    private static JsonObject Of(PlaybookStep step)
    {
        var with = new JsonObject();
        foreach (var entry in step.With?.Entries ?? []) with[entry.Name] = entry.Value is YamlScalar scalar ? scalar.Text : null;
        return new JsonObject
        {
            ["id"] = step.Id, ["claim"] = step.Claim, ["action"] = step.Action, ["with"] = with, ["needs"] = new JsonArray([.. step.Needs.Select(n => (JsonNode?)n)]), ["risk"] = step.Risk.ToString().ToLowerInvariant(), ["approve"] = step.Approve,
            ["undo_after"] = step.UndoAfter is { } after ? Duration(after) : null,
        };
    }

    private static string Duration(TimeSpan time) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{(time.TotalHours >= 1 && time.Minutes == 0 ? $"{(long)time.TotalHours}h" : $"{(long)time.TotalMinutes}m")}");
}
