using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Waterguard.Api.Access;
using Waterguard.Api.Live;
using Waterguard.Api.Routing;
using Waterguard.Platforms.OpenId;

namespace Waterguard.Api.Routes;

/// <summary>How people come in, and go.</summary>
internal sealed class SignInRoutes(AccessControl access, Attempts attempts, FirstRun firstRun, OpenIdSignIn? openId, Uri? home, DocumentShelf shelf) : IDisposable
{
    private const string TripCookie = "waterguard-trip";
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    /// <summary>Who one is.</summary>
    public static Shape MeShape { get; } = Shape.Of(("name", Shape.Text), ("full_name", Shape.Text), ("role", Shape.Word([.. Roles.Names]).OrNull), ("csrf", Shape.Text.OrNull), ("local", Shape.Boolean));

    // Checking a password costs a fifth of a second of a core: two at once, no more, whoever asks.
    private readonly SemaphoreSlim _checking = new(2);

    public IEnumerable<ApiRoute> Routes =>
    [
        ApiRoute.Get("/sign-in", Need.Nobody, "Tells which ways to sign in there are.", Shape.Of(("local", Shape.Boolean), ("openid", Shape.Boolean), ("first_run", Shape.Boolean)), Ways),
        ApiRoute.Post("/setup", Need.Nobody, "Makes the first admin, with the token of the first run.", "account.first_admin", Shape.Of(("token", Shape.Text), ("name", Shape.Text), ("full_name?", Shape.Text), ("password", Shape.Text)), MeShape, SetupAsync) with { Status = 201 },
        ApiRoute.Post("/sessions", Need.Nobody, "Signs in with a local account; the answer sets the session's cookie.", "session.opened", Shape.Of(("name", Shape.Text), ("password", Shape.Text)), MeShape, SignInAsync) with { Status = 201 },
        new("DELETE", "/sessions/current", Need.Viewer, "Signs out.", null, null, SignOutAsync) { Status = 204, Audited = "session.closed" },
        ApiRoute.Get("/openid/start", Need.Nobody, "Sends the browser to the provider.", null, StartAsync) with { Query = ["return"], Status = 302 },
        ApiRoute.Get("/openid/callback", Need.Nobody, "Where the provider sends the browser back.", null, CallbackAsync) with { Query = ["state", "code", "error"] },
        ApiRoute.Get("/me", Need.Viewer, "Tells who one is, and the token that changing requests of this session carry.", MeShape, e => Answer.Json(Me(e.Caller))),
        ApiRoute.Post("/me/password", Need.Viewer, "Changes one's password; all sessions of the account end, and this one begins anew.", "account.password_changed", Shape.Of(("old", Shape.Text), ("new", Shape.Text)), MeShape, ChangePasswordAsync),
    ];

    public void Dispose() => _checking.Dispose();

    private Answer Ways(Exchange exchange) => Answer.Json(new JsonObject { ["local"] = true, ["openid"] = openId is not null, ["first_run"] = firstRun.IsOpen });

    private Task<Answer> SetupAsync(Exchange exchange)
    {
        var address = exchange.Caller.Address;
        if (attempts.Wait("", address) is { } wait) throw Slowly(wait);
        Account? made = null;
        var name = exchange.Text("name")!;
        var good = firstRun.Use(exchange.Text("token")!, () => made = access.Accounts.Add(name, exchange.Text("full_name") ?? "", Role.Admin, exchange.Text("password"), new Caller(name, Role.Admin, address), "account.first_admin"));
        if (good) return Task.FromResult(Open(exchange, made!, "first run"));
        attempts.Failed("", address);
        throw RefusedException.Forbidden("This is not the token of the first run, or it was used.");
    }

    private async Task<Answer> SignInAsync(Exchange exchange)
    {
        var (name, password, address) = (exchange.Text("name")!, exchange.Text("password")!, exchange.Caller.Address);
        if (attempts.Wait(name, address) is { } wait) throw Slowly(wait);
        if (!await _checking.WaitAsync(s_patience, exchange.Aborted)) throw Slowly(TimeSpan.FromSeconds(2));
        try
        {
            var account = access.Accounts.Find(name);
            var right = Passwords.Verify(account?.Password, password, out var isOld);
            if (!right || account is not { Disabled: false })
            {
                attempts.Failed(name, address);
                shelf.Note(new Caller("", null, address), "session.refused", name.Length > 128 ? name[..128] : name, []);
                throw new RefusedException(401, "Unauthorised", "Name or password are wrong.");
            }

            attempts.Succeeded(name, address);
            if (isOld) access.Accounts.Upgrade(account, password);
            return Open(exchange, account, "password");
        }
        finally
        {
            _checking.Release();
        }
    }

    private Task<Answer> SignOutAsync(Exchange exchange)
    {
        if (exchange.Caller.Session is { } session) access.Sessions.Close(session.Id, exchange.Caller);
        access.SetCookie(exchange.Context.Response, null);
        return Task.FromResult(Answer.Nothing);
    }

    private async Task<Answer> ChangePasswordAsync(Exchange exchange)
    {
        if (exchange.Caller.Session is null || access.Accounts.Find(exchange.Caller.Name) is not { Password: not null } account) throw RefusedException.Bad("Only who has signed in with a password can change it.");
        if (attempts.Wait(account.Name, exchange.Caller.Address) is { } wait) throw Slowly(wait);
        if (!await _checking.WaitAsync(s_patience, exchange.Aborted)) throw Slowly(TimeSpan.FromSeconds(2));
        try
        {
            if (!Passwords.Verify(account.Password, exchange.Text("old")!, out _))
            {
                attempts.Failed(account.Name, exchange.Caller.Address);
                throw RefusedException.Forbidden("The old password is wrong.");
            }

            return Open(exchange, access.Accounts.Change(account, null, null, null, exchange.Text("new"), account.Revision, exchange.Caller, "account.password_changed"), "new password", 200);
        }
        finally
        {
            _checking.Release();
        }
    }

    private async Task<Answer> StartAsync(Exchange exchange)
    {
        if (openId is null) throw RefusedException.Missing("No provider is configured.");
        try
        {
            var (to, browser) = await openId.BeginAsync(exchange.Query("return"), new Uri(home!, ApiRoute.Root + "/openid/callback"), exchange.Aborted);
            // It must come back from another site: Lax is as strict as that lets it be.
            exchange.Context.Response.Cookies.Append(TripCookie, browser, new() { HttpOnly = true, Secure = home!.Scheme == Uri.UriSchemeHttps, SameSite = Microsoft.AspNetCore.Http.SameSiteMode.Lax, MaxAge = OpenIdSignIn.Longest, Path = ApiRoute.Root + "/openid" });
            return new Answer(302, null) { Location = to.AbsoluteUri };
        }
        catch (OpenIdException e)
        {
            throw new RefusedException(502, "Provider trouble", e.Message);
        }
    }

    private async Task<Answer> CallbackAsync(Exchange exchange)
    {
        if (openId is null) throw RefusedException.Missing("No provider is configured.");
        exchange.Context.Response.Cookies.Delete(TripCookie, new() { Path = ApiRoute.Root + "/openid" });
        try
        {
            if (exchange.Query("error") is not null || exchange.Query("state") is not { } state || exchange.Query("code") is not { } code) throw RefusedException.Forbidden("The provider did not sign you in.");
            var (account, returnTo) = await openId.EndAsync(state, code, exchange.Context.Request.Cookies[TripCookie], exchange.Caller.Address, exchange.Aborted);
            Open(exchange, account, "openid");
            // A redirect that another site began would go without the strict cookie; a page of ours that goes on does not.
            return Page(200, $"<meta http-equiv=\"refresh\" content=\"0;url={WebUtility.HtmlEncode(returnTo)}\">", "");
        }
        catch (Exception e) when (e is OpenIdException or RefusedException { Status: 403 })
        {
            var why = e is OpenIdException ? $"The provider's word is not good: {e.Message}." : ((RefusedException)e).Detail;
            shelf.Note(new Caller("", null, exchange.Caller.Address), "session.refused", "openid", new JsonObject { ["why"] = why });
            // It is a person in a browser who comes here: they are told in words, and how to go on.
            return Page(403, "", $"<main><h1>You are not signed in</h1><p>{WebUtility.HtmlEncode(why)}</p><p><a href=\"/\">Back to the sign-in</a></p></main>");
        }
    }

    private static Answer Page(int status, string head, string body) =>
        new(status, Encoding.UTF8.GetBytes($"<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>Waterguard</title><link rel=\"icon\" href=\"/icon.svg\">{head}</head><body>{body}</body></html>"), "text/html; charset=utf-8");

    private Answer Open(Exchange exchange, Account account, string by, int status = 201)
    {
        // What the browser had before ends here: nobody can have set it up for this.
        if (exchange.Caller.Session is { } before) access.Sessions.Close(before.Id, exchange.Caller);
        var token = access.Sessions.Open(account, exchange.Caller.Address, by);
        access.SetCookie(exchange.Context.Response, token);
        return Answer.Json(new JsonObject { ["name"] = account.Name, ["full_name"] = account.FullName, ["role"] = account.Role.Name(), ["csrf"] = Sessions.Csrf(token), ["local"] = account.Password is not null }, status);
    }

    private JsonObject Me(Caller caller)
    {
        var account = caller.Session is null ? null : access.Accounts.Find(caller.Name);
        return new JsonObject { ["name"] = caller.Name, ["full_name"] = account?.FullName ?? "", ["role"] = caller.Role?.Name(), ["csrf"] = caller.Session?.Csrf, ["local"] = account?.Password is not null };
    }

    private static RefusedException Slowly(TimeSpan wait) => new(429, "Too many attempts", "Wait before you try again.") { RetryAfter = Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds)) };
}
