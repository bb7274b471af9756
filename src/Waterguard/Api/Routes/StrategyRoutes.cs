using System.Collections.Immutable;
using System.Text;
using System.Text.Json.Nodes;
using Waterguard.Api.Live;
using Waterguard.Api.Routing;
using Waterguard.Content;
using Waterguard.Strategies;
using Waterguard.Strategies.Coverage;
using Waterguard.Strategies.Rendering;

namespace Waterguard.Api.Routes;

/// <summary>Strategies: the documents, whether they can do what they say, and what of ATT&amp;CK they cover.</summary>
internal sealed class StrategyRoutes(StrategyBoard board)
{
    private static readonly Shape s_summary = Shape.Of(("name", Shape.Text), ("title", Shape.Text), ("state", Shape.Word("ARMED", "DEGRADED", "BLIND").OrNull), ("armed", Shape.Whole), ("degraded", Shape.Whole), ("blind", Shape.Whole), ("at", Shape.Time.OrNull));
    private static readonly Shape s_whole = Shape.AtLeast(("name", Shape.Text), ("title", Shape.Text), ("state", Shape.Text.OrNull), ("at", Shape.Time.OrNull), ("detections", Shape.List(Shape.Open)), ("assumptions", Shape.List(Shape.Open)), ("suppressions", Shape.List(Shape.Open)));
    private static readonly Shape s_technique = Shape.Of(
        ("technique", Shape.Text), ("name", Shape.Text), ("tactics", Shape.List(Shape.Text)), ("state", Shape.Word("none", "blind", "degraded", "armed")), ("detections", Shape.List(Shape.Of(("id", Shape.Text), ("title", Shape.Text), ("level", Shape.Text)))));

    public IEnumerable<ApiRoute> Routes =>
    [
        ApiRoute.Get("/strategies", Need.Viewer, "Lists the strategies with their state.", Shape.Page(s_summary), ListAsync),
        ApiRoute.Get("/strategies/{name}", Need.Viewer, "One strategy: state of each detection with reasons, assumptions, suppressions.", s_whole, OneAsync),
        ApiRoute.Get("/strategies/{name}/document", Need.Viewer, "The strategy as a document for people, with its state.", null, DocumentAsync) with { Query = ["format"] },
        ApiRoute.Get("/strategies/{name}/playbook", Need.Viewer, "The steps of the strategy's playbook, in their order.", PlaybookJson.Shape, e => Answer.Json(PlaybookJson.Of(Get(e).Playbook))),
        ApiRoute.Get("/coverage", Need.Viewer, "Techniques of ATT&CK that detections cover, each with the best state of its detections.", Shape.Page(s_technique), CoverageAsync),
        ApiRoute.Get("/coverage/navigator", Need.Viewer, "The same as a layer for the ATT&CK Navigator.", Shape.Open, NavigatorAsync),
    ];

    private async Task<Answer> ListAsync(Exchange e)
    {
        var seen = await board.SoonAsync(e.Aborted);
        var items = board.Catalog.Folders.Select(f =>
        {
            var state = StateOf(seen, f.Name);
            return (JsonNode?)new JsonObject
            {
                ["name"] = f.Name, ["title"] = Strategy.Read(f, new DiagnosticBag())?.Document.Title ?? f.Name, ["state"] = state?["state"]?.DeepClone(), ["armed"] = state?["armed"]?.DeepClone() ?? 0, ["degraded"] = state?["degraded"]?.DeepClone() ?? 0,
                ["blind"] = state?["blind"]?.DeepClone() ?? 0, ["at"] = At(seen),
            };
        });
        return Answer.Json(new JsonObject { ["items"] = new JsonArray([.. items]), ["next"] = null });
    }

    private async Task<Answer> OneAsync(Exchange e)
    {
        var (strategy, seen) = (Get(e), await board.SoonAsync(e.Aborted));
        var json = StateOf(seen, strategy.Name)?.DeepClone().AsObject() ?? new JsonObject { ["name"] = strategy.Name, ["state"] = null, ["detections"] = new JsonArray(), ["assumptions"] = new JsonArray(), ["suppressions"] = new JsonArray() };
        (json["title"], json["at"]) = (strategy.Document.Title, At(seen));
        return Answer.Json(json);
    }

    private async Task<Answer> DocumentAsync(Exchange e)
    {
        var (strategy, seen) = (Get(e), await board.SoonAsync(e.Aborted));
        var state = seen?.States.FirstOrDefault(s => s.Strategy == strategy.Name);
        var reasons = state?.Detections.SelectMany(d => d.Reasons).Select(r => r.Text).Distinct(StringComparer.Ordinal).Take(20).ToImmutableArray() ?? [];
        var live = LiveState.Unknown with { State = state is null ? null : StrategyStateJson.Name(state.State), Reasons = reasons };
        switch (e.Query("format"))
        {
            case null or "html":
                // The page has its style within: this one style may be, by its hash, and nothing else.
                var html = HtmlRendering.Render(strategy, live);
                e.Context.Response.Headers.ContentSecurityPolicy = $"default-src 'none'; style-src 'sha256-{StyleHash(html)}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
                return new Answer(200, Encoding.UTF8.GetBytes(html), "text/html; charset=utf-8");
            case "markdown": return new Answer(200, Encoding.UTF8.GetBytes(MarkdownRendering.Render(strategy, live)), "text/markdown; charset=utf-8");
            default: throw RefusedException.Bad("'format' is one of html, markdown.");
        }
    }

    private async Task<Answer> CoverageAsync(Exchange e)
    {
        var coverage = Covered(await board.SoonAsync(e.Aborted));
        var items = coverage.Select(c => (JsonNode?)new JsonObject
        {
            ["technique"] = c.Technique.Id, ["name"] = c.Technique.Name, ["tactics"] = new JsonArray([.. c.Technique.Tactics.Select(t => (JsonNode?)t)]), ["state"] = c.State.ToString().ToLowerInvariant(),
            ["detections"] = new JsonArray([.. c.Detections.Select(d => (JsonNode?)new JsonObject { ["id"] = d.Id, ["title"] = d.Title, ["level"] = Alerting.Output.AlertJson.Name(d.Level) })]),
        });
        return Answer.Json(new JsonObject { ["items"] = new JsonArray([.. items]), ["next"] = null });
    }

    private async Task<Answer> NavigatorAsync(Exchange e)
    {
        using var stream = new MemoryStream();
        NavigatorLayer.Write(Covered(await board.SoonAsync(e.Aborted)), board.Catalog.Surroundings.Attack, stream);
        return new Answer(200, stream.ToArray());
    }

    private ImmutableArray<TechniqueCoverage> Covered(StrategyBoard.Seen? seen) => TechniqueCoverage.Of(board.Catalog.Generation.Rules, board.Catalog.Surroundings.Attack, id => seen?.StateOf(id) ?? CoverageState.None);

    private Strategy Get(Exchange e) => board.Catalog.Find(e.Part("name")) is { } folder && Strategy.Read(folder, new DiagnosticBag()) is { } strategy ? strategy : throw RefusedException.Missing("There is no strategy of that name.");

    private static JsonNode? StateOf(StrategyBoard.Seen? seen, string name) => seen?.Json["strategies"]!.AsArray().FirstOrDefault(s => s!["name"]!.GetValue<string>() == name);

    private static string? At(StrategyBoard.Seen? seen) => seen is null ? null : Alerting.Output.AlertJson.Time(seen.At);

    private static string StyleHash(string html)
    {
        var start = html.IndexOf("<style>", StringComparison.Ordinal) + 7;
        return Convert.ToBase64String(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(html[start..html.IndexOf("</style>", StringComparison.Ordinal)])));
    }
}
