using System.Text.Json.Nodes;
using Waterguard.Alerting.Output;
using Waterguard.Api.Live;
using Waterguard.Api.Routing;
using Waterguard.Canaries;

namespace Waterguard.Api.Routes;

/// <summary>Markers that show that telemetry arrives.</summary>
internal sealed class CanaryRoutes(ApiParts parts, DocumentShelf shelf)
{
    private static readonly Shape s_state = Shape.Of(
        ("name", Shape.Text), ("plant", Shape.Word(CanaryConfiguration.Plants)), ("source", Shape.Text), ("state", Shape.Word(CanaryState.Fates)), ("holds", Shape.Boolean.OrNull), ("says", Shape.LongText), ("planted", Shape.Time.OrNull), ("seen", Shape.Time.OrNull), ("next", Shape.Time.OrNull), ("took_seconds", Shape.Number.OrNull),
        ("every_seconds", Shape.Whole), ("within_seconds", Shape.Whole), ("came_out", Shape.Whole), ("late", Shape.Whole));

    public IEnumerable<ApiRoute> Routes =>
    [
        ApiRoute.Get("/canaries", Need.Viewer, "Lists the canaries: whether their last marker came out in time.", Shape.Page(s_state), _ => List()),
        ApiRoute.Post("/canaries/{name}", Need.Analyst, "Gives a marker of an external canary, which whoever asks plants.", "canary.asked", null, Shape.Of(("mark", Shape.Text), ("until", Shape.Time)), MarkAsync) with { Status = 201 },
    ];

    private Answer List() => Answer.Json(new JsonObject { ["items"] = new JsonArray([.. (parts.Canaries?.States ?? []).Select(s => (JsonNode?)Shown(s))]), ["next"] = null });

    private static JsonObject Shown(CanaryState state) => new()
    {
        ["name"] = state.Canary.Name, ["plant"] = state.Canary.Plant, ["source"] = state.Canary.Source, ["state"] = state.FateName, ["holds"] = state.Holds, ["says"] = state.Says,
        ["planted"] = Time(state.Planted), ["seen"] = Time(state.Seen), ["next"] = Time(state.Next), ["took_seconds"] = state.Took?.TotalSeconds, ["every_seconds"] = (long)state.Canary.Every.TotalSeconds, ["within_seconds"] = (long)state.Canary.Within.TotalSeconds,
        ["came_out"] = state.CameOut, ["late"] = state.LateOnes,
    };

    private static string? Time(DateTimeOffset? time) => time is { } at ? AlertJson.Time(at) : null;

    private Task<Answer> MarkAsync(Exchange e)
    {
        var name = e.Part("name");
        if (parts.Canaries?.MarkFor(name) is not var (mark, until)) throw RefusedException.Missing("There is no external canary of that name.");
        // The marker itself is nobody's to read: who knows it can forge its record.
        shelf.Note(e.Caller, "canary.asked", name, []);
        return Task.FromResult(Answer.Json(new JsonObject { ["mark"] = mark, ["until"] = AlertJson.Time(until) }, 201));
    }
}
