using System.Text.Json.Nodes;
using Waterguard.Api.Access;
using Waterguard.Api.Live;
using Waterguard.Api.Routing;
using Waterguard.Content;
using Waterguard.Responding;
using Waterguard.Response.Playbooks;
using Waterguard.Strategies;

namespace Waterguard.Api.Routes;

/// <summary>Playbooks, run for incidents: planned by analysts, done by responders, and what is of high risk approved by a second person.</summary>
internal sealed class ResponseRoutes(IncidentBoard board, ResponseDesk desk, StrategyBoard strategies)
{
    private static readonly Shape s_step = Shape.AtLeast(
        ("id", Shape.Text), ("action", Shape.Text), ("risk", Shape.Word("read", "low", "high")), ("state", Shape.Word("waiting", "refused", "acting", "done", "failed", "undoing", "undone")), ("says", Shape.LongText), ("also_hit", Shape.List(Shape.LongText)),
        ("approvals_needed", Shape.Whole), ("approvals", Shape.List(Shape.Of(("by", Shape.Text), ("at", Shape.Time)))), ("undo_at", Shape.Time.OrNull), ("despite", Shape.LongText.OrNull), ("evidence", Shape.Text.OrNull));

    private static readonly Shape s_run = Shape.AtLeast(
        ("id", Shape.Text), ("incident", Shape.Text), ("strategy", Shape.Text), ("requested_by", Shape.Text), ("created", Shape.Time), ("dry_run", Shape.Boolean), ("under_way", Shape.Boolean), ("revision", Shape.Whole), ("steps", Shape.List(s_step)));

    private static readonly Shape s_plan = Shape.Of(("strategy?", Shape.Text), ("execute?", Shape.Boolean), ("choose?", Shape.Open));
    private static readonly Shape s_action = Shape.Of(("name", Shape.Text), ("risk", Shape.Word("read", "low", "high")), ("says", Shape.LongText), ("usable", Shape.Boolean), ("why_not", Shape.LongText.OrNull), ("permissions", Shape.Text.OrNull), ("inputs", Shape.List(Shape.Text)), ("can_undo", Shape.Boolean));

    public IEnumerable<ApiRoute> Routes =>
    [
        ApiRoute.Get("/responses", Need.Viewer, "Lists runs of playbooks, newest first.", Shape.Page(s_run), List) with { Query = ["limit", "cursor", "incident"] },
        ApiRoute.Get("/responses/{id}", Need.Viewer, "One run: for each step what it would do or did, what else it hits, who approved it.", s_run, e => Shown(desk.Get(e.Part("id")))),
        ApiRoute.Get("/response-actions", Need.Viewer, "Lists what steps can do, and what is missing to do it now.", Shape.Page(s_action), ActionsAsync),
        ApiRoute.Post("/incidents/{id}/responses", Need.Analyst, "Plans the playbook of a strategy for an incident: a dry run, which changes nothing, or with execute (responders) a run that can be done.", "response.planned", s_plan, s_run, PlanAsync) with { Status = 201 },
        ApiRoute.Post("/responses/{id}/run", Need.Responder, "Does what can be done now, or only these steps. What takes longer than five seconds goes on: 202.", "response.acting", Shape.Of(("steps?", Shape.List(Shape.Text, 100))), s_run, RunAsync),
        ApiRoute.Post("/responses/{id}/steps/{step}/approve", Need.Responder, "Agrees to a step. Whoever asked for the run cannot, and no key can: a person must be signed in. 'despite' is the step's name on the never-touch list that is only a claim.", "response.approved", null, s_run, ApproveAsync) with { Query = ["despite"] },
        ApiRoute.Post("/responses/{id}/steps/{step}/undo", Need.Responder, "Puts a step back.", "response.undone", null, s_run, async e => Under(await desk.UndoAsync(e.Part("id"), e.Part("step"), e.Caller.Name))),
        ApiRoute.Post("/responses/{id}/steps/{step}/keep", Need.Responder, "Keeps a step in effect beyond its time.", "response.kept", null, s_run, e => Task.FromResult(Shown(desk.Keep(e.Part("id"), e.Part("step"), e.Caller.Name)))),
    ];

    private Answer List(Exchange e)
    {
        var (incident, cursor) = (e.Query("incident"), e.Query("cursor"));
        var runs = desk.Runs().Where(r => incident is null || r.Incident == incident);
        if (cursor is not null) runs = runs.SkipWhile(r => r.Id != cursor).Skip(1);
        return AdminRoutes.Page([.. runs.Take(e.Limit + 1)], e.Limit, r => r.Id, Json);
    }

    private async Task<Answer> ActionsAsync(Exchange e)
    {
        var items = new JsonArray();
        foreach (var (readiness, action) in await desk.ActionsAsync(e.Aborted))
        {
            var json = readiness.Json();
            (json["permissions"], json["inputs"], json["can_undo"]) = (action?.Permissions, new JsonArray([.. (action?.Inputs ?? []).Select(i => (JsonNode?)i)]), action?.CanUndo == true);
            items.Add((JsonNode?)json);
        }

        return Answer.Json(new JsonObject { ["items"] = items, ["next"] = null });
    }

    private async Task<Answer> PlanAsync(Exchange e)
    {
        var execute = e.Body["execute"]?.GetValue<bool>() == true;
        if (execute && e.Caller.Role < Role.Responder) throw RefusedException.Forbidden("Runs that can be done are begun by responders; leave out 'execute' for a dry run.");
        var stored = board.Get(e.Part("id"));
        if (stored.MergedInto is { } into) throw new RefusedException(409, "Conflict", $"It is a part of incident {into} now.");
        var (incident, _) = board.Whole(stored);
        var name = e.Text("strategy") ?? (incident["strategies"] as JsonArray)?.FirstOrDefault()?.GetValue<string>() ?? throw RefusedException.Bad("No strategy took part in it: say whose playbook by 'strategy'.");
        if (strategies.Catalog.Find(name) is not { } folder || Strategy.Read(folder, new DiagnosticBag())?.Playbook is not { } playbook) throw RefusedException.Bad($"There is no strategy '{name}' with a playbook.");
        var chosen = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (kind, one) in e.Body["choose"] as JsonObject ?? [])
        {
            // Who plans chooses among those that the incident names, and nobody else.
            if (one is not JsonValue value || !value.TryGetValue<string>(out var id) || incident["entities"]?[kind] is not JsonArray names || !names.Any(n => IsMeant(n!.GetValue<string>(), id))) throw RefusedException.Bad($"The incident names no such {kind}.");
            chosen[kind] = id;
        }

        var run = await desk.PlanAsync(stored.Id, incident, name, playbook, chosen, e.Caller.Name, !execute);
        return Shown(run, 201) with { Location = $"{ApiRoute.Root}/responses/{run.Id}" };
    }

    // A choice may say more of the same: NAMESPACE/NAME@UID of a pod whose name is all that the alert has.
    private static bool IsMeant(string named, string chosen)
    {
        var name = chosen.Split('@')[0];
        return chosen == named || name == named || name.EndsWith("/" + named, StringComparison.Ordinal);
    }

    private async Task<Answer> RunAsync(Exchange e)
    {
        var run = desk.Get(e.Part("id"));
        if (run.IsDryRun) throw new RefusedException(409, "Conflict", "It is a dry run: nothing of it is done.");
        string[] only = [.. (e.Body["steps"] as JsonArray ?? []).Select(s => s!.GetValue<string>())];
        if (only.FirstOrDefault(s => run.Find(s) is null) is { } unknown) throw RefusedException.Bad($"The run has no step '{unknown}'.");
        return Under(await desk.AdvanceAsync(run.Id, e.Caller.Name, only));
    }

    private Task<Answer> ApproveAsync(Exchange e)
    {
        // Whoever holds a key is not known: the second pair of eyes is a person's.
        if (e.Caller.Session is null) throw new RefusedException(409, "Conflict", "Only a person who is signed in approves a step.");
        return Task.FromResult(Shown(desk.Approve(desk.Get(e.Part("id")).Id, e.Part("step"), e.Caller.Name, e.Query("despite"))));
    }

    private Answer Under(ResponseRun run) => Shown(run, desk.IsUnderWay(run.Id) ? 202 : 200);

    private Answer Shown(ResponseRun run, int status = 200) => Answer.Revised(Json(run), run.Revision, status);

    private JsonObject Json(ResponseRun run)
    {
        var json = RunJson.Of(run);
        json["under_way"] = desk.IsUnderWay(run.Id);
        return json;
    }
}
