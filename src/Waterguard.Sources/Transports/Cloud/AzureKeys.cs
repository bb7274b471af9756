using System.Collections.Immutable;
using Waterguard.Content;
using Waterguard.Platforms.Azure;
using Waterguard.Platforms.Outbound;
using Waterguard.Sources.Configuration;

namespace Waterguard.Sources.Transports.Cloud;

/// <summary>How we show Entra ID who we are: the keys that all Azure and Microsoft 365 inputs have, and responses.</summary>
public static class AzureKeys
{
    private static readonly ImmutableArray<string> Credentials = ["client-secret", "workload-identity", "managed-identity", "token"];
    private static readonly string[] Application = ["tenant", "client"];

    /// <summary>The keys.</summary>
    public static ImmutableArray<Setting> Keys { get; } =
    [
        new("cloud", SettingType.Word, "Which of Microsoft's clouds.") { Words = ["public", "government", "china"], Default = "public" },
        new("credential", SettingType.Word, "How we show who we are; 'token' is an access token that somebody else renews.") { Words = Credentials, Default = "client-secret" },
        new("tenant", SettingType.Text, "The directory (tenant) id."),
        new("client", SettingType.Text, "The application (client) id; for managed-identity that of a user-assigned one."),
        new("client_secret", SettingType.Secret, "The application's secret, for client-secret."),
        new("token", SettingType.Secret, "The access token, for token; read anew for each request."),
        new("authority", SettingType.Text, "Where tokens come from, when it is not the cloud's own place."),
    ];

    /// <summary>Which of Microsoft's clouds is meant.</summary>
    public static AzureCloud Cloud(SettingValues values) => AzureCloud.Named(values.Text("cloud"));

    /// <summary>Who we are.</summary>
    /// <param name="resource">What the token is for.</param>
    public static IAccessTokens Tokens(SettingValues values, Uri resource, TransportSurroundings surroundings)
    {
        if (values.Text("credential") == "token") return new GivenToken(() => (values.Secret("token")!.Read(out var problem), problem));
        var authority = values.Text("authority") is { } text ? new Uri(text) : Cloud(values).Authority;
        var secret = values.Secret("client_secret");
        return new AzureTokens(
            new AzureIdentity(values.Text("credential")!, values.Text("tenant"), values.Text("client"), secret is null ? null : () => (secret.Read(out var problem), problem), null, authority),
            resource.AbsoluteUri, surroundings.Network);
    }

    /// <summary>What does not go together.</summary>
    public static void Check(SettingValues values, DiagnosticBag bag)
    {
        CheckAddress(values, "authority", bag);
        var (kind, at) = (values.Text("credential"), values.LocationOf("credential"));
        string[] missing = kind switch
        {
            "client-secret" => [.. Application.Where(n => values.Text(n) is null), .. values.Secret("client_secret") is null ? ["client_secret"] : (string[])[]],
            "token" => values.Secret("token") is null ? ["token"] : [],
            _ => [],
        };
        if (missing.Length > 0) bag.Error(ConfigurationCodes.Unusable, at, $"The credential '{kind}' needs {string.Join(", ", missing.Select(m => $"'{m}'"))}.");
    }

    /// <summary>An address that may be set: https, or http on this machine.</summary>
    public static void CheckAddress(SettingValues values, string name, DiagnosticBag bag)
    {
        if (values.Text(name) is not { } text) return;
        if (!Uri.TryCreate(text, UriKind.Absolute, out var address) || (address.Scheme != Uri.UriSchemeHttps && !AllowedHosts.IsClearTextAllowed(address)) || address.UserInfo.Length > 0)
        {
            bag.Error(ConfigurationCodes.Unusable, values.LocationOf(name), $"'{name}' must be an https address (http only on this machine), not '{text}'.");
        }
    }

    /// <summary>The set address, with a slash at its end, or the cloud's.</summary>
    public static Uri Endpoint(SettingValues values, Uri standard) => values.Text("endpoint") is { } text ? new Uri(text.TrimEnd('/') + "/") : standard;

    /// <summary>The setting that replaces the cloud's address.</summary>
    public static Setting EndpointSetting(string standard) => new("endpoint", SettingType.Text, $"The API's address, when it is not the cloud's own (in the public cloud {standard}).");
}
