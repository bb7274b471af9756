using System.Text.Json.Nodes;
using Waterguard.Alerting.Output;
using Waterguard.Api.Live;
using Waterguard.Api.Routing;
using Waterguard.Sources.Transports;

namespace Waterguard.Api.Routes;

/// <summary>What the service sees: its inputs, the census, and what its scenarios prove.</summary>
internal sealed class ObservationRoutes(ApiParts parts, CensusView census, ValidationBoard validation, StrategyBoard board, DocumentShelf shelf)
{
    private static readonly Shape s_source = Shape.AtLeast(
        ("name", Shape.Text), ("transport", Shape.Text), ("source", Shape.Text.OrNull), ("received", Shape.Whole), ("stored", Shape.Whole), ("duplicate", Shape.Whole), ("rejected", Shape.Whole), ("rejected_by_reason", Shape.Open), ("dropped", Shape.Whole),
        ("errors", Shape.Whole), ("throttled", Shape.Whole), ("lag_bytes", Shape.Whole), ("lag_seconds", Shape.Whole), ("last_success", Shape.Time.OrNull), ("last_error", Shape.LongText.OrNull), ("notes", Shape.Open));

    private static readonly Shape s_run = Shape.Of(("running", Shape.Boolean), ("run", Shape.Text.OrNull), ("done", Shape.Whole), ("total", Shape.Whole), ("began", Shape.Time.OrNull), ("by", Shape.Text.OrNull), ("last", Shape.Open.OrNull));

    public IEnumerable<ApiRoute> Routes =>
    [
        ApiRoute.Get("/sources", Need.Viewer, "Health of each input since the start: received = stored + duplicate + rejected + dropped.", Shape.Page(s_source), e => Answer.Json(new JsonObject { ["items"] = new JsonArray([.. parts.Inputs.Select(i => (JsonNode?)Shown(i))]), ["next"] = null })),
        ApiRoute.Get("/sources/{name}", Need.Viewer, "Health of one input.", s_source, e => parts.Inputs.FirstOrDefault(i => i.Name == e.Part("name")) is { } input ? Answer.Json(Shown(input)) : throw RefusedException.Missing("There is no input of that name.")),
        ApiRoute.Get("/telemetry", Need.Viewer, "Sources that were heard of in the last day, by events.", Shape.Page(Shape.AtLeast(("source", Shape.Text), ("events", Shape.Whole))), TelemetryAsync),
        ApiRoute.Get("/census/containers", Need.Viewer, "Containers and pods that the census knows.", Shape.Page(Shape.Open), e => Listed(e, "containers", e.Query("text"))) with { Query = ["limit", "cursor", "text"] },
        ApiRoute.Get("/census/containers/{id}", Need.Viewer, "One container, by its id or the beginning of it.", Shape.Open, Container),
        ApiRoute.Get("/census/disagreements", Need.Viewer, "What the witnesses disagreed on.", Shape.Page(Shape.Open), e => Listed(e, "disagreements", null)) with { Query = ["limit", "cursor"] },
        ApiRoute.Get("/census/witnesses", Need.Viewer, "The witnesses, when they were heard, and their silences.", Shape.Page(Shape.Open), e => Listed(e, "witnesses", null)) with { Query = ["limit", "cursor"] },
        ApiRoute.Get("/scenarios", Need.Viewer, "Lists the scenarios.", Shape.Page(Shape.Open), Scenarios) with { Query = ["limit", "cursor", "strategy"] },
        ApiRoute.Get("/validation", Need.Viewer, "How far the run of scenarios is, and what the last one showed.", s_run, e => Answer.Json(validation.Progress())),
        ApiRoute.Post("/validation", Need.Analyst, "Begins a run of recorded scenarios: of some strategies or scenarios, or of all.", "validation.begun", Shape.Of(("names?", Shape.List(Shape.Text, 1000))), s_run, ValidateAsync) with { Status = 202 },
    ];

    public static JsonObject Shown(ITransport input, string kind, string? source)
    {
        var p = input.Progress.Snapshot();
        return new JsonObject
        {
            ["name"] = input.Name, ["transport"] = kind, ["source"] = source, ["received"] = p.Read, ["stored"] = p.Accepted, ["duplicate"] = p.Duplicates, ["rejected"] = p.Rejected.Values.Sum(), ["rejected_by_reason"] = Counts(p.Rejected), ["dropped"] = p.Dropped,
            ["errors"] = p.Errors, ["throttled"] = p.Throttled, ["lag_bytes"] = p.LagBytes, ["lag_seconds"] = (long)p.Lag.TotalSeconds, ["last_success"] = p.LastSuccess is { } at ? AlertJson.Time(at) : null, ["last_error"] = p.LastError, ["notes"] = Counts(p.Notes),
        };
    }

    private JsonObject Shown(ITransport input)
    {
        var definition = parts.Configuration.Inputs.FirstOrDefault(i => i.Name == input.Name);
        return Shown(input, definition?.Kind.Name ?? "", definition?.Source);
    }

    private static JsonObject Counts(IReadOnlyDictionary<string, long> counts)
    {
        var json = new JsonObject();
        foreach (var (name, count) in counts) json[name] = count;
        return json;
    }

    private async Task<Answer> TelemetryAsync(Exchange e)
    {
        var seen = await board.SoonAsync(e.Aborted);
        var items = (seen?.Report.Sources ?? []).Select(s => (JsonNode?)new JsonObject { ["source"] = s.Source, ["events"] = s.Events, ["last"] = seen!.Report.Live?.Sources.Where(l => l.Source == s.Source).Select(l => AlertJson.Time(l.Last)).FirstOrDefault() });
        return Answer.Json(new JsonObject { ["items"] = new JsonArray([.. items]), ["next"] = null });
    }

    // The census is in order; a page begins behind so many.
    private Answer Listed(Exchange e, string list, string? text)
    {
        var found = census.Now()[list]!.AsArray().Where(c => text is null || c!.AsObject().Any(m => m.Value is JsonValue value && value.TryGetValue<string>(out var said) && said.Contains(text, StringComparison.OrdinalIgnoreCase))).ToArray();
        return Sliced(e, found, c => c!.DeepClone());
    }

    private static Answer Sliced<T>(Exchange e, IReadOnlyList<T> all, Func<T, JsonNode> shown)
    {
        var at = e.Query("cursor") is not { } cursor ? 0 : int.TryParse(cursor, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var behind) ? behind : throw RefusedException.Bad("'cursor' is not one of ours.");
        var next = at + e.Limit;
        return Answer.Json(new JsonObject { ["items"] = new JsonArray([.. all.Skip(at).Take(e.Limit).Select(i => (JsonNode?)shown(i))]), ["next"] = next < all.Count ? next.ToString(System.Globalization.CultureInfo.InvariantCulture) : null });
    }

    private Answer Container(Exchange e)
    {
        var id = e.Part("id");
        var found = id.Length < 12 ? [] : census.Now()["containers"]!.AsArray().Where(c => c!["container"]!.GetValue<string>() is { Length: > 0 } known && known.StartsWith(id, StringComparison.Ordinal)).ToArray();
        return found.Length switch
        {
            0 => throw RefusedException.Missing("The census knows no container of that id; twelve characters of it are needed."),
            1 => Answer.Json(found[0]!.DeepClone()),
            _ => throw new RefusedException(409, "Conflict", $"{found.Length} containers begin so: say more of the id."),
        };
    }

    private Answer Scenarios(Exchange e)
    {
        var strategy = e.Query("strategy");
        return Sliced(e, [.. validation.Loaded.Catalog.Scenarios.Where(s => strategy is null || s.Strategy == strategy)], s => new JsonObject
        {
            ["id"] = s.Scenario.Id, ["strategy"] = s.Strategy, ["kind"] = s.Scenario.IsLive ? "live" : "recorded", ["claim"] = s.Scenario.Claim, ["expects"] = new JsonArray([.. s.Scenario.Expect.Select(x => (JsonNode?)x.Rule)]),
            ["twins"] = s.Scenario.Quiet.Length, ["variants"] = s.Scenario.Variants.Length,
        });
    }

    private Task<Answer> ValidateAsync(Exchange e)
    {
        string[] names = [.. e.Body["names"]?.AsArray().Select(n => n!.GetValue<string>()) ?? []];
        var progress = validation.Begin(names, e.Caller, () => shelf.Note(e.Caller, "validation.begun", names.Length == 0 ? "all" : string.Join(' ', names.Take(20)), []));
        return Task.FromResult(Answer.Json(progress, 202));
    }
}
