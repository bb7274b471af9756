using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Waterguard.Tests.Sources.Transports.Cloud;

/// <summary>The Office 365 Management Activity API, as documented and as field reports tell of it: starting twice is refused, a window of more than 24 hours or
/// 7 days ago too, too much is 403 with AF429, and the next page is a header.</summary>
internal sealed class OfficeServer : CloudServer
{
    public const string Tenant = "6f1c2a3b-0000-4000-8000-0000000000aa";
    private const int PageSize = 25;
    private readonly Lock _lock = new();
    private readonly List<(string Id, string Type, DateTimeOffset Created, string Body, DateTimeOffset Listed)> _contents = [];
    private readonly HashSet<string> _subscriptions = new(StringComparer.Ordinal);
    private TimeProvider _time = TimeProvider.System;

    public IReadOnlyCollection<string> Subscriptions => _subscriptions;

    public bool ListsNothing { get; set; }

    protected override (int Status, string Body) Throttled => (403, Error("AF429", "Too many requests. Method=GetBlob, PublisherId=00000000-0000-0000-0000-000000000000"));

    public static Task<OfficeServer> StartAsync(TimeProvider time) => StartAsync(new OfficeServer { _time = time });

    /// <summary>A content; it can appear later than it says that it was made.</summary>
    public void Add(string id, string type, DateTimeOffset created, IEnumerable<string> records, DateTimeOffset? listed = null)
    {
        lock (_lock) _contents.Add((id, type, created, $"[{string.Join(",\r\n", records)}]", listed ?? created));
    }

    /// <summary>All different records of all contents.</summary>
    public IReadOnlyCollection<string> Bodies()
    {
        lock (_lock) return [.. _contents.SelectMany(c => c.Body[1..^1].Split(",\r\n")).Distinct(StringComparer.Ordinal)];
    }

    public void Expire(string id)
    {
        lock (_lock) _contents[_contents.FindIndex(c => c.Id == id)] = _contents.Find(c => c.Id == id) with { Body = "" };
    }

    protected override void Map(WebApplication app)
    {
        var feed = $"/api/v1.0/{Tenant}/activity/feed";
        app.MapGet(feed + "/subscriptions/list", () => Json($"[{(ListsNothing ? "" : string.Join(',', Copy().Select(s => $$"""{"contentType":"{{s}}","status":"enabled","webhook":null}""")))}]"));
        app.MapPost(feed + "/subscriptions/start", (string contentType) => Start(contentType));
        app.MapGet(feed + "/subscriptions/content", (HttpContext context, string contentType, string startTime, string endTime, string? nextPage) => List(context, feed, contentType, startTime, endTime, nextPage));
        app.MapGet(feed + "/audit/{id}", (string id) => Fetch(id));
    }

    private IResult Start(string type)
    {
        lock (_lock) return _subscriptions.Add(type) ? Json($$"""{"contentType":"{{type}}","status":"enabled","webhook":null}""") : Refuse(400, "AF20024", "The subscription is already enabled. No property change.");
    }

    private string[] Copy()
    {
        lock (_lock) return [.. _subscriptions];
    }

    private IResult List(HttpContext context, string feed, string type, string start, string end, string? nextPage)
    {
        lock (_lock)
        {
            if (!_subscriptions.Contains(type)) return Refuse(400, "AF20022", $"No subscription found for the specified content type {type}");
            var (from, to, now) = (Parse(start), Parse(end), _time.GetUtcNow());
            if (to - from > TimeSpan.FromHours(24) || from < now.AddDays(-7) || to <= from) return Refuse(400, "AF20055", "Start time and end time must both be specified and must be less than or equal to 24 hours apart, with the start time prior to end time and start time no more than 7 days in the past.");
            var matching = _contents.Where(c => c.Type == type && c.Created >= from && c.Created < to && c.Listed <= now).ToArray();
            var at = int.Parse(nextPage ?? "0", CultureInfo.InvariantCulture);
            if (at + PageSize < matching.Length) context.Response.Headers["NextPageUri"] = $"{Address.AbsoluteUri.TrimEnd('/')}{feed}/subscriptions/content?contentType={type}&startTime={start}&endTime={end}&nextPage={at + PageSize}";
            var text = new StringBuilder("[");
            foreach (var content in matching.Skip(at).Take(PageSize))
            {
                text.Append(text.Length > 1 ? "," : "").Append(CultureInfo.InvariantCulture, $$"""{"contentType":"{{type}}","contentId":"{{content.Id}}","contentUri":"{{Address.AbsoluteUri.TrimEnd('/')}}{{feed}}/audit/{{content.Id}}","contentCreated":"{{content.Created:yyyy-MM-ddTHH:mm:ss.fffZ}}","contentExpiration":"{{content.Created.AddDays(7):yyyy-MM-ddTHH:mm:ss.fffZ}}"}""");
            }

            return Json(text.Append(']').ToString());
        }
    }

    private IResult Fetch(string id)
    {
        lock (_lock)
        {
            var content = _contents.Find(c => c.Id == id);
            return content.Id is null || content.Body.Length == 0 ? Refuse(400, "AF20051", $"Content requested with the key {id} has already expired. Content older than 7 days cannot be retrieved.") : Json(content.Body);
        }
    }

    private static DateTimeOffset Parse(string text) => DateTimeOffset.ParseExact(text, "yyyy-MM-ddTHH:mm:ss", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
}
