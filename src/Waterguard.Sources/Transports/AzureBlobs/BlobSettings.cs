using System.Collections.Immutable;
using Waterguard.Sources.Configuration;
using Waterguard.Sources.Transports.Cloud;

namespace Waterguard.Sources.Transports.AzureBlobs;

/// <summary>Which containers of which account are read.</summary>
internal sealed record BlobSettings(Uri Endpoint, string Account, ImmutableArray<string> Containers, TimeSpan Start, TimeSpan Late, TimeSpan Every, TimeSpan Discover, long MaxRecord)
{
    public static ImmutableArray<Setting> Keys { get; } =
    [
        new("account", SettingType.Text, "The storage account's name.") { Required = true },
        new("container", SettingType.Texts, "The containers, also with * at the end.") { Default = "insights-logs-*" },
        .. AzureKeys.Keys.Select(k => k.Name == "credential" ? k with { Words = [.. k.Words, "sas", "shared-key"], Says = "How we show who we are; 'token' is an access token that somebody else renews, 'sas' and 'shared-key' belong to the account." } : k),
        new("sas", SettingType.Secret, "A shared access signature that may list and read, for sas."),
        new("shared_key", SettingType.Secret, "The account's key, for shared-key. It can do everything: prefer any other."),
        AzureKeys.EndpointSetting("https://ACCOUNT.blob.core.windows.net"),
        new("start", SettingType.Duration, "How far back the very first reading goes.") { Default = "1d", Least = 3600, Most = 366 * 86_400L },
        new("late", SettingType.Duration, "So many past hours are looked at again each time; an older blob that still grows is not seen.") { Default = "3h", Least = 3600, Most = 7 * 86_400 },
        new("every", SettingType.Duration, "How often the hours are looked at.") { Default = "1m", Least = 1, Most = 3600 },
        new("discover", SettingType.Duration, "How often new containers and resources are looked for.") { Default = "10m", Least = 1, Most = 86_400 },
        new("max_record", SettingType.Size, "A longer record ends the reading of its blob, which is told.") { Default = "16MiB", Least = 1024, Most = 64 << 20 },
    ];

    public static BlobSettings From(SettingValues values)
    {
        var account = values.Text("account") ?? "";
        return new BlobSettings(
            AzureKeys.Endpoint(values, new Uri($"https://{account}.{AzureKeys.Cloud(values).StorageSuffix}/")), account, values.Texts("container"), values.Duration("start"), values.Duration("late"), values.Duration("every"), values.Duration("discover"), values.Number("max_record"));
    }

    /// <summary>Whether a container is one of those.</summary>
    public bool Wants(string container) => Containers.Any(c => c.EndsWith('*') ? container.StartsWith(c[..^1], StringComparison.Ordinal) : container == c);
}
