using System.Globalization;
using System.Text.Json.Nodes;
using Waterguard.Alerting.Output;
using Waterguard.Api.Access;
using Waterguard.Api.Live;
using Waterguard.Api.Routing;

namespace Waterguard.Api.Routes;

/// <summary>Accounts, API keys and the audit log: for admins.</summary>
internal sealed class AdminRoutes(Accounts accounts, ApiKeys keys, DocumentShelf shelf, TimeProvider time)
{
    private static readonly Shape s_role = Shape.Word([.. Roles.Names]);
    private static readonly Shape s_account = Shape.Of(("name", Shape.Text), ("full_name", Shape.Text), ("role", s_role), ("local", Shape.Boolean), ("disabled", Shape.Boolean), ("created", Shape.Time), ("revision", Shape.Whole));
    private static readonly Shape s_key = Shape.Of(
        ("id", Shape.Text), ("label", Shape.Text), ("scopes", Shape.List(Shape.Text)), ("expires", Shape.Time.OrNull), ("created", Shape.Time.OrNull), ("created_by", Shape.Text), ("last_used", Shape.Time.OrNull),
        ("rotates_until", Shape.Time.OrNull), ("revision", Shape.Whole), ("key?", Shape.Text));

    private static readonly Shape s_entry = Shape.Of(
        ("sequence", Shape.Whole), ("time", Shape.Time), ("actor", Shape.Text), ("role", Shape.Text), ("action", Shape.Text), ("subject", Shape.Text), ("detail", Shape.Any), ("address", Shape.Text), ("hash", Shape.Text));

    public IEnumerable<ApiRoute> Routes =>
    [
        ApiRoute.Get("/accounts", Need.Admin, "Lists the accounts.", Shape.Page(s_account), e => Page(accounts.List(e.Query("cursor"), e.Limit + 1), e.Limit, a => a.Name, a => a.Shown())) with { Query = ["limit", "cursor"] },
        ApiRoute.Post("/accounts", Need.Admin, "Makes a local account.", "account.made", Shape.Of(("name", Shape.Text), ("full_name?", Shape.Text), ("role", s_role), ("password", Shape.Text)), s_account, AddAccountAsync) with { Status = 201 },
        ApiRoute.Get("/accounts/{name}", Need.Admin, "One account.", s_account, e => Told(Account(e))),
        new("PATCH", "/accounts/{name}", Need.Admin, "Changes role, name, password, or disables; its sessions end.", Shape.Of(("full_name?", Shape.Text), ("role?", s_role), ("disabled?", Shape.Boolean), ("password?", Shape.Text)), s_account, ChangeAccountAsync) { Audited = "account.changed" },
        new("DELETE", "/accounts/{name}", Need.Admin, "Removes an account; its sessions end.", null, null, RemoveAccountAsync) { Status = 204, Audited = "account.removed" },
        ApiRoute.Get("/keys", Need.Admin, "Lists the API keys; never the keys themselves.", Shape.Page(s_key), e => Page(keys.List(e.Query("cursor"), e.Limit + 1), e.Limit, k => k.Id, k => k.Shown())) with { Query = ["limit", "cursor"] },
        ApiRoute.Post("/keys", Need.Admin, "Makes an API key; this answer alone shows it.", "key.made", Shape.Of(("label", Shape.Text), ("scopes", Shape.List(Shape.Text, 50)), ("expires?", Shape.Time.OrNull)), s_key, AddKeyAsync) with { Status = 201 },
        ApiRoute.Get("/keys/{id}", Need.Admin, "One API key.", s_key, e => Key(e) is var key ? Answer.Revised(key.Shown(), key.Revision) : Answer.Nothing),
        ApiRoute.Post("/keys/{id}/rotate", Need.Admin, "Gives a key another secret; the old one goes on for so many seconds, a day at most without.", "key.rotated", Shape.Of(("overlap_seconds?", Shape.Whole)), s_key, RotateKeyAsync),
        new("DELETE", "/keys/{id}", Need.Admin, "Removes an API key.", null, null, RemoveKeyAsync) { Status = 204, Audited = "key.removed" },
        ApiRoute.Get("/audit", Need.Admin, "The audit log, newest first.", Shape.Page(s_entry), Audit) with { Query = ["limit", "cursor"] },
        ApiRoute.Get("/audit/check", Need.Admin, "Walks the whole audit log: whether it is what was written.", Shape.Of(("entries", Shape.Whole), ("broken_at", Shape.Whole.OrNull), ("what", Shape.Text.OrNull), ("head", Shape.Text)), CheckAudit),
    ];

    private Account Account(Exchange exchange) => accounts.Find(exchange.Part("name")) ?? throw RefusedException.Missing("There is no account of that name.");

    private static Answer Told(Account account, int status = 200) => Answer.Revised(account.Shown(), account.Revision, status);

    private Task<Answer> AddAccountAsync(Exchange e) =>
        Task.FromResult(Told(accounts.Add(e.Text("name")!, e.Text("full_name") ?? "", Roles.Find(e.Text("role"))!.Value, e.Text("password"), e.Caller, "account.made"), 201) with { Location = $"{ApiRoute.Root}/accounts/{Uri.EscapeDataString(e.Text("name")!)}" });

    private Task<Answer> ChangeAccountAsync(Exchange e)
    {
        var account = Account(e);
        if (account.Password is null && e.Body.ContainsKey("password")) throw RefusedException.Bad("This account signs in with the provider.");
        return Task.FromResult(Told(accounts.Change(account, Roles.Find(e.Text("role")), e.Text("full_name"), e.Body["disabled"]?.GetValue<bool>(), e.Text("password"), e.Expected, e.Caller, "account.changed")));
    }

    private Task<Answer> RemoveAccountAsync(Exchange e)
    {
        accounts.Remove(Account(e), e.Expected, e.Caller);
        return Task.FromResult(Answer.Nothing);
    }

    private ApiKey Key(Exchange exchange) => keys.Find(exchange.Part("id")) ?? throw RefusedException.Missing("There is no key of that id.");

    private Task<Answer> AddKeyAsync(Exchange e)
    {
        var scopes = e.Body["scopes"]!.AsArray().Select(s => s!.GetValue<string>()).Distinct(StringComparer.Ordinal).ToArray();
        if (scopes.Length == 0 || Array.Exists(scopes, s => !ApiKeys.IsScope(s))) throw RefusedException.Bad($"A scope is one of {string.Join(", ", ApiKeys.Scopes)}, ingest:SOURCE or ingest:*.");
        DateTimeOffset? expires = null;
        if (e.Text("expires") is { } text)
        {
            if (!DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at) || at <= time.GetUtcNow()) throw RefusedException.Bad("'expires' is a time to come, such as 2027-01-31T00:00:00Z.");
            expires = at;
        }

        var (key, secret) = keys.Add(e.Text("label")!, scopes, expires, e.Caller);
        return Task.FromResult(WithSecret(key, secret, 201));
    }

    private Task<Answer> RotateKeyAsync(Exchange e)
    {
        var seconds = e.Body["overlap_seconds"]?.GetValue<long>() ?? 86_400;
        if (seconds is < 0 or > 30 * 86_400) throw RefusedException.Bad("'overlap_seconds' is from 0 to 30 days.");
        var key = Key(e);
        if (e.Expected is { } seen && seen != key.Revision) throw new RefusedException(412, "Precondition failed", "It was changed meanwhile: read it again.");
        var (rotated, secret) = keys.Rotate(key, TimeSpan.FromSeconds(seconds), e.Caller);
        return Task.FromResult(WithSecret(rotated, secret, 200));
    }

    private Task<Answer> RemoveKeyAsync(Exchange e)
    {
        keys.Remove(Key(e), e.Expected, e.Caller);
        return Task.FromResult(Answer.Nothing);
    }

    private static Answer WithSecret(ApiKey key, string secret, int status)
    {
        var shown = key.Shown();
        shown["key"] = secret;
        return Answer.Revised(shown, key.Revision, status);
    }

    private Answer Audit(Exchange e)
    {
        var before = e.Query("cursor") is not { } cursor ? long.MaxValue : long.TryParse(cursor, NumberStyles.None, CultureInfo.InvariantCulture, out var at) ? at : throw RefusedException.Bad("'cursor' is not one of ours.");
        return Page(shelf.Audit(before, e.Limit + 1), e.Limit, r => r.Sequence.ToString(CultureInfo.InvariantCulture), r => new JsonObject
        {
            ["sequence"] = r.Sequence, ["time"] = AlertJson.Time(r.Entry.Time), ["actor"] = r.Entry.Actor, ["role"] = r.Entry.Role, ["action"] = r.Entry.Action, ["subject"] = r.Entry.Subject,
            ["detail"] = r.Entry.Detail.Length == 0 ? null : JsonNode.Parse(r.Entry.Detail.Span), ["address"] = r.Entry.Address, ["hash"] = Convert.ToHexStringLower(r.Hash.Span),
        });
    }

    private Answer CheckAudit(Exchange e)
    {
        var check = shelf.CheckAudit();
        return Answer.Json(new JsonObject { ["entries"] = check.Entries, ["broken_at"] = check.BrokenAt, ["what"] = check.What, ["head"] = check.Head });
    }

    /// <summary>A page of what was asked for with one more than are shown.</summary>
    public static Answer Page<T>(IReadOnlyList<T> found, int limit, Func<T, string> cursor, Func<T, JsonNode> shown, IEnumerable<string>? notes = null)
    {
        var body = new JsonObject { ["items"] = new JsonArray([.. found.Take(limit).Select(f => (JsonNode?)shown(f))]), ["next"] = found.Count > limit ? cursor(found[limit - 1]) : null };
        if (notes is not null) body["notes"] = new JsonArray([.. notes.Select(n => (JsonNode?)n)]);
        return Answer.Json(body);
    }
}
