using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Waterguard.Alerting.Output;
using Waterguard.Api.Live;
using Waterguard.Api.Routing;

namespace Waterguard.Api.Access;

/// <summary>An API key as it is kept: hashes only.</summary>
/// <param name="Hashes">Of the key, and while a rotation overlaps of the one before, with its end.</param>
internal sealed record ApiKey(string Id, string Label, IReadOnlyList<string> Scopes, IReadOnlyList<(string Hash, DateTimeOffset? Until)> Hashes, DateTimeOffset? Expires, DateTimeOffset Created, string Creator, DateTimeOffset? Used, long Revision)
{
    public JsonObject Shown() => new()
    {
        ["id"] = Id, ["label"] = Label, ["scopes"] = new JsonArray([.. Scopes.Select(s => (JsonNode?)s)]), ["expires"] = Text(Expires), ["created"] = Text(Created), ["created_by"] = Creator, ["last_used"] = Text(Used),
        ["rotates_until"] = Text(Hashes.Select(h => h.Until).FirstOrDefault(u => u is not null)), ["revision"] = Revision,
    };

    private static string? Text(DateTimeOffset? time) => time is { } known ? AlertJson.Time(known) : null;
}

/// <summary>Keys for programs: <c>wg_ID_SECRET</c>, shown once. Thread-safe.</summary>
internal sealed class ApiKeys(DocumentShelf shelf, TimeProvider time)
{
    /// <summary>What a key may begin to do; <c>ingest:SOURCE</c> too.</summary>
    public static IReadOnlyList<string> Scopes { get; } = ["read", "write", "respond", "admin"];

    private const string Kind = "api_key";
    private const string Prefix = "wg_";
    private readonly ConcurrentDictionary<string, DateTimeOffset> _used = new(StringComparer.Ordinal);

    /// <summary>Whether a scope exists.</summary>
    public static bool IsScope(string scope) => Scopes.Contains(scope, StringComparer.Ordinal) || (scope.StartsWith("ingest:", StringComparison.Ordinal) && scope.Length is > 7 and <= 135);

    public IReadOnlyList<ApiKey> List(string? after, int most) => [.. shelf.List(Kind, after, most).Select(d => Read(d.Id, d.Json, d.Revision))];

    public ApiKey? Find(string id) => shelf.Find(Kind, id) is var (json, revision) ? Read(id, json, revision) : null;

    /// <summary>Makes one; the key itself is not kept.</summary>
    public (ApiKey Key, string Secret) Add(string label, IReadOnlyList<string> scopes, DateTimeOffset? expires, Caller by)
    {
        var (id, secret) = (Tokens.MakeId(), Tokens.Make());
        var whole = $"{Prefix}{id}_{secret}";
        var key = new ApiKey(id, label, scopes, [(Tokens.Hash(whole), null)], expires, time.GetUtcNow(), by.Name, null, 0);
        return (Put(key, 0, by, "key.made", new JsonObject { ["label"] = label, ["scopes"] = string.Join(' ', scopes) }), whole);
    }

    /// <summary>Gives it another secret; the old one goes on for a while.</summary>
    public (ApiKey Key, string Secret) Rotate(ApiKey key, TimeSpan overlap, Caller by)
    {
        var whole = $"{Prefix}{key.Id}_{Tokens.Make()}";
        var rotated = key with { Hashes = [(Tokens.Hash(whole), null), (key.Hashes[0].Hash, time.GetUtcNow() + overlap)] };
        return (Put(rotated, key.Revision, by, "key.rotated", new JsonObject { ["overlap_seconds"] = overlap.TotalSeconds }), whole);
    }

    public void Remove(ApiKey key, long? expected, Caller by) => shelf.Remove(Kind, key.Id, expected, by, "key.removed", new JsonObject { ["label"] = key.Label });

    /// <summary>Who shows this key; null: nobody.</summary>
    public Caller? Find(string shown, string address)
    {
        if (!shown.StartsWith(Prefix, StringComparison.Ordinal) || shown.Length > 128 || shown.IndexOf('_', Prefix.Length) is not (> 0 and var end)) return null;
        var now = time.GetUtcNow();
        if (Find(shown[Prefix.Length..end]) is not { } key || (key.Expires is { } expires && now >= expires)) return null;
        var hash = Tokens.Hash(shown);
        var known = false;
        foreach (var (kept, until) in key.Hashes) known |= Tokens.Same(kept, hash) && (until is null || now < until);
        if (!known) return null;
        NoteUse(key, now, address);
        return new Caller("key:" + key.Id, RoleOf(key.Scopes), address) { Ingests = [.. key.Scopes.Where(s => s.StartsWith("ingest:", StringComparison.Ordinal)).Select(s => s[7..])] };
    }

    // The first use of a day is worth a line of the audit log and a write; the others are kept in memory.
    private void NoteUse(ApiKey key, DateTimeOffset now, string address)
    {
        var before = _used.TryGetValue(key.Id, out var last) ? last : key.Used;
        _used[key.Id] = now;
        if (before is { } used && now - used < TimeSpan.FromDays(1)) return;
        try
        {
            Put(key with { Used = now }, key.Revision, new Caller("key:" + key.Id, null, address), "key.used", []);
        }
        catch (RefusedException)
        {
            // Somebody has changed it meanwhile, or the store waits for room: the use stays in memory.
        }
    }

    private static Role? RoleOf(IReadOnlyList<string> scopes)
    {
        for (var i = Scopes.Count - 1; i >= 0; i--)
        {
            if (scopes.Contains(Scopes[i], StringComparer.Ordinal)) return (Role)i;
        }

        return null;
    }

    private ApiKey Put(ApiKey key, long? expected, Caller by, string action, JsonObject detail)
    {
        var json = new JsonObject
        {
            ["label"] = key.Label, ["scopes"] = new JsonArray([.. key.Scopes.Select(s => (JsonNode?)s)]), ["expires"] = key.Expires, ["created"] = key.Created, ["creator"] = key.Creator, ["used"] = key.Used,
            ["hashes"] = new JsonArray([.. key.Hashes.Select(h => (JsonNode?)new JsonObject { ["sha256"] = h.Hash, ["until"] = h.Until })]),
        };
        return key with { Revision = shelf.Put(Kind, key.Id, json, expected, by, action, detail) };
    }

    private ApiKey Read(string id, JsonObject json, long revision)
    {
        var used = json["used"]?.GetValue<DateTimeOffset?>();
        return new ApiKey(
            id, json["label"]!.GetValue<string>(), [.. json["scopes"]!.AsArray().Select(s => s!.GetValue<string>())],
            [.. json["hashes"]!.AsArray().Select(h => (h!["sha256"]!.GetValue<string>(), h["until"]?.GetValue<DateTimeOffset?>()))],
            json["expires"]?.GetValue<DateTimeOffset?>(), json["created"]!.GetValue<DateTimeOffset>(), json["creator"]!.GetValue<string>(), _used.TryGetValue(id, out var last) ? last : used, revision);
    }
}
