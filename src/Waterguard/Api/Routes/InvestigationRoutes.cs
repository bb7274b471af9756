using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Waterguard.Alerting.Output;
using Waterguard.Api.Live;
using Waterguard.Api.Routing;
using Waterguard.Investigation;
using Waterguard.Storage;
using Waterguard.Storage.Archives;

namespace Waterguard.Api.Routes;

/// <summary>What else happened around an incident.</summary>
internal sealed class InvestigationRoutes(ApiParts parts, IncidentBoard board) : IDisposable
{
    // As for other searches: two at once, and none goes on for ever.
    private const long MostBytes = 512L << 20;
    private static readonly TimeSpan s_late = TimeSpan.FromHours(24);

    private static readonly (string, Shape)[] s_looked =
        [("files", Shape.Whole), ("bytes", Shape.Whole), ("unreadable", Shape.Whole), ("cut", Shape.Boolean), ("of_other_times", Shape.Whole), ("arrived_until", Shape.Time), ("kept", Shape.Boolean), ("from", Shape.Time), ("to", Shape.Time)];

    private static readonly Shape s_name = Shape.Of(("kind", Shape.Text), ("name", Shape.LongText));
    private static readonly Shape s_records = Shape.AtLeast(
        [("items", Shape.List(Shape.Of(("source", Shape.Text), ("time", Shape.Time.OrNull), ("hour", Shape.Time), ("file", Shape.Text), ("line", Shape.Whole), ("names", Shape.List(s_name)), ("raw", Shape.Any)))), ("next", Shape.Text.OrNull), .. s_looked]);

    private static readonly Shape s_whole = Shape.AtLeast(
    [
        ("names", Shape.List(s_name)), ("names_left_out", Shape.Whole), ("shortened", Shape.Boolean), ("timeline", Shape.List(Shape.Open)), ("queries", Shape.List(Shape.Of(("language", Shape.Text), ("text", Shape.LongText), ("names_left_out", Shape.Whole)))),
        ("sources", Shape.List(Shape.Of(("source", Shape.Text), ("records", Shape.Whole)))), ("gaps", Shape.List(Shape.Of(("source", Shape.Text), ("from", Shape.Time), ("to", Shape.Time)))), .. s_looked,
    ]);

    private readonly SemaphoreSlim _looking = new(2);

    public IEnumerable<ApiRoute> Routes =>
    [
        ApiRoute.Get("/incidents/{id}/investigation", Need.Viewer, "From an hour before an incident to an hour after: whom it is about, what its alerts say, which sources were silent, and the same question for other stores. 'cut': not all of the archive was read, and silences may be none.", s_whole, WholeAsync) with { Query = ["from", "to", "arrived_until"] },
        ApiRoute.Get("/incidents/{id}/events", Need.Viewer, "Archived records of that time that name one of the incident's entities, by when they came, the oldest first. 'cut' and 'next': there may be more.", s_records, EventsAsync) with { Query = ["from", "to", "entity", "source", "cursor", "limit", "arrived_until"] },
    ];

    public void Dispose() => _looking.Dispose();

    private async Task<Answer> WholeAsync(Exchange e)
    {
        var (subject, arrived) = Asked(e);
        return await LookedAsync(e, new ArchiveLook(parts.Configuration.Data, parts.Generation.Sources, subject, arrived, MostBytes), look =>
        {
            var json = InvestigationJson.Of(subject);
            InvestigationJson.Add(json, look.Survey(0, e.Aborted).Deliveries);
            return json;
        }, subject, arrived);
    }

    private async Task<Answer> EventsAsync(Exchange e)
    {
        var (subject, arrived) = Asked(e);
        var names = subject.Names;
        if (AlertRoutes.Entity(e.Query("entity")) is { } entity) names = names.Where(n => n.Kind == entity.Kind && n.Name == entity.Name).ToArray() is [var one] ? [one] : throw RefusedException.Bad("'entity' is none that the incident is asked for: see 'names' of its investigation.");
        var (behind, limit, source) = (Place(e.Query("cursor")), e.Limit, e.Query("source"));
        return await LookedAsync(e, new ArchiveLook(parts.Configuration.Data, parts.Generation.Sources, subject, arrived, MostBytes), look =>
        {
            var found = look.Find(names, source, behind, limit, e.Aborted);
            return new JsonObject { ["items"] = InvestigationJson.List(found, InvestigationJson.Of), ["next"] = look.Search is { IsCut: true, Place: { } place } ? string.Create(CultureInfo.InvariantCulture, $"{place.Line}:{place.File}") : null };
        }, subject, arrived);
    }

    private async Task<Answer> LookedAsync(Exchange e, ArchiveLook look, Func<ArchiveLook, JsonObject> then, Subject subject, DateTimeOffset arrived)
    {
        if (!_looking.Wait(0, CancellationToken.None)) throw new RefusedException(429, "Busy", "Two investigations are under way.") { RetryAfter = 2 };
        try
        {
            var json = await Task.Run(() => then(look), e.Aborted);
            InvestigationJson.Add(json, look);
            (json["arrived_until"], json["kept"], json["from"], json["to"]) = (AlertJson.Time(arrived), parts.Configuration.KeepArchive is not null, AlertJson.Time(subject.From), AlertJson.Time(subject.To));
            return Answer.Json(json);
        }
        catch (FormatException)
        {
            throw RefusedException.Bad("'cursor' is not one of ours.");
        }
        finally
        {
            _looking.Release();
        }
    }

    private (Subject Subject, DateTimeOffset Arrived) Asked(Exchange e)
    {
        var incident = board.Get(e.Part("id"));
        if (incident.Status != IncidentStatus.Open) throw new RefusedException(409, "Conflict", incident.MergedInto is { } into ? $"It is a part of incident {into} now." : "All its alerts were taken back.");
        var (json, _) = board.Whole(incident);
        // Of a large incident not all alerts are told; the store knows its time.
        (json["start"], json["end"]) = (AlertJson.Time(incident.Start), AlertJson.Time(incident.End));
        var subject = Subject.Read(JsonSerializer.SerializeToElement(json));
        if ((e.Time("from") ?? subject.From, e.Time("to") ?? subject.To) is var (from, to) && (from, to) != (subject.From, subject.To))
        {
            if (to <= from || to - from > Subject.Longest) throw RefusedException.Bad($"'to' is later than 'from', by no more than {Subject.Longest.Days} days.");
            subject = subject.Between(from, to);
        }

        var now = parts.Time.GetUtcNow();
        return (subject, e.Time("arrived_until") ?? (now - subject.To < s_late ? now.AddMinutes(1) : subject.To + s_late));
    }

    private static ArchivePlace? Place(string? cursor)
    {
        if (cursor is null) return null;
        var at = cursor.IndexOf(':', StringComparison.Ordinal);
        return at > 0 && long.TryParse(cursor.AsSpan(0, at), NumberStyles.None, CultureInfo.InvariantCulture, out var line) ? new ArchivePlace(cursor[(at + 1)..], line) : throw RefusedException.Bad("'cursor' is not one of ours.");
    }
}
