using System.Collections.Immutable;
using Waterguard.Content;
using Waterguard.Sources.Configuration;

namespace Waterguard.Configuration;

/// <summary>How people sign in by OpenID Connect.</summary>
/// <param name="Groups">By role, from viewer to admin: the values that make it.</param>
internal sealed record AccessConfiguration(Uri Issuer, string ClientId, Secret? ClientSecret, Uri PublicAddress, string RoleClaim, string NameClaim, ImmutableArray<ImmutableArray<string>> Groups)
{
    /// <summary>What is configured; null: nothing, or nothing that could be used.</summary>
    public static AccessConfiguration? From(SettingValues values, DiagnosticBag bag)
    {
        if (values.Text("issuer") is not { } issuer)
        {
            foreach (var key in new[] { "client_id", "public_url" })
            {
                if (values.Text(key) is not null) bag.Error(ConfigurationCodes.Unusable, values.LocationOf(key), $"'{key}' needs an 'issuer'.");
            }

            return null;
        }

        var (at, home) = (Address(issuer), Address(values.Text("public_url")));
        if (at is null) bag.Error(ConfigurationCodes.Unusable, values.LocationOf("issuer"), "'issuer' must be an https address; http only on this machine.");
        if (home is null) bag.Error(ConfigurationCodes.Unusable, values.LocationOf("public_url"), "'issuer' needs a 'public_url': an https address; http only on this machine.");
        if (values.Text("client_id") is not { Length: > 0 }) bag.Error(ConfigurationCodes.Unusable, values.LocationOf("client_id"), "'issuer' needs a 'client_id'.");
        ImmutableArray<ImmutableArray<string>> groups = [values.Texts("viewers"), values.Texts("analysts"), values.Texts("responders"), values.Texts("admins")];
        if (groups.All(g => g.IsEmpty)) bag.Error(ConfigurationCodes.Unusable, values.LocationOf("issuer"), "'issuer' needs one of 'admins', 'responders', 'analysts', 'viewers': nobody would have a role.");
        return at is null || home is null ? null : new AccessConfiguration(at, values.Text("client_id") ?? "", values.Secret("client_secret"), home, values.Text("role_claim")!, values.Text("name_claim")!, groups);
    }

    private static Uri? Address(string? text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var address) && (address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback)) && address.Query.Length == 0 && address.UserInfo.Length == 0 ? address : null;
}
