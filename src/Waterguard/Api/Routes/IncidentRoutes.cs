using System.Text.Json.Nodes;
using Waterguard.Alerting.Grouping;
using Waterguard.Alerting.Output;
using Waterguard.Api.Live;
using Waterguard.Api.Routing;
using Waterguard.Sigma;
using Waterguard.Storage;

namespace Waterguard.Api.Routes;

/// <summary>Incidents, and what people do about them.</summary>
internal sealed class IncidentRoutes(ApiParts parts, IncidentBoard board, IncidentWork work)
{
    private static readonly Shape s_summary = Shape.AtLeast(
        ("id", Shape.Text), ("title", Shape.LongText), ("level", Shape.Text), ("risk", Shape.Whole), ("status", Shape.Word("open", "acknowledged", "closed")), ("start", Shape.Time), ("end", Shape.Time), ("count", Shape.Whole),
        ("merged_into", Shape.Text.OrNull), ("assignee", Shape.Text.OrNull), ("acknowledged", Shape.Open.OrNull), ("escalated", Shape.Open.OrNull), ("verdict", Shape.Open.OrNull), ("closed", Shape.Open.OrNull), ("revision", Shape.Whole), ("strategies", Shape.List(Shape.Text)), ("entities", Shape.Open), ("more_entities", Shape.Boolean));

    private static readonly Shape s_whole = Shape.AtLeast(
        ("id", Shape.Text), ("status", Shape.Text), ("alerts", Shape.List(Shape.Text)), ("timeline", Shape.List(Shape.Open)), ("context", Shape.Open), ("missing_sources", Shape.List(Shape.Open)), ("notes", Shape.List(Shape.Open)), ("history", Shape.List(Shape.Open)),
        ("history_left_out?", Shape.Whole), ("revision", Shape.Whole), ("drafted_suppression?", Shape.Open));

    public IEnumerable<ApiRoute> Routes =>
    [
        ApiRoute.Get("/incidents", Need.Viewer, "Lists incidents, newest activity first.", Shape.Page(s_summary), List) with { Query = ["limit", "cursor", "status", "level", "since", "until", "strategy", "entity", "assignee", "text"] },
        ApiRoute.Get("/incidents/{id}", Need.Viewer, "One incident with timeline, context, what people did, and its alerts' ids.", s_whole, e => Told(board.Get(e.Part("id")))),
        ApiRoute.Get("/incidents/{id}/alerts", Need.Viewer, "The alerts of an incident, in order.", Shape.Page(AlertRoutes.Summary), Alerts) with { Query = ["limit", "cursor"] },
        new("PATCH", "/incidents/{id}", Need.Analyst, "Assigns, acknowledges, gives a verdict, closes or reopens, notes: whatever the body says, at once. The verdict benign answers with a drafted suppression.", IncidentWork.Body, s_whole, ChangeAsync) { Audited = "incident.changed" },
    ];

    private Answer List(Exchange e)
    {
        var (least, status, strategy, assignee, text) = (e.Word<Level>("level") ?? Level.Informational, e.Query("status"), e.Query("strategy"), e.Query("assignee"), e.Query("text"));
        if (status is not (null or "open" or "acknowledged" or "closed" or "escalated")) throw RefusedException.Bad("'status' is one of open, acknowledged, closed, escalated.");
        var (since, until, entity, cursor) = (e.Time("since"), e.Time("until"), AlertRoutes.Entity(e.Query("entity")), AlertRoutes.Cursor(e.Query("cursor")));
        var query = new IncidentQuery { LowestLevel = (int)least, Since = since, Until = until, Strategy = strategy, Entity = entity, Text = text, Before = cursor };
        var found = status is null && assignee is null
            ? parts.Incidents.Find(query with { Most = e.Limit + 1 }).Select(i => (Incident: i, Work: work.Of(i.Id))).ToArray()
            : [.. board.Find(query).Where(i => Fits(i.Work, status, assignee)).Take(e.Limit + 1)];
        return AdminRoutes.Page(found, e.Limit, i => AlertRoutes.CursorOf(i.Incident.End, i.Incident.Id), i => board.Listed(i.Incident, i.Work));
    }

    private static bool Fits(WorkDone done, string? status, string? assignee) =>
        (status is null || (status == "escalated" ? done.IsEscalated && !done.IsAcknowledged : done.Status == status)) && (assignee is null || done.Json?["assignee"]?.GetValue<string>() == assignee);

    private Answer Told(StoredIncident incident)
    {
        var (json, _) = board.Whole(incident);
        return Answer.Revised(json, json["revision"]!.GetValue<long>());
    }

    private Answer Alerts(Exchange e)
    {
        var incident = board.Get(e.Part("id"));
        var cursor = AlertRoutes.Cursor(e.Query("cursor"));
        var stored = parts.Incidents.AlertsOf(incident.Id, IncidentBoard.MostAlerts).Where(a => cursor is not { } behind || IsBehind(a, behind)).Take(e.Limit + 1).ToArray();
        return AdminRoutes.Page(stored, e.Limit, a => AlertRoutes.CursorOf(a.Time, a.Id), StoredAlertReading.Summary);
    }

    private static bool IsBehind(StoredAlert alert, AlertCursor cursor) =>
        alert.Time.ToUnixTimeMilliseconds().CompareTo(cursor.Time.ToUnixTimeMilliseconds()) is var order && (order > 0 || (order == 0 && string.CompareOrdinal(alert.Id, cursor.Id) > 0));

    private Task<Answer> ChangeAsync(Exchange e)
    {
        var incident = board.Get(e.Part("id"));
        if (incident.MergedInto is { } into) throw new RefusedException(409, "Conflict", $"It is a part of incident {into} now.");
        work.Change(incident.Id, e.Body, e.Expected, e.Caller);
        var (json, whole) = board.Whole(incident);
        if (e.Text("verdict") == "benign" && whole is not null) json["drafted_suppression"] = Draft(whole, e);
        return Task.FromResult(Answer.Revised(json, json["revision"]!.GetValue<long>()));
    }

    // What all of its alerts share, named as a suppression may ask for it. A person has to make it sharper, and to keep it.
    private JsonObject Draft(Incident incident, Exchange e)
    {
        var when = new JsonObject();
        foreach (var kind in new[] { "workload", "image", "identity" })
        {
            if (incident.Alerts.Select(a => a.Entities.GetValueOrDefault(kind, [])).ToArray() is { Length: > 0 } names && names[0] is [var first, ..] && names.All(n => n.Contains(first, StringComparer.Ordinal))) when["entity." + kind] = first;
        }

        var strategy = incident.Strategies.FirstOrDefault() ?? "";
        var body = new JsonObject
        {
            ["id"] = "benign-" + incident.Id[..12], ["strategy"] = strategy, ["reason"] = e.Text("reason"), ["owner"] = e.Caller.Name, ["expires"] = AlertJson.Time(parts.Time.GetUtcNow().AddDays(90)),
            ["applies_to"] = new JsonArray([.. incident.Alerts.Select(a => a.Rule.Id).Distinct(StringComparer.Ordinal).Select(r => (JsonNode?)r)]), ["when"] = when,
        };
        return new JsonObject { ["body"] = body, ["yaml"] = Yaml(body), ["note"] = when.Count == 0 ? "Its alerts share nothing that a suppression could ask for: say 'when' or 'during' yourself." : "Look at what it would hide (POST /api/v1/suppressions/preview), make it sharper, then keep it." };
    }

    // A JSON text is a YAML scalar: nothing in a name can become another key.
    private static string Yaml(JsonObject body) =>
        string.Concat(body.Where(m => m.Key != "strategy").Select(m => $"{m.Key}: {m.Value?.ToJsonString() ?? "null"}\n"));
}
