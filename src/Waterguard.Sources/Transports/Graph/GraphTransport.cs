using Waterguard.Content;
using Waterguard.Sources.Configuration;
using Waterguard.Sources.Transports.Cloud;
using Waterguard.Sources.Transports.Polling;

namespace Waterguard.Sources.Transports.Graph;

/// <summary>Reads logs of Entra ID and Defender.</summary>
internal static class GraphTransport
{
    public static TransportKind Kind { get; } = new(
        "graph", "Sign-ins of users, applications and managed identities, directory audits, risk detections, alerts of PIM and of Defender, by Microsoft Graph.",
        [
            .. AzureKeys.Keys,
            AzureKeys.EndpointSetting("https://graph.microsoft.com"),
            new Setting("lists", SettingType.Texts, $"What is read: {string.Join(", ", GraphList.All.Select(l => l.Name))}. Without, the first two."),
            new Setting("start", SettingType.Duration, "How far back the very first question goes.") { Default = "1d", Least = 60, Most = 30 * 86_400L },
            new Setting("every", SettingType.Duration, "How often is asked.") { Default = "1m", Least = 1, Most = 3600 },
            new Setting("late", SettingType.Duration, "How late entries can appear: so far back is asked again each half hour, and at each start.") { Default = "6h", Least = 900, Most = 7 * 86_400 },
        ],
        Create);

    private static PollingTransport? Create(InputDefinition input, TransportSurroundings surroundings, DiagnosticBag bag)
    {
        var (values, errors) = (input.Settings, bag.ErrorCount);
        AzureKeys.Check(values, bag);
        AzureKeys.CheckAddress(values, "endpoint", bag);
        foreach (var name in values.Texts("lists").Where(n => !GraphList.All.Any(l => l.Name == n)))
        {
            bag.Error(ConfigurationCodes.Unusable, values.LocationOf("lists"), $"There is no list '{name}'; there are {string.Join(", ", GraphList.All.Select(l => l.Name))}.");
        }

        return bag.ErrorCount > errors ? null : new PollingTransport(input, surroundings, progress => new GraphApi(values, surroundings, progress));
    }
}
