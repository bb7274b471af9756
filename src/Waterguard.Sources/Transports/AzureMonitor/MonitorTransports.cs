using System.Text.RegularExpressions;
using Waterguard.Content;
using Waterguard.Sources.Configuration;
using Waterguard.Sources.Transports.Cloud;
using Waterguard.Sources.Transports.Polling;

namespace Waterguard.Sources.Transports.AzureMonitor;

/// <summary>Reads Azure Monitor: tables of a workspace, and metrics.</summary>
internal static partial class MonitorTransports
{
    public static TransportKind Tables { get; } = new(
        "log-analytics", "Tables of a Log Analytics workspace (Sentinel's too), row by row.",
        [
            new Setting("workspace", SettingType.Text, "The Workspace ID.") { Required = true },
            new Setting("tables", SettingType.Texts, "The tables, such as AzureActivity, AKSAudit, SigninLogs, ContainerLogV2.") { Required = true },
            .. AzureKeys.Keys,
            AzureKeys.EndpointSetting("https://api.loganalytics.io"),
            new Setting("start", SettingType.Duration, "How far back the very first question goes.") { Default = "1h", Least = 60, Most = 90 * 86_400L },
            new Setting("every", SettingType.Duration, "How often is asked.") { Default = "1m", Least = 5, Most = 3600 },
        ],
        CreateTables);

    public static TransportKind Metrics { get; } = new(
        "azure-metrics", "Metrics of Azure resources: CPU, memory and network of containers and nodes.",
        [
            new Setting("resources", SettingType.Texts, "The resources' ids, all of one subscription and region: /subscriptions/ID/resourceGroups/….") { Required = true },
            new Setting("namespace", SettingType.Text, "The metric namespace, such as Microsoft.ContainerInstance/containerGroups.") { Required = true },
            new Setting("metrics", SettingType.Texts, "The metrics' names; at most 20.") { Required = true },
            new Setting("filter", SettingType.Text, "Which values, and split by what: containerName eq '*'."),
            .. AzureKeys.Keys,
            new Setting("endpoint", SettingType.Text, "The metrics endpoint of the resources' region: https://REGION.metrics.monitor.azure.com.") { Required = true },
            new Setting("every", SettingType.Duration, "How often is asked.") { Default = "1m", Least = 5, Most = 3600 },
        ],
        CreateMetrics);

    private static PollingTransport? CreateTables(InputDefinition input, TransportSurroundings surroundings, DiagnosticBag bag)
    {
        var (values, errors) = (input.Settings, bag.ErrorCount);
        AzureKeys.Check(values, bag);
        AzureKeys.CheckAddress(values, "endpoint", bag);
        foreach (var table in values.Texts("tables").Where(t => !TableName().IsMatch(t))) bag.Error(ConfigurationCodes.Unusable, values.LocationOf("tables"), $"'{table}' is no name of a table: letters, digits and underscore.");
        return bag.ErrorCount > errors ? null : new PollingTransport(input, surroundings, progress => new LogAnalyticsApi(values, surroundings, progress));
    }

    private static PollingTransport? CreateMetrics(InputDefinition input, TransportSurroundings surroundings, DiagnosticBag bag)
    {
        var (values, errors) = (input.Settings, bag.ErrorCount);
        AzureKeys.Check(values, bag);
        AzureKeys.CheckAddress(values, "endpoint", bag);
        if (values.Texts("metrics").Length > 20) bag.Error(ConfigurationCodes.Unusable, values.LocationOf("metrics"), "At most 20 metrics.");
        var subscriptions = values.Texts("resources").Select(r => r.Split('/') is ["", var word, var id, ..] && word.Equals("subscriptions", StringComparison.OrdinalIgnoreCase) ? id : "").Distinct(StringComparer.OrdinalIgnoreCase).ToArray();
        if (subscriptions is not [{ Length: > 0 }]) bag.Error(ConfigurationCodes.Unusable, values.LocationOf("resources"), "'resources' are ids of one subscription: /subscriptions/ID/resourceGroups/….");
        return bag.ErrorCount > errors ? null : new PollingTransport(input, surroundings, progress => new AzureMetricsApi(values, surroundings, progress));
    }

    [GeneratedRegex("^[A-Za-z_][A-Za-z0-9_]{0,99}$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex TableName();
}
