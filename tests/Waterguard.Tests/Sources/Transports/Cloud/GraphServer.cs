using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Waterguard.Tests.Sources.Transports.Cloud;

/// <summary>The lists of Graph about sign-ins, risks and roles. As the real one, version 1.0 tells of interactive sign-ins only, knows ge and le, and cuts into pages.</summary>
internal sealed partial class GraphServer : CloudServer
{
    private const int PageSize = 2;
    private readonly Lock _lock = new();
    private readonly List<(string Kind, DateTimeOffset Time, string Json)> _records = [];

    /// <summary>What each alert of PIM holds.</summary>
    public Dictionary<string, List<string>> Incidents { get; } = new(StringComparer.Ordinal);

    protected override (int Status, string Body) Throttled => (429, """{"error":{"code":"TooManyRequests","message":"Too many requests"}}""");

    public static Task<GraphServer> StartAsync() => StartAsync(new GraphServer());

    public void Add(string kind, DateTimeOffset time, string json)
    {
        lock (_lock) _records.Add((kind, time, json));
    }

    protected override void Map(WebApplication app)
    {
        app.MapGet("/v1.0/auditLogs/signIns", (HttpRequest request) => Filter(request) is { } filter && filter.Contains("signInEventTypes", StringComparison.Ordinal)
            ? Refuse(400, "BadRequest", "Could not find a property named 'signInEventTypes' on type 'microsoft.graph.signIn'.") : List(request, "interactiveUser"));
        app.MapGet("/beta/auditLogs/signIns", (HttpRequest request) => List(request, Kind().Match(Filter(request) ?? "") is { Success: true } kind ? kind.Groups["kind"].Value : "interactiveUser"));
        app.MapGet("/v1.0/identityProtection/riskDetections", (HttpRequest request) => List(request, "risk"));
        app.MapGet("/v1.0/identityProtection/servicePrincipalRiskDetections", (HttpRequest request) => List(request, "principalRisk"));
        app.MapGet("/beta/identityGovernance/roleManagementAlerts/alerts", (HttpRequest request) => Filter(request) != "scopeId eq '/' and scopeType eq 'DirectoryRole'"
            ? Refuse(400, "MissingScope", "The scopeId and scopeType are required in the filter.") : Json($$"""{"value":[{{string.Join(',', Incidents.Select(i => $$"""{"id":"{{i.Key}}","alertDefinitionId":"{{i.Key}}","scopeId":"/","scopeType":"DirectoryRole","incidentCount":{{i.Value.Count}},"isActive":true}"""))}}]}"""));
        app.MapGet("/beta/identityGovernance/roleManagementAlerts/alerts/{id}/alertIncidents", (string id, HttpRequest request) => Page(request, [.. Incidents[id]]));
    }

    private IResult List(HttpRequest request, string kind)
    {
        var times = Bound().Matches(Filter(request) ?? "").ToDictionary(m => m.Groups["word"].Value, m => DateTimeOffset.Parse(m.Groups["time"].Value, CultureInfo.InvariantCulture), StringComparer.Ordinal);
        if (times.Keys.FirstOrDefault(k => k is not ("ge" or "le")) is { } other) return Refuse(400, "BadRequest", $"The operator {other} is not supported.");
        lock (_lock) return Page(request, [.. _records.Where(r => r.Kind == kind && (!times.TryGetValue("ge", out var from) || r.Time >= from) && (!times.TryGetValue("le", out var to) || r.Time <= to)).Select(r => r.Json)]);
    }

    private IResult Page(HttpRequest request, string[] all)
    {
        var at = int.Parse(request.Query["$skiptoken"].FirstOrDefault() ?? "0", CultureInfo.InvariantCulture);
        var filter = Filter(request) is { } text ? $"$filter={Uri.EscapeDataString(text)}&" : "";
        var next = at + PageSize < all.Length ? $",\"@odata.nextLink\":\"{Address.AbsoluteUri.TrimEnd('/')}{request.Path}?{filter}$skiptoken={at + PageSize}\"" : "";
        return Json($$"""{"@odata.context":"x","value":[{{string.Join(',', all.Skip(at).Take(PageSize))}}]{{next}}}""");
    }

    private static string? Filter(HttpRequest request) => request.Query["$filter"].FirstOrDefault();

    [GeneratedRegex("signInEventTypes/any\\(t: t eq '(?<kind>[A-Za-z]+)'\\)", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Kind();

    [GeneratedRegex("(?:created|detected)DateTime (?<word>[a-z]+) (?<time>[0-9T:.Z-]+)", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Bound();
}
