using System.Collections.Immutable;
using Waterguard.Sources.Configuration;
using Waterguard.Sources.Transports.Cloud;

namespace Waterguard.Sources.Transports.Office365;

/// <summary>What of the Management Activity API is read.</summary>
internal static class Office365Settings
{
    public static ImmutableArray<string> ContentTypes { get; } = ["Audit.AzureActiveDirectory", "Audit.Exchange", "Audit.SharePoint", "Audit.General", "DLP.All"];

    public static ImmutableArray<Setting> Keys { get; } =
    [
        .. AzureKeys.Keys,
        AzureKeys.EndpointSetting("https://manage.office.com; GCC: https://manage-gcc.office.com"),
        new("content", SettingType.Texts, $"The content types: {string.Join(", ", ContentTypes)}. Without, the four of Audit."),
        new("publisher", SettingType.Text, "The PublisherIdentifier that the quota is counted for; without, the tenant."),
        new("start", SettingType.Duration, "How far back the very first question goes; at most 7 days.") { Default = "1d", Least = 60, Most = 7 * 86_400 },
        new("every", SettingType.Duration, "How often is asked.") { Default = "1m", Least = 1, Most = 3600 },
        new("late", SettingType.Duration, "How late contents can appear: so far back is asked again each half hour, and at each start.") { Default = "1d", Least = 600, Most = 6 * 86_400 },
    ];
}
