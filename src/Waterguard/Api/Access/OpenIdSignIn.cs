using System.Text.Json;
using Waterguard.Api.Routing;
using Waterguard.Configuration;
using Waterguard.Platforms.OpenId;

namespace Waterguard.Api.Access;

/// <summary>Sign-in by somebody else's word. Trips under way are few, short, and tied to the browser that began them. Thread-safe.</summary>
internal sealed class OpenIdSignIn(AccessConfiguration configuration, OpenIdProvider provider, Accounts accounts, TimeProvider time) : IDisposable
{
    /// <summary>Trips under way at once; beyond, the oldest is over.</summary>
    public const int MostTrips = 1000;

    /// <summary>How long one may take.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);

    private readonly Lock _lock = new();
    private readonly LinkedList<Trip> _trips = [];

    /// <summary>Begins: where the browser is sent, and what it must show when it is back.</summary>
    public async Task<(Uri To, string Browser)> BeginAsync(string? returnTo, Uri back, CancellationToken cancel)
    {
        var trip = new Trip(OpenIdTrip.Make(back), Tokens.Make(), Local(returnTo), time.GetUtcNow());
        var to = await provider.SendToAsync(trip.Open, cancel);
        lock (_lock)
        {
            _trips.AddLast(trip);
            while (_trips.Count > MostTrips || time.GetUtcNow() - _trips.First!.Value.Begun > Longest) _trips.RemoveFirst();
        }

        return (to, trip.Browser);
    }

    /// <summary>Ends: whose account it is, and where its owner wanted to go. A trip serves once.</summary>
    /// <exception cref="OpenIdException">The provider does not vouch for anybody.</exception>
    public async Task<(Account Account, string ReturnTo)> EndAsync(string state, string code, string? browser, string address, CancellationToken cancel)
    {
        Trip? trip;
        lock (_lock)
        {
            trip = _trips.FirstOrDefault(t => Tokens.Same(t.Open.State, state));
            if (trip is not null) _trips.Remove(trip);
        }

        if (trip is null || time.GetUtcNow() - trip.Begun > Longest || !Tokens.Same(trip.Browser, browser)) throw RefusedException.Forbidden("This sign-in was not begun here, or took too long: begin again.");
        var claims = await provider.RedeemAsync(trip.Open, code, cancel);
        if (RoleOf(claims) is not { } role) throw RefusedException.Forbidden("You are known, but no role is yours: see access: in the configuration.");
        return (Known(claims, role, address), trip.ReturnTo);
    }

    public void Dispose() => provider.Dispose();

    /// <summary>A path of ours, or the start: nobody is sent elsewhere by a link to us.</summary>
    public static string Local(string? path) =>
        path is { Length: > 0 and < 1024 } && path[0] == '/' && !(path.Length > 1 && path[1] is '/' or '\\') && !path.Any(c => char.IsControl(c) || c == '\\') ? path : "/";

    // A provider's word for a name can change, and can be anything: the subject is who it is, and never a local account's name.
    private Account Known(JsonElement claims, Role role, string address)
    {
        var subject = claims.GetProperty("sub").GetString()!;
        var name = "sso-" + Tokens.Hash($"{configuration.Issuer}\n{subject}")[..24];
        var fullName = new string([.. (Text(claims, configuration.NameClaim) ?? Text(claims, "email") ?? subject).Where(c => !char.IsControl(c)).Take(128)]);
        var by = new Caller(name, role, address);
        if (accounts.Find(name) is not { } account) return accounts.Add(name, fullName, role, null, by, "account.first_seen");
        if (account.Disabled) throw RefusedException.Forbidden("This account is disabled.");
        return account.Role == role && account.FullName == fullName ? account : accounts.Change(account, role, fullName, null, null, account.Revision, by, "account.role_of_provider");
    }

    private Role? RoleOf(JsonElement claims)
    {
        var values = new HashSet<string>(StringComparer.Ordinal);
        if (claims.TryGetProperty(configuration.RoleClaim, out var claim))
        {
            if (claim.ValueKind == JsonValueKind.String) values.Add(claim.GetString()!);
            else if (claim.ValueKind == JsonValueKind.Array) values.UnionWith(claim.EnumerateArray().Where(v => v.ValueKind == JsonValueKind.String).Select(v => v.GetString()!));
        }

        for (var role = Role.Admin; role >= Role.Viewer; role--)
        {
            if (configuration.Groups[(int)role].Any(values.Contains)) return role;
        }

        return null;
    }

    private static string? Text(JsonElement of, string name) => of.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private sealed record Trip(OpenIdTrip Open, string Browser, string ReturnTo, DateTimeOffset Begun);
}
