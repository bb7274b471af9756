using System.Text.Json;
using System.Text.Json.Nodes;
using Waterguard.Alerting.Output;
using Waterguard.Api.Live;
using Waterguard.Api.Routing;
using Waterguard.Storage.Archives;

namespace Waterguard.Api.Routes;

/// <summary>The search through archived records, which are redacted.</summary>
internal sealed class ArchiveRoutes(ApiParts parts) : IDisposable
{
    // One search reads through files that may be large: two at once, and none goes on for ever.
    private const long MostBytes = 512L << 20;
    private static readonly TimeSpan s_usually = TimeSpan.FromHours(24);
    private static readonly JsonDocumentOptions s_deep = new() { MaxDepth = 1024 };

    private static readonly Shape s_found = Shape.Of(
        ("items", Shape.List(Shape.Of(("source", Shape.Text), ("hour", Shape.Time), ("file", Shape.Text), ("line", Shape.Whole), ("raw", Shape.Any)))), ("files", Shape.Whole), ("bytes", Shape.Whole), ("unreadable", Shape.Whole), ("cut", Shape.Boolean), ("kept", Shape.Boolean));

    private readonly SemaphoreSlim _searching = new(2);

    public IEnumerable<ApiRoute> Routes =>
    [
        ApiRoute.Get("/archive", Need.Viewer, "Searches archived records for a text, as they are written there (case matters), by when they came: the newest first. 'cut' says that there may be more.", s_found, SearchAsync) with { Query = ["text", "source", "since", "until", "limit"] },
    ];

    public void Dispose() => _searching.Dispose();

    private async Task<Answer> SearchAsync(Exchange e)
    {
        var now = parts.Time.GetUtcNow();
        var (until, text, source) = (e.Time("until") ?? now.AddMinutes(1), e.Query("text"), e.Query("source"));
        var query = new ArchiveQuery(e.Time("since") ?? until - s_usually, until, text is null ? [] : [text]) { Sources = source is null ? [] : [source], Most = e.Limit, MaxBytes = MostBytes };
        if (!_searching.Wait(0, CancellationToken.None)) throw new RefusedException(429, "Busy", "Two searches are under way.") { RetryAfter = 2 };
        try
        {
            var search = new ArchiveSearch(parts.Configuration.Data, query);
            var found = await Task.Run(() => search.Run(e.Aborted).ToArray(), e.Aborted);
            return Answer.Json(new JsonObject
            {
                ["items"] = new JsonArray([.. found.Select(h => (JsonNode?)new JsonObject { ["source"] = h.Source, ["hour"] = AlertJson.Time(h.Hour), ["file"] = h.File, ["line"] = h.Line, ["raw"] = JsonNode.Parse(h.Json, null, s_deep) })]),
                ["files"] = search.Files, ["bytes"] = search.Bytes, ["unreadable"] = search.Unreadable, ["cut"] = search.IsCut, ["kept"] = parts.Configuration.KeepArchive is not null,
            });
        }
        finally
        {
            _searching.Release();
        }
    }
}
