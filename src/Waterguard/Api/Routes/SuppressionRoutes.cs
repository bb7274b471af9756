using System.Text.Json.Nodes;
using Waterguard.Alerting.Output;
using Waterguard.Api.Live;
using Waterguard.Api.Routing;

namespace Waterguard.Api.Routes;

/// <summary>What is known to be benign, and what people do not want to hear of for a time.</summary>
internal sealed class SuppressionRoutes(ApiParts parts, OwnSuppressions own, SuppressionPreview preview, Silences silences, DocumentShelf shelf)
{
    private static readonly Shape s_shown = Shape.AtLeast(("id", Shape.Text), ("strategy", Shape.Text), ("reason", Shape.LongText), ("owner", Shape.Text), ("expires", Shape.Time), ("own", Shape.Boolean), ("applied", Shape.Boolean), ("in_use", Shape.Boolean), ("hits", Shape.Whole));
    private static readonly Shape s_preview = Shape.Of(
        ("alerts", Shape.List(Shape.Open)), ("count", Shape.Whole), ("looked_at", Shape.Whole), ("cannot_be_judged", Shape.Whole), ("notes", Shape.List(Shape.Text)), ("scenarios", Shape.List(Shape.Of(("scenario", Shape.Text), ("strategy", Shape.Text), ("rule", Shape.Text)))));
    private static readonly Shape s_silence = Shape.AtLeast(("id", Shape.Text), ("matchers", Shape.List(Shape.Open)), ("until", Shape.Time), ("reason", Shape.Text), ("made_by", Shape.Text), ("in_force", Shape.Boolean), ("revision", Shape.Whole));

    public IEnumerable<ApiRoute> Routes =>
    [
        ApiRoute.Get("/suppressions", Need.Viewer, "Lists suppressions, ours and own ones, with how many alerts each covered since the content was loaded.", Shape.Page(s_shown), List),
        ApiRoute.Post("/suppressions/preview", Need.Analyst, "Tells what a suppression would hide: stored alerts, and true positives of scenarios. Changes nothing.", "suppression.previewed", OwnSuppressions.Body, s_preview, PreviewAsync),
        ApiRoute.Post("/suppressions", Need.Analyst, "Makes an own suppression. One that hides a scenario's true positive is refused (409) unless it is forced.", "suppression.made", OwnSuppressions.Body, s_shown, AddAsync) with { Status = 201 },
        ApiRoute.Get("/suppressions/{id}", Need.Viewer, "One suppression.", s_shown, e => One(e.Part("id"))),
        new("PUT", "/suppressions/{id}", Need.Analyst, "Changes an own suppression.", OwnSuppressions.Body, s_shown, ChangeAsync) { Audited = "suppression.changed" },
        new("DELETE", "/suppressions/{id}", Need.Analyst, "Removes an own suppression, or one that a response has applied.", null, null, RemoveAsync) { Status = 204, Audited = "suppression.removed" },
        ApiRoute.Get("/silences", Need.Viewer, "Lists silences, also those that are over.", Shape.Page(s_silence), e => AdminRoutes.Page(silences.List(e.Query("cursor"), e.Limit + 1), e.Limit, s => s.Id, s => Shown(s.Json, s.Revision))) with { Query = ["limit", "cursor"] },
        ApiRoute.Post("/silences", Need.Analyst, "Begins a silence: what it matches is marked, not hidden.", "silence.made", Silences.Body, s_silence, AddSilenceAsync) with { Status = 201 },
        ApiRoute.Get("/silences/{id}", Need.Viewer, "One silence.", s_silence, e => silences.Find(e.Part("id")) is var (json, revision) ? Answer.Revised(Shown(json, revision), revision) : throw RefusedException.Missing("There is no silence of that id.")),
        new("PUT", "/silences/{id}", Need.Analyst, "Makes a silence another; who made it stays with it.", Silences.Body, s_silence, ChangeSilenceAsync) { Audited = "silence.changed" },
        new("DELETE", "/silences/{id}", Need.Analyst, "Ends a silence.", null, null, EndSilenceAsync) { Status = 204, Audited = "silence.ended" },
    ];

    private Answer List(Exchange e)
    {
        var known = own.All().ToDictionary(d => d.Id, d => (d.Json, d.Revision), StringComparer.Ordinal);
        var items = parts.Generation.Suppressions.Where(s => !known.ContainsKey(s.Id)).Select(s => s.Id).Concat(known.Keys).Order(StringComparer.Ordinal).Select(id => (JsonNode?)Shown(id, known.TryGetValue(id, out var mine) ? mine : null));
        return Answer.Json(new JsonObject { ["items"] = new JsonArray([.. items]), ["next"] = null });
    }

    private Answer One(string id)
    {
        if (own.Find(id) is var (json, revision)) return Answer.Revised(Shown(id, (json, revision)), revision);
        return parts.Generation.Suppressions.Any(s => s.Id == id) ? Answer.Json(Shown(id, null)) : throw RefusedException.Missing("There is no suppression of that name.");
    }

    private JsonObject Shown(string id, (JsonObject Json, long Revision)? mine)
    {
        var used = parts.Generation.Suppressions.FirstOrDefault(s => s.Id == id);
        var json = mine?.Json.DeepClone().AsObject() ?? new JsonObject
        {
            ["strategy"] = used!.Location.File.Split('/').ElementAtOrDefault(1), ["reason"] = used.Reason, ["owner"] = used.Owner, ["expires"] = AlertJson.Time(used.Expires), ["applies_to"] = new JsonArray([.. used.AppliesTo.Select(r => (JsonNode?)r)]), ["file"] = used.Location.File,
        };
        json["applied"] = mine is null && own.AppliedFile(id) is not null;
        (json["id"], json["own"], json["in_use"], json["hits"]) = (id, mine is not null, used is not null && used.Expires > parts.Time.GetUtcNow(), parts.Judgement.Receipts.GetValueOrDefault(id));
        if (mine is var (_, revision)) json["revision"] = revision;
        return json;
    }

    private Task<Answer> PreviewAsync(Exchange e)
    {
        var found = preview.Of(own.Check(e.Body), e.Aborted);
        shelf.Note(e.Caller, "suppression.previewed", e.Text("id")!, []);
        return Task.FromResult(Answer.Json(found));
    }

    private Task<Answer> AddAsync(Exchange e)
    {
        var id = e.Text("id")!;
        own.Put(e.Body, Hides(e), 0, e.Caller);
        return Task.FromResult(One(id) with { Status = 201, Location = $"{ApiRoute.Root}/suppressions/{id}" });
    }

    private Task<Answer> ChangeAsync(Exchange e)
    {
        var id = e.Part("id");
        if (e.Text("id") != id) throw RefusedException.Bad("The body's 'id' is another than the path's.");
        if (own.Find(id) is null) throw parts.Generation.Suppressions.Any(s => s.Id == id) ? RefusedException.Forbidden("This one is part of the content: change its file.") : RefusedException.Missing("There is no own suppression of that name.");
        own.Put(e.Body, Hides(e), e.Expected, e.Caller);
        return Task.FromResult(One(id));
    }

    private Task<Answer> RemoveAsync(Exchange e)
    {
        own.Remove(e.Part("id"), e.Expected, e.Caller);
        return Task.FromResult(Answer.Nothing);
    }

    private JsonObject Hides(Exchange e)
    {
        var found = preview.Of(own.Check(e.Body), e.Aborted);
        if (SuppressionPreview.HidesTruth(found) && e.Body["force"]?.GetValue<bool>() != true)
            throw new RefusedException(409, "It hides true positives", "It would hide what scenarios prove to be attacks. Make it sharper; or say force: true, and the strategy's suppressions will show it.") { More = new JsonObject { ["scenarios"] = found["scenarios"]!.DeepClone() } };
        return new JsonObject { ["count"] = found["count"]!.DeepClone(), ["scenarios"] = found["scenarios"]!.DeepClone() };
    }

    private JsonObject Shown(JsonObject silence, long revision)
    {
        var json = silence.DeepClone().AsObject();
        (json["in_force"], json["revision"]) = (json["until"]!.GetValue<DateTimeOffset>() > parts.Time.GetUtcNow(), revision);
        return json;
    }

    private Task<Answer> AddSilenceAsync(Exchange e)
    {
        var (id, json, revision) = silences.Add(e.Body, e.Caller);
        return Task.FromResult(Answer.Revised(Shown(json, revision), revision, 201) with { Location = $"{ApiRoute.Root}/silences/{id}" });
    }

    private Task<Answer> ChangeSilenceAsync(Exchange e)
    {
        var (json, revision) = silences.Change(e.Part("id"), e.Body, e.Expected, e.Caller);
        return Task.FromResult(Answer.Revised(Shown(json, revision), revision));
    }

    private Task<Answer> EndSilenceAsync(Exchange e)
    {
        silences.Remove(e.Part("id"), e.Expected, e.Caller);
        return Task.FromResult(Answer.Nothing);
    }
}
