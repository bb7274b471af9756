using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Waterguard.Tests.Sources.Transports.Cloud;

/// <summary>The APIs that are asked for spans of time: Graph, Log Analytics, metrics, Cloud Logging and Monitoring, the Reports API. Each in its own words.</summary>
internal sealed partial class ListsServer : CloudServer
{
    private const int PageSize = 40;
    private readonly Lock _lock = new();
    private readonly List<(DateTimeOffset Time, string Json, DateTimeOffset Appears)> _records = [];
    private TimeProvider _time = TimeProvider.System;

    /// <summary>Log Analytics cuts answers with more rows.</summary>
    public int MostRows { get; set; } = int.MaxValue;

    protected override (int Status, string Body) Throttled => (429, """{"error":{"code":"TooManyRequests","message":"Too many requests"}}""");

    public static Task<ListsServer> StartAsync(TimeProvider time) => StartAsync(new ListsServer { _time = time });

    public void Add(DateTimeOffset time, string json, DateTimeOffset? appears = null)
    {
        lock (_lock) _records.Add((time, json, appears ?? time));
    }

    protected override void Map(WebApplication app)
    {
        app.MapGet("/v1.0/auditLogs/signIns", (HttpRequest request) => Graph(request));
        app.MapGet("/admin/reports/v1/activity/users/all/applications/{application}", (HttpRequest request) => Paged("items", Parse(request.Query["startTime"]), Parse(request.Query["endTime"]), request.Query["pageToken"]));
        app.MapGet("/v3/projects/harbour/timeSeries", (HttpRequest request) => Paged("timeSeries", Parse(request.Query["interval.startTime"]), Parse(request.Query["interval.endTime"]), request.Query["pageToken"]));
        app.MapPost("/v2/entries:list", async (HttpRequest request) =>
        {
            var body = (await JsonDocument.ParseAsync(request.Body)).RootElement;
            var times = Times().Matches(body.GetProperty("filter").GetString()!);
            return Paged("entries", Parse(times[0].Value), Parse(times[1].Value), body.TryGetProperty("pageToken", out var token) ? token.GetString() : null);
        });
        app.MapPost("/v1/workspaces/{id}/query", async (HttpRequest request) =>
        {
            var times = Times().Matches((await JsonDocument.ParseAsync(request.Body)).RootElement.GetProperty("query").GetString()!);
            return Rows(Parse(times[0].Value), Parse(times[1].Value));
        });
        app.MapPost("/subscriptions/{id}/metrics:getBatch", (HttpRequest request) => Json($$"""{"values":[{"interval":"PT1M","resourceid":"/subscriptions/0f5a/x","value":[{"name":{"value":"CpuUsage"},"timeseries":[{"metadatavalues":[{"name":{"value":"containername"},"value":"tide"}],"data":[{{string.Join(',', Between(Parse(request.Query["starttime"]), Parse(request.Query["endtime"])))}}]}]}]}]}"""));
    }

    private IResult Graph(HttpRequest request)
    {
        var times = Times().Matches(request.Query["$filter"].ToString());
        var all = Between(Parse(times[0].Value), Parse(times[1].Value));
        var at = int.Parse(request.Query["$skiptoken"].FirstOrDefault() ?? "0", CultureInfo.InvariantCulture);
        var next = at + PageSize < all.Length ? $",\"@odata.nextLink\":\"{Address}v1.0/auditLogs/signIns?$filter={Uri.EscapeDataString(request.Query["$filter"].ToString())}&$skiptoken={at + PageSize}\"" : "";
        return Json($$"""{"@odata.context":"x","value":[{{string.Join(',', all.Skip(at).Take(PageSize))}}]{{next}}}""");
    }

    private IResult Paged(string name, DateTimeOffset from, DateTimeOffset to, string? token)
    {
        var all = Between(from, to);
        var at = int.Parse(string.IsNullOrEmpty(token) ? "0" : token, CultureInfo.InvariantCulture);
        return Json($$"""{"{{name}}":[{{string.Join(',', all.Skip(at).Take(PageSize))}}]{{(at + PageSize < all.Length ? $",\"nextPageToken\":\"{at + PageSize}\"" : "")}}}""");
    }

    private IResult Rows(DateTimeOffset from, DateTimeOffset to)
    {
        lock (_lock)
        {
            var rows = _records.Where(r => r.Time >= from && r.Time < to && r.Appears <= _time.GetUtcNow()).ToArray();
            var text = new StringBuilder("""{"tables":[{"name":"PrimaryResult","columns":[{"name":"Id","type":"string"},{"name":"Count","type":"long"},{"name":"Empty","type":"string"},{"name":"WaterguardIngested","type":"datetime"}],"rows":[""");
            text.AppendJoin(',', rows.Take(MostRows).Select(r => string.Create(CultureInfo.InvariantCulture, $"[\"{r.Json}\",7,\"\",\"{r.Time:O}\"]")));
            return Json(text.Append("]}]").Append(rows.Length > MostRows ? """,""" + "\"error\":{\"code\":\"PartialError\",\"message\":\"There were some errors when processing your query.\"}" : "").Append('}').ToString());
        }
    }

    private string[] Between(DateTimeOffset from, DateTimeOffset to)
    {
        lock (_lock) return [.. _records.Where(r => r.Time >= from && r.Time < to && r.Appears <= _time.GetUtcNow()).Select(r => r.Json)];
    }

    private static DateTimeOffset Parse(string? text) => DateTimeOffset.Parse(text!, CultureInfo.InvariantCulture);

    [GeneratedRegex("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Times();
}
