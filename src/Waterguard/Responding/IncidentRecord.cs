using System.Text.Json.Nodes;
using Waterguard.Alerting.Output;

namespace Waterguard.Responding;

/// <summary>The stored document of what was done about an incident, whoever does it: people by the API, the service, the step of a run.</summary>
internal static class IncidentRecord
{
    /// <summary>The kind of document.</summary>
    public const string Kind = "incident";

    /// <summary>Steps, and notes, that one incident keeps.</summary>
    public const int MostSteps = 1000;

    /// <summary>Adds a step or a note.</summary>
    /// <returns>False: it keeps as many already, and this one was left out.</returns>
    public static bool TryAppend(JsonObject json, string list, JsonObject step)
    {
        if (json[list] is not JsonArray all) json[list] = all = [];
        if (all.Count >= MostSteps) return false;
        all.Add((JsonNode)step);
        return true;
    }

    /// <summary>A step of its history.</summary>
    public static JsonObject Step(DateTimeOffset at, string by, string what, string reason) => new() { ["at"] = AlertJson.Time(at), ["by"] = by, ["what"] = what, ["reason"] = reason };

    /// <summary>Marks it as escalated. What a history that is full leaves out is counted beside it: an incident is never too long to be handed over.</summary>
    /// <param name="mark">What the mark says besides the time.</param>
    public static void Escalate(JsonObject json, DateTimeOffset at, string by, string reason, JsonObject mark)
    {
        mark.Insert(0, "at", AlertJson.Time(at));
        json["escalated"] = mark;
        if (!TryAppend(json, "history", Step(at, by, "escalated", reason))) json["history_left_out"] = (json["history_left_out"]?.GetValue<long>() ?? 0) + 1;
    }
}
