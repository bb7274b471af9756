using System.Globalization;
using Waterguard.Api.Live;
using Waterguard.Api.Routing;
using Waterguard.Sigma;
using Waterguard.Storage;

namespace Waterguard.Api.Routes;

/// <summary>Stored alerts.</summary>
internal sealed class AlertRoutes(ApiParts parts, Silences silences)
{
    /// <summary>What a list shows of an alert.</summary>
    public static Shape Summary { get; } = Shape.AtLeast(
        ("id", Shape.Text), ("time", Shape.Time), ("title", Shape.LongText), ("level", Shape.Text), ("risk", Shape.Whole), ("rule", Shape.Open), ("strategy", Shape.Text.OrNull), ("reason", Shape.LongText), ("status", Shape.Text), ("entities", Shape.Open),
        ("suppressed_by", Shape.Text.OrNull), ("silenced_by?", Shape.Text.OrNull));

    public IEnumerable<ApiRoute> Routes =>
    [
        ApiRoute.Get("/alerts", Need.Viewer, "Lists alerts, newest first, without their events.", Shape.Page(Summary), List) with { Query = ["limit", "cursor", "level", "rule", "strategy", "status", "suppressed", "since", "until", "entity", "text"] },
        ApiRoute.Get("/alerts/{id}", Need.Viewer, "One alert, with its events; secrets in them are hashes.", Shape.AtLeast(("id", Shape.Text), ("events", Shape.List(Shape.Open))), One),
    ];

    private Answer List(Exchange e)
    {
        var query = new AlertQuery
        {
            LowestLevel = (int)(e.Word<Level>("level") ?? Level.Informational), Rules = e.Query("rule")?.Split(',') ?? [], Strategy = e.Query("strategy"), Statuses = e.Word<AlertStatus>("status") is { } status ? [status] : [],
            Suppressed = e.Query("suppressed") switch { null or "no" => false, "yes" => true, "all" => null, _ => throw RefusedException.Bad("'suppressed' is one of yes, no, all.") },
            Since = e.Time("since"), Until = e.Time("until"), Entity = Entity(e.Query("entity")), Text = e.Query("text"), Before = Cursor(e.Query("cursor")), Most = e.Limit + 1,
        };
        var now = parts.Time.GetUtcNow();
        return AdminRoutes.Page(parts.Alerts.Find(query), e.Limit, a => CursorOf(a.Time, a.Id), a =>
        {
            var summary = StoredAlertReading.Summary(a);
            summary["silenced_by"] = silences.Find(summary, now);
            return summary;
        });
    }

    private Answer One(Exchange e) => parts.Alerts.FindAlert(e.Part("id")) is { } alert ? new Answer(200, alert.Json) : throw RefusedException.Missing("There is no alert of that id.");

    /// <summary>An entity as <c>kind:name</c>.</summary>
    public static StoredEntity? Entity(string? text)
    {
        if (text is null) return null;
        var at = text.IndexOf(':', StringComparison.Ordinal);
        return at > 0 && at < text.Length - 1 ? new StoredEntity(text[..at], text[(at + 1)..]) : throw RefusedException.Bad("'entity' is KIND:NAME, as pod:default/web-1.");
    }

    /// <summary>A place in an order of time and id.</summary>
    public static string CursorOf(DateTimeOffset time, string id) => string.Create(CultureInfo.InvariantCulture, $"{time.ToUnixTimeMilliseconds()}.{id}");

    /// <summary>The place that a cursor names.</summary>
    public static AlertCursor? Cursor(string? text)
    {
        if (text is null) return null;
        var at = text.IndexOf('.', StringComparison.Ordinal);
        return at > 0 && long.TryParse(text.AsSpan(0, at), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var time) && Math.Abs(time) < 200_000_000_000_000 ? new AlertCursor(DateTimeOffset.FromUnixTimeMilliseconds(time), text[(at + 1)..]) : throw RefusedException.Bad("'cursor' is not one of ours.");
    }
}
