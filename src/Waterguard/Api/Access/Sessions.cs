using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Waterguard.Api.Live;

namespace Waterguard.Api.Access;

/// <summary>Who has signed in. The cookie holds 256 random bits, the store their hash; when a session was last used is kept in memory, so that after a start it counts as used when the service
/// started. Thread-safe.</summary>
internal sealed class Sessions(DocumentShelf shelf, Accounts accounts, TimeProvider time)
{
    /// <summary>A session that is not used for so long is over.</summary>
    public static readonly TimeSpan Idle = TimeSpan.FromHours(12);

    /// <summary>So is every one after this.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(7);

    private const string Kind = "session";
    private const int MostPerAccount = 20;
    private const int NameLength = 16;
    private readonly ConcurrentDictionary<string, DateTimeOffset> _used = new(StringComparer.Ordinal);
    private readonly DateTimeOffset _started = time.GetUtcNow();

    /// <summary>Opens one, always a new one: whatever the browser had before is worth nothing.</summary>
    public string Open(Account account, string address, string by)
    {
        Sweep(account.Name);
        var token = Tokens.Make();
        var json = new JsonObject { ["account"] = account.Name, ["stamp"] = account.Stamp, ["opened"] = time.GetUtcNow(), ["address"] = address };
        shelf.Put(Kind, Tokens.Hash(token), json, 0, new Caller(account.Name, account.Role, address), "session.opened", new JsonObject { ["by"] = by }, subject: account.Name);
        return token;
    }

    /// <summary>Who shows this cookie; null: nobody any more.</summary>
    public Caller? Find(string token, string address)
    {
        if (token.Length is < 40 or > 64) return null;
        var id = Tokens.Hash(token);
        if (shelf.Find(Kind, id) is not var (json, _)) return null;
        var now = time.GetUtcNow();
        var opened = json["opened"]!.GetValue<DateTimeOffset>();
        var used = UsedOf(id, opened);
        if (now - opened >= Longest || now - used >= Idle) return null;
        if (accounts.Find(json["account"]!.GetValue<string>()) is not { Disabled: false } account || account.Stamp != json["stamp"]!.GetValue<long>()) return null;
        _used[id] = now;
        return new Caller(account.Name, account.Role, address) { Session = (id, Csrf(token)) };
    }

    /// <summary>The token that a changing request must carry in a header: who has the cookie only because a browser sends it along cannot know it.</summary>
    public static string Csrf(string token) => Tokens.Derive(token, "csrf");

    /// <summary>The sessions of an account that can still be used, the newest first. A session's name is the beginning of its cookie's hash: nobody can make a cookie of it.</summary>
    public IReadOnlyList<OpenSession> Of(Account account)
    {
        var now = time.GetUtcNow();
        return [.. shelf.All(Kind).Where(d => d.Json["account"]!.GetValue<string>() == account.Name && d.Json["stamp"]!.GetValue<long>() == account.Stamp)
            .Select(d => new OpenSession(d.Id[..NameLength], d.Id, d.Json["opened"]!.GetValue<DateTimeOffset>(), UsedOf(d.Id, d.Json["opened"]!.GetValue<DateTimeOffset>()), d.Json["address"]?.GetValue<string>() ?? ""))
            .Where(s => now - s.Opened < Longest && now - s.Used < Idle).OrderByDescending(s => s.Opened).ThenBy(s => s.Id, StringComparer.Ordinal)];
    }

    /// <summary>Ends one.</summary>
    public void Close(string id, Caller by)
    {
        shelf.Remove(Kind, id, null, by, "session.closed", [], subject: by.Name);
        _used.TryRemove(id, out _);
    }

    private DateTimeOffset UsedOf(string id, DateTimeOffset opened) => _used.TryGetValue(id, out var last) ? last : opened > _started ? opened : _started;

    // What is over goes when its owner comes again; of what is open, the oldest beyond so many.
    private void Sweep(string account)
    {
        var mine = new List<(string Id, DateTimeOffset Opened)>();
        string? after = null;
        while (shelf.List(Kind, after, 200) is { Count: > 0 } some)
        {
            after = some[^1].Id;
            mine.AddRange(some.Where(d => d.Json["account"]!.GetValue<string>() == account || time.GetUtcNow() - d.Json["opened"]!.GetValue<DateTimeOffset>() >= Longest).Select(d => (d.Id, d.Json["opened"]!.GetValue<DateTimeOffset>())));
            if (some.Count < 200) break;
        }

        foreach (var (id, opened) in mine.OrderByDescending(s => s.Opened).Select((s, i) => (s.Id, s.Opened, Rank: i)).Where(s => s.Rank >= MostPerAccount || time.GetUtcNow() - s.Opened >= Longest).Select(s => (s.Id, s.Opened)))
        {
            shelf.Remove(Kind, id, null, Caller.Service, "session.swept", new JsonObject { ["opened"] = opened }, subject: account);
            _used.TryRemove(id, out _);
        }
    }
}

/// <summary>A session that can still be used.</summary>
/// <param name="Name">What its owner calls it by.</param>
/// <param name="Id">Under which it is kept.</param>
/// <param name="Used">When last; since the service's start at least.</param>
/// <param name="Address">From where it was opened.</param>
internal sealed record OpenSession(string Name, string Id, DateTimeOffset Opened, DateTimeOffset Used, string Address);
