using Waterguard.Content;
using Waterguard.Sources.Configuration;
using Waterguard.Sources.Transports.Cloud;
using Waterguard.Sources.Transports.Polling;

namespace Waterguard.Sources.Transports.GoogleLogging;

/// <summary>Reads time series of Cloud Monitoring.</summary>
internal static class CloudMonitoringTransport
{
    public static TransportKind Kind { get; } = new(
        "cloud-monitoring", "Metrics of Google Cloud Monitoring: CPU, memory and network of containers and nodes.",
        [
            new Setting("project", SettingType.Text, "Whose metrics: projects/ID.") { Required = true },
            new Setting("filters", SettingType.Texts, "Which, one metric type each: metric.type = \"kubernetes.io/container/cpu/core_usage_time\".") { Required = true },
            .. GoogleKeys.Keys,
            new Setting("endpoint", SettingType.Text, "The API's address, when it is not https://monitoring.googleapis.com."),
            new Setting("every", SettingType.Duration, "How often is asked.") { Default = "1m", Least = 5, Most = 3600 },
        ],
        Create);

    private static PollingTransport? Create(InputDefinition input, TransportSurroundings surroundings, DiagnosticBag bag)
    {
        var (values, errors) = (input.Settings, bag.ErrorCount);
        GoogleKeys.Check(values, bag);
        AzureKeys.CheckAddress(values, "endpoint", bag);
        if (values.Text("project") is { } project && !project.StartsWith("projects/", StringComparison.Ordinal)) bag.Error(ConfigurationCodes.Unusable, values.LocationOf("project"), $"'{project}' must be projects/ID.");
        return bag.ErrorCount > errors ? null : new PollingTransport(input, surroundings, progress => new CloudMonitoringApi(values, surroundings, progress));
    }
}
