using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Waterguard.Alerting.Output;
using Waterguard.Api.Live;
using Waterguard.Api.Routing;
using Waterguard.Sigma;

namespace Waterguard.Api.Routes;

/// <summary>The whole at a glance, and what happens as it happens.</summary>
internal sealed class StatusRoutes(ApiParts parts, IncidentBoard incidents, StrategyBoard board, Access.Attempts attempts, Func<IReadOnlyList<ApiRoute>> routes)
{
    private static readonly TimeSpan s_heartbeat = TimeSpan.FromSeconds(15);

    private static readonly Shape s_status = Shape.AtLeast(
        ("at", Shape.Time), ("trouble", Shape.LongText.OrNull), ("incidents", Shape.Open), ("trend", Shape.List(Shape.Open)), ("strategies", Shape.List(Shape.Open)), ("sources", Shape.List(Shape.Open)), ("judged", Shape.Open), ("caps", Shape.Open));

    public IEnumerable<ApiRoute> Routes =>
    [
        ApiRoute.Get("/status", Need.Viewer, "Counts for an overview: incidents, alerts an hour, strategies, inputs, caps and drops.", s_status, StatusAsync),
        ApiRoute.Get("/events", Need.Viewer, "What happens, as server-sent events: alert, incident, state, source.", null, StreamAsync),
        ApiRoute.Get("/openapi.json", Need.Nobody, "This document.", Shape.Open, e => Answer.Json(OpenApi.Document(routes()))),
    ];

    private async Task<Answer> StatusAsync(Exchange e)
    {
        var now = parts.Time.GetUtcNow();
        var counts = new JsonObject();
        foreach (var group in incidents.Find(new()).GroupBy(i => (i.Work.Status, AlertJson.Name((Level)i.Incident.Level))))
        {
            if (counts[group.Key.Status] is not JsonObject byLevel) counts[group.Key.Status] = byLevel = [];
            byLevel[group.Key.Item2] = group.Count();
        }

        var trend = parts.Alerts.Trend(now.AddHours(-24), now.AddMinutes(1), TimeSpan.FromHours(1)).Select(p => (JsonNode?)new JsonObject { ["from"] = AlertJson.Time(p.From), ["level"] = AlertJson.Name((Level)p.Level), ["told"] = p.Told, ["suppressed"] = p.Suppressed });
        var strategies = board.Last?.States.Select(s => (JsonNode?)new JsonObject { ["name"] = s.Strategy, ["state"] = Strategies.StrategyStateJson.Name(s.State) });
        var sources = parts.Inputs.Select(i => i.Progress.Snapshot() is var p ? (JsonNode?)new JsonObject { ["name"] = i.Name, ["received"] = p.Read, ["stored"] = p.Accepted, ["last_success"] = p.LastSuccess is { } at ? AlertJson.Time(at) : null, ["last_error"] = p.LastError } : null);
        var tally = parts.Judgement.Tally;
        return Answer.Json(new JsonObject
        {
            ["at"] = AlertJson.Time(now), ["trouble"] = await parts.Trouble(), ["incidents"] = counts, ["trend"] = new JsonArray([.. trend]), ["strategies"] = new JsonArray([.. strategies ?? []]), ["sources"] = new JsonArray([.. sources]),
            ["judged"] = new JsonObject { ["events"] = tally.Events, ["malformed"] = tally.MalformedRecords, ["unrecognised"] = tally.UnrecognisedRecords, ["waiting"] = parts.Journal.LastSequence - parts.Store.ConsumedOf(parts.Journal.Id) },
            ["caps"] = new JsonObject
            {
                ["damaged_batches"] = parts.Judgement.DamagedBatches, ["depth_capped"] = tally.DepthCapped, ["forged_times"] = parts.Judgement.Correlations.ForgedTimes, ["evidence_files_removed"] = parts.Judgement.Correlations.EvidenceFilesRemoved, ["not_lifted_any_more"] = parts.Judgement.TriageForgotten, ["keys_forgotten"] = parts.Journal.KeysForgotten,
                ["incidents_not_regrouped"] = parts.Incidents.NotRegrouped, ["listeners_dropped"] = parts.Events.Dropped, ["sign_ins_forgotten"] = attempts.Forgotten,
            },
        });
    }

    private async Task<Answer> StreamAsync(Exchange e)
    {
        var last = e.Context.Request.Headers["Last-Event-ID"].ToString() is { Length: > 0 and < 64 } seen ? seen : null;
        if (parts.Events.Listen(e.Caller.Name, last) is not { } listener) throw new RefusedException(429, "Too many listeners", $"At most {EventHub.MostListeners}, and {EventHub.MostOfOne} of one caller.") { RetryAfter = 30 };
        var response = e.Context.Response;
        try
        {
            response.ContentType = "text/event-stream";
            response.Headers.CacheControl = "no-store";
            await SendAsync(response, "retry: 3000\n: listening\n\n", e.Aborted);
            if (listener.HasMissed) await SendAsync(response, "event: missed\ndata: {}\n\n", e.Aborted);
            while (true)
            {
                // Who may not look any more does not go on looking: a session that was ended, a key that was removed.
                if (!await NextAsync(listener, e.Aborted))
                {
                    if (listener.IsTooSlow) await SendAsync(response, "event: dropped\ndata: {\"why\":\"too slow\"}\n\n", e.Aborted);
                    return Answer.Written;
                }

                if (!StillMay(e)) return Answer.Written;
                var text = new StringBuilder();
                while (listener.Waiting.Reader.TryRead(out var one)) text.Append(CultureInfo.InvariantCulture, $"id: {parts.Events.Run}-{one.Number}\nevent: {one.Kind}\ndata: {one.Json}\n\n");
                await SendAsync(response, text.Length == 0 ? ": still here\n\n" : text.ToString(), e.Aborted);
            }
        }
        finally
        {
            parts.Events.Leave(listener);
        }
    }

    /// <summary>Asks again who listens; set by who composes.</summary>
    public Func<Exchange, bool> StillMay { get; init; } = _ => true;

    // Something came, or it is time for a sign of life.
    private async Task<bool> NextAsync(EventHub.Listener listener, CancellationToken cancel)
    {
        var coming = listener.Waiting.Reader.WaitToReadAsync(cancel).AsTask();
        return await Task.WhenAny(coming, Task.Delay(s_heartbeat, parts.Time, cancel)) != coming || await coming;
    }

    private static async Task SendAsync(Microsoft.AspNetCore.Http.HttpResponse response, string text, CancellationToken cancel)
    {
        await response.Body.WriteAsync(Encoding.UTF8.GetBytes(text), cancel);
        await response.Body.FlushAsync(cancel);
    }
}
