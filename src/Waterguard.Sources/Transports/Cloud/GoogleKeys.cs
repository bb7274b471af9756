using System.Collections.Immutable;
using Waterguard.Content;
using Waterguard.Platforms.Google;
using Waterguard.Platforms.Outbound;
using Waterguard.Sources.Configuration;

namespace Waterguard.Sources.Transports.Cloud;

/// <summary>How we show Google who we are: the keys that all Google inputs have, and responses.</summary>
public static class GoogleKeys
{
    /// <summary>The keys.</summary>
    public static ImmutableArray<Setting> Keys { get; } =
    [
        new("credential", SettingType.Word, "How we show who we are; 'metadata' is the machine's or pod's own service account, 'token' an access token that somebody else renews, 'none' is for emulators.") { Words = ["service-account", "metadata", "token", "none"], Default = "service-account" },
        new("service_account", SettingType.Secret, "The service account's key (JSON), for service-account."),
        new("token", SettingType.Secret, "The access token, for token; read anew for each request."),
        new("token_endpoint", SettingType.Text, "Where tokens come from; what the key says is not followed.") { Default = "https://oauth2.googleapis.com/token" },
    ];

    /// <summary>Who we are; null: requests go without a token.</summary>
    public static IAccessTokens? Tokens(SettingValues values, string? subject, TransportSurroundings surroundings, params IReadOnlyList<string> scopes)
    {
        switch (values.Text("credential"))
        {
            case "none": return null;
            case "token": return new GivenToken(() => (values.Secret("token")!.Read(out var problem), problem));
            default:
                var key = values.Text("credential") == "service-account" ? values.Secret("service_account") : null;
                return new GoogleTokens(new GoogleIdentity(key is null ? null : () => (key.Read(out var problem), problem), subject, scopes, new Uri(values.Text("token_endpoint")!)), surroundings.Network);
        }
    }

    /// <summary>What does not go together.</summary>
    public static void Check(SettingValues values, DiagnosticBag bag)
    {
        AzureKeys.CheckAddress(values, "token_endpoint", bag);
        var missing = values.Text("credential") switch
        {
            "service-account" when values.Secret("service_account") is null => "service_account",
            "token" when values.Secret("token") is null => "token",
            _ => null,
        };
        if (missing is not null) bag.Error(ConfigurationCodes.Unusable, values.LocationOf("credential"), $"The credential '{values.Text("credential")}' needs '{missing}'.");
        if (values.Text("credential") == "none" && values.Text("endpoint") is null) bag.Error(ConfigurationCodes.Unusable, values.LocationOf("credential"), "The credential 'none' is for an emulator: set 'endpoint'.");
    }
}
