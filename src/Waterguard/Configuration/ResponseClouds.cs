using Waterguard.Content;
using Waterguard.Platforms.Azure;
using Waterguard.Platforms.Outbound;
using Waterguard.Response.Actions.Azure;
using Waterguard.Response.Actions.Google;
using Waterguard.Sources.Configuration;
using Waterguard.Sources.Transports;
using Waterguard.Sources.Transports.Cloud;

namespace Waterguard.Configuration;

/// <summary>Where responses act in the clouds, and as whom. Each makes a client when it is asked for.</summary>
/// <param name="Azure">Null: nowhere.</param>
/// <param name="Google">Null: nowhere.</param>
internal sealed record ResponseClouds(Func<TimeProvider, AzureNetwork>? Azure, Func<TimeProvider, TimeSpan, GoogleFirewall>? Google)
{
    public static ResponseClouds None { get; } = new(null, null);

    public static ResponseClouds From(SettingValues azure, SettingValues google, DiagnosticBag bag) => new(OfAzure(azure, bag), OfGoogle(google, bag));

    private static Func<TimeProvider, AzureNetwork>? OfAzure(SettingValues values, DiagnosticBag bag)
    {
        if (values.Text("security_group") is not { } group) return null;
        AzureKeys.Check(values, bag);
        AzureKeys.CheckAddress(values, "endpoint", bag);
        if (!AzureNetwork.IsGround(group)) bag.Error(ConfigurationCodes.Unusable, values.LocationOf("security_group"), $"'{group}' is no resource id of a network security group, a subnet or a container group.");
        if (bag.ErrorCount > 0) return null;
        var cloud = AzureCloud.Named(values.Text("cloud"));
        var endpoint = AzureKeys.Endpoint(values, cloud.Management);
        return time => new AzureNetwork(new ApiClient(AllowedHosts.Of(endpoint), AzureKeys.Tokens(values, cloud.Management, Surroundings(time)), time), endpoint, group);
    }

    private static Func<TimeProvider, TimeSpan, GoogleFirewall>? OfGoogle(SettingValues values, DiagnosticBag bag)
    {
        if (values.Text("network") is not { } network) return null;
        GoogleKeys.Check(values, bag);
        AzureKeys.CheckAddress(values, "endpoint", bag);
        if (!GoogleFirewall.IsNetwork(network)) bag.Error(ConfigurationCodes.Unusable, values.LocationOf("network"), $"'{network}' is no network: projects/PROJECT/global/networks/NAME is expected.");
        if (bag.ErrorCount > 0) return null;
        var endpoint = AzureKeys.Endpoint(values, GoogleFirewall.Public);
        return (time, patience) => new GoogleFirewall(new ApiClient(AllowedHosts.Of(endpoint), GoogleKeys.Tokens(values, null, Surroundings(time), "https://www.googleapis.com/auth/compute"), time), endpoint, network, time, patience);
    }

    private static TransportSurroundings Surroundings(TimeProvider time) => new(time, (_, _) => { });
}
