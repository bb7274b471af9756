using Waterguard.Content;
using Waterguard.Sources.Configuration;
using Waterguard.Sources.Transports.Cloud;
using Waterguard.Sources.Transports.Polling;

namespace Waterguard.Sources.Transports.GoogleLogging;

/// <summary>Reads entries of Cloud Logging.</summary>
internal static class CloudLoggingTransport
{
    public static TransportKind Kind { get; } = new(
        "cloud-logging", "Entries of Google Cloud Logging, by its API; for much of it use a sink and pubsub.",
        [
            new Setting("resources", SettingType.Texts, "Whose entries: projects/ID, organizations/ID, folders/ID, or a view of a bucket.") { Required = true },
            new Setting("filter", SettingType.Text, "What of it, in the query language of Cloud Logging.") { Default = "logName:\"cloudaudit.googleapis.com\"" },
            .. GoogleKeys.Keys,
            new Setting("endpoint", SettingType.Text, "The API's address, when it is not https://logging.googleapis.com."),
            new Setting("start", SettingType.Duration, "How far back the very first question goes.") { Default = "1h", Least = 60, Most = 30 * 86_400L },
            new Setting("every", SettingType.Duration, "How often is asked.") { Default = "1m", Least = 5, Most = 3600 },
        ],
        Create);

    private static PollingTransport? Create(InputDefinition input, TransportSurroundings surroundings, DiagnosticBag bag)
    {
        var (values, errors) = (input.Settings, bag.ErrorCount);
        GoogleKeys.Check(values, bag);
        AzureKeys.CheckAddress(values, "endpoint", bag);
        if (values.Texts("resources").Length > 100) bag.Error(ConfigurationCodes.Unusable, values.LocationOf("resources"), "At most 100 resources.");
        return bag.ErrorCount > errors ? null : new PollingTransport(input, surroundings, progress => new CloudLoggingApi(values, surroundings, progress));
    }
}
