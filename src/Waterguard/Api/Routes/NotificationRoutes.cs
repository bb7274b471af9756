using System.Text.Json.Nodes;
using Waterguard.Api.Live;
using Waterguard.Api.Routing;
using Waterguard.Notify;
using Waterguard.Storage;

namespace Waterguard.Api.Routes;

/// <summary>Who was told of what, and why or why not.</summary>
internal sealed class NotificationRoutes(Notifier notifier, IOutbox outbox, IncidentBoard incidents, DocumentShelf shelf)
{
    private static readonly Shape s_notification = Shape.Of(
        ("id", Shape.Text), ("incident", Shape.Text), ("channel", Shape.Text.OrNull), ("state", Shape.Word([.. States])), ("kind", Shape.Text), ("route", Shape.Text), ("why", Shape.LongText), ("made", Shape.Time), ("due", Shape.Time.OrNull), ("attempts", Shape.Whole),
        ("steps", Shape.List(Shape.Of(("at", Shape.Time), ("what", Shape.LongText)))));

    private static readonly Shape s_channels = Shape.Of(
        ("items", Shape.List(Shape.Of(
            ("name", Shape.Text), ("kind", Shape.Text), ("rate", Shape.Whole), ("sent", Shape.Whole), ("failures", Shape.Whole), ("dead", Shape.Whole), ("withheld", Shape.Whole), ("capped", Shape.Whole), ("last_error", Shape.LongText.OrNull)))),
        ("next", Shape.Text.OrNull), ("refused", Shape.Whole));

    private static IEnumerable<string> States => Enum.GetNames<NotificationState>().Select(n => n.ToLowerInvariant());

    public IEnumerable<ApiRoute> Routes =>
    [
        ApiRoute.Get("/notifications", Need.Viewer, "Lists notifications, newest first; state=dead are those that were given up.", Shape.Page(s_notification), List) with { Query = ["limit", "cursor", "state"] },
        ApiRoute.Get("/incidents/{id}/notifications", Need.Viewer, "What was told of an incident, or was not, and why.", Shape.Page(s_notification), OfIncident),
        ApiRoute.Post("/notifications/{id}/resend", Need.Responder, "Sends a notification that was given up or withheld again.", "notification.resent", Shape.Of(), s_notification, ResendAsync),
        ApiRoute.Get("/channels", Need.Viewer, "Lists the channels, with what each did since the start.", s_channels, Channels),
        ApiRoute.Post("/channels/{name}/test", Need.Admin, "Sends a test by a channel, and tells what came of it.", "channel.tested", Shape.Of(), Shape.Of(("sent", Shape.Boolean), ("error", Shape.LongText.OrNull)), TestAsync),
    ];

    private Answer List(Exchange e)
    {
        var found = outbox.Find(e.Word<NotificationState>("state"), AlertRoutes.Cursor(e.Query("cursor")), e.Limit + 1);
        return AdminRoutes.Page(found, e.Limit, n => AlertRoutes.CursorOf(n.Made, n.Id), Shown);
    }

    private Answer OfIncident(Exchange e) => AdminRoutes.Page(outbox.NotificationsOf(incidents.Get(e.Part("id")).Id), int.MaxValue, n => n.Id, Shown);

    private static JsonObject Shown(StoredNotification stored) => Notification.Read(stored).Shown();

    private Task<Answer> ResendAsync(Exchange e)
    {
        var id = e.Part("id");
        if (outbox.FindNotification(id) is not { } before) throw RefusedException.Missing("There is no notification of that id.");
        shelf.Note(e.Caller, "notification.resent", id, new JsonObject { ["incident"] = before.Incident, ["channel"] = before.Channel });
        if (!notifier.Resend(id, e.Caller.Name)) throw new RefusedException(409, "Conflict", "It is only sent again when it was given up or withheld, and has a channel.");
        return Task.FromResult(Answer.Json(Shown(outbox.FindNotification(id)!)));
    }

    private Answer Channels(Exchange e) => Answer.Json(new JsonObject
    {
        ["items"] = new JsonArray([.. notifier.Lanes.Select(l => (JsonNode?)new JsonObject
        {
            ["name"] = l.Name, ["kind"] = l.Kind, ["rate"] = l.Rate, ["sent"] = l.Sent, ["failures"] = l.Failures, ["dead"] = l.Dead, ["withheld"] = l.Withheld, ["capped"] = l.Capped, ["last_error"] = l.LastError,
        })]),
        ["next"] = null, ["refused"] = notifier.Refused,
    });

    private async Task<Answer> TestAsync(Exchange e)
    {
        var name = e.Part("name");
        if (!notifier.Lanes.Any(l => l.Name == name)) throw RefusedException.Missing("There is no channel of that name.");
        shelf.Note(e.Caller, "channel.tested", name, []);
        var error = await notifier.TestAsync(name, e.Caller.Name, e.Aborted);
        return Answer.Json(new JsonObject { ["sent"] = error is null, ["error"] = error });
    }
}
