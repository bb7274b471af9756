using System.Text.Json.Nodes;
using Waterguard.Alerting.Output;
using Waterguard.Api.Access;
using Waterguard.Api.Routing;

namespace Waterguard.Api.Routes;

/// <summary>One's own sessions: a browser that was left somewhere is signed out from here.</summary>
internal sealed class SessionRoutes(AccessControl access)
{
    private static readonly Shape s_session = Shape.Of(("id", Shape.Text), ("opened", Shape.Time), ("used", Shape.Time), ("address", Shape.Text), ("current", Shape.Boolean));

    public IEnumerable<ApiRoute> Routes =>
    [
        ApiRoute.Get("/me/sessions", Need.Viewer, "Lists one's own sessions, the newest first; none for an API key.", Shape.Page(s_session), e => Answer.Json(new JsonObject { ["items"] = new JsonArray([.. Of(e.Caller).Select(s => (JsonNode?)Shown(s, e.Caller))]), ["next"] = null })),
        new("DELETE", "/me/sessions/{id}", Need.Viewer, "Ends one of one's own sessions.", null, null, EndAsync) { Status = 204, Audited = "session.closed" },
    ];

    private IReadOnlyList<OpenSession> Of(Caller caller) => caller.Session is not null && access.Accounts.Find(caller.Name) is { } account ? access.Sessions.Of(account) : [];

    private Task<Answer> EndAsync(Exchange e)
    {
        if (Of(e.Caller).FirstOrDefault(s => s.Name == e.Part("id")) is not { } session) throw RefusedException.Missing("You have no session of that id.");
        access.Sessions.Close(session.Id, e.Caller);
        if (session.Id == e.Caller.Session?.Id) access.SetCookie(e.Context.Response, null);
        return Task.FromResult(Answer.Nothing);
    }

    private static JsonObject Shown(OpenSession session, Caller caller) => new()
    {
        ["id"] = session.Name, ["opened"] = AlertJson.Time(session.Opened), ["used"] = AlertJson.Time(session.Used), ["address"] = session.Address, ["current"] = session.Id == caller.Session?.Id,
    };
}
