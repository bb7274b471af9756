using Waterguard.Content;
using Waterguard.Sources.Configuration;
using Waterguard.Sources.Transports.Cloud;
using Waterguard.Sources.Transports.Polling;

namespace Waterguard.Sources.Transports.Office365;

/// <summary>Reads the unified audit log of Microsoft 365.</summary>
internal static class Office365Transport
{
    public static TransportKind Kind { get; } = new("o365", "The unified audit log of Microsoft 365, by the Office 365 Management Activity API.", Office365Settings.Keys, Create);

    private static PollingTransport? Create(InputDefinition input, TransportSurroundings surroundings, DiagnosticBag bag)
    {
        var (values, errors) = (input.Settings, bag.ErrorCount);
        AzureKeys.Check(values, bag);
        AzureKeys.CheckAddress(values, "endpoint", bag);
        if (values.Text("tenant") is null) bag.Error(ConfigurationCodes.Unusable, values.LocationOf("tenant"), "An o365 input needs its 'tenant'.");
        foreach (var type in values.Texts("content").Where(t => !Office365Settings.ContentTypes.Contains(t)))
        {
            bag.Error(ConfigurationCodes.Unusable, values.LocationOf("content"), $"There is no content type '{type}'; there are {string.Join(", ", Office365Settings.ContentTypes)}.");
        }

        return bag.ErrorCount > errors ? null : new PollingTransport(input, surroundings, progress => new Office365Api(values, surroundings, progress));
    }
}
