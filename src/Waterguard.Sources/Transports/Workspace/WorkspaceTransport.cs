using Waterguard.Content;
using Waterguard.Sources.Configuration;
using Waterguard.Sources.Transports.Cloud;
using Waterguard.Sources.Transports.Polling;

namespace Waterguard.Sources.Transports.Workspace;

/// <summary>Reads the audit activities of Google Workspace.</summary>
internal static class WorkspaceTransport
{
    public static TransportKind Kind { get; } = new(
        "workspace-reports", "Audit activities of Google Workspace, by the Reports API of the Admin SDK.",
        [
            new Setting("applications", SettingType.Texts, $"What is read: {string.Join(", ", WorkspaceApplication.All.Select(a => a.Name))}. Without, the first three."),
            new Setting("subject", SettingType.Text, "The administrator whom the service account acts for, by domain-wide delegation."),
            .. GoogleKeys.Keys,
            new Setting("endpoint", SettingType.Text, "The API's address, when it is not https://admin.googleapis.com."),
            new Setting("start", SettingType.Duration, "How far back the very first question goes.") { Default = "1d", Least = 60, Most = 180 * 86_400L },
            new Setting("every", SettingType.Duration, "How often is asked.") { Default = "2m", Least = 5, Most = 3600 },
        ],
        Create);

    private static PollingTransport? Create(InputDefinition input, TransportSurroundings surroundings, DiagnosticBag bag)
    {
        var (values, errors) = (input.Settings, bag.ErrorCount);
        GoogleKeys.Check(values, bag);
        AzureKeys.CheckAddress(values, "endpoint", bag);
        if (values.Text("credential") == "metadata" && values.Text("subject") is not null) bag.Error(ConfigurationCodes.Unusable, values.LocationOf("subject"), "Acting for somebody needs the service account's key: use the credential 'service-account'.");
        foreach (var name in values.Texts("applications").Where(n => !WorkspaceApplication.All.Any(a => a.Name == n)))
        {
            bag.Error(ConfigurationCodes.Unusable, values.LocationOf("applications"), $"There is no application '{name}'; there are {string.Join(", ", WorkspaceApplication.All.Select(a => a.Name))}.");
        }

        return bag.ErrorCount > errors ? null : new PollingTransport(input, surroundings, progress => new WorkspaceApi(values, surroundings, progress));
    }
}
