using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Waterguard.Api.Live;
using Waterguard.Api.Routing;

namespace Waterguard.Api.Access;

/// <summary>An account as it is kept.</summary>
/// <param name="Stamp">Raised when its password or role changes: sessions of an older one are over.</param>
/// <param name="Password">The hash; null: it signs in elsewhere.</param>
internal sealed record Account(string Name, string FullName, Role Role, string? Password, long Stamp, bool Disabled, DateTimeOffset Created, long Revision)
{
    /// <summary>What others may see of it.</summary>
    public JsonObject Shown() => new()
    {
        ["name"] = Name, ["full_name"] = FullName, ["role"] = Role.Name(), ["local"] = Password is not null, ["disabled"] = Disabled, ["created"] = Alerting.Output.AlertJson.Time(Created), ["revision"] = Revision,
    };
}

/// <summary>The accounts of people. Thread-safe as far as the store is.</summary>
internal sealed partial class Accounts(DocumentShelf shelf, TimeProvider time)
{
    private const string Kind = "account";

    public Account? Find(string name) => IsName(name) && shelf.Find(Kind, name) is var (json, revision) ? Read(name, json, revision) : null;

    public IReadOnlyList<Account> List(string? after, int most) => [.. shelf.List(Kind, after, most).Select(d => Read(d.Id, d.Json, d.Revision))];

    /// <summary>Whether there is any: without, the first one is made with the first-run token.</summary>
    public bool Any => List(null, 1).Count > 0;

    public static bool IsName(string name) => NamePattern().IsMatch(name);

    /// <summary>Makes one.</summary>
    public Account Add(string name, string fullName, Role role, string? password, Caller by, string action)
    {
        if (!IsName(name)) throw RefusedException.Bad("A name is letters, digits, and . _ - @ +, at most 128.");
        if (password is not null && Passwords.Flaw(password, name) is { } flaw) throw RefusedException.Bad(flaw);
        var account = new Account(name, fullName, role, password is null ? null : Passwords.Hash(password), 1, false, time.GetUtcNow(), 0);
        return Put(account, 0, by, action, new JsonObject { ["role"] = role.Name(), ["local"] = password is not null });
    }

    /// <summary>Changes one; its sessions end where what they were given for is not so any more.</summary>
    public Account Change(Account account, Role? role, string? fullName, bool? disabled, string? password, long? expected, Caller by, string action)
    {
        if (password is not null && Passwords.Flaw(password, account.Name) is { } flaw) throw RefusedException.Bad(flaw);
        var changed = account with
        {
            Role = role ?? account.Role, FullName = fullName ?? account.FullName, Disabled = disabled ?? account.Disabled, Password = password is null ? account.Password : Passwords.Hash(password),
        };
        if (changed.Role != account.Role || changed.Disabled != account.Disabled || password is not null) changed = changed with { Stamp = account.Stamp + 1 };
        if ((account.Role == Role.Admin && !account.Disabled) && (changed.Role != Role.Admin || changed.Disabled)) RefuseLastAdmin(account.Name);
        var detail = new JsonObject();
        if (changed.Role != account.Role) (detail["role"], detail["was"]) = (changed.Role.Name(), account.Role.Name());
        if (changed.Disabled != account.Disabled) detail["disabled"] = changed.Disabled;
        if (password is not null) detail["password"] = "changed";
        return Put(changed, expected, by, action, detail);
    }

    /// <summary>The hash is made anew with today's parameters; nothing else changes, and no session ends.</summary>
    public void Upgrade(Account account, string password) => Put(account with { Password = Passwords.Hash(password) }, account.Revision, new Caller(account.Name, account.Role, ""), "account.hash_renewed", []);

    public void Remove(Account account, long? expected, Caller by)
    {
        if (account.Role == Role.Admin) RefuseLastAdmin(account.Name);
        shelf.Remove(Kind, account.Name, expected, by, "account.removed", []);
    }

    private void RefuseLastAdmin(string name)
    {
        if (!List(null, Exchange.MostListed).Any(a => a.Role == Role.Admin && !a.Disabled && a.Name != name)) throw new RefusedException(409, "Conflict", "This is the last admin.");
    }

    private Account Put(Account account, long? expected, Caller by, string action, JsonObject detail)
    {
        var json = new JsonObject
        {
            ["full_name"] = account.FullName, ["role"] = account.Role.Name(), ["password"] = account.Password, ["stamp"] = account.Stamp, ["disabled"] = account.Disabled, ["created"] = account.Created,
        };
        return account with { Revision = shelf.Put(Kind, account.Name, json, expected, by, action, detail) };
    }

    private static Account Read(string name, JsonObject json, long revision) => new(
        name, json["full_name"]?.GetValue<string>() ?? "", Roles.Find(json["role"]?.GetValue<string>()) ?? Role.Viewer, json["password"]?.GetValue<string>(), json["stamp"]!.GetValue<long>(),
        json["disabled"]?.GetValue<bool>() == true, json["created"]!.GetValue<DateTimeOffset>(), revision);

    [GeneratedRegex("^[A-Za-z0-9._@+-]{1,128}$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex NamePattern();
}
