using System.Collections.Immutable;
using Waterguard.Content;
using Waterguard.Platforms.Docker;
using Waterguard.Platforms.Kubernetes;
using Waterguard.Sources.Configuration;

namespace Waterguard.Configuration;

/// <summary>Where the service's responses act, and what they must not touch.</summary>
/// <param name="Docker">The engine; null: there is none.</param>
internal sealed record ResponseConfiguration(string? Docker, ImmutableArray<string> NeverTouch, int MostPerHour)
{
    /// <summary>The cluster; null: there is none.</summary>
    public KubernetesCluster? Kubernetes { get; init; }

    /// <summary>Where traffic is denied in the clouds.</summary>
    public ResponseClouds Clouds { get; init; } = ResponseClouds.None;

    /// <summary>Nothing is acted on.</summary>
    public static ResponseConfiguration None { get; } = new(null, [], 10);

    public static ResponseConfiguration From(SettingValues values, DiagnosticBag bag)
    {
        var docker = values.Text("docker");
        if (docker is not null)
        {
            try
            {
                using var looked = new DockerControl(new DockerAddress(docker));
            }
            catch (FormatException e)
            {
                bag.Error(ConfigurationCodes.Unusable, values.LocationOf("docker"), e.Message);
            }
        }

        return new ResponseConfiguration(docker, values.Texts("never_touch"), (int)values.Number("most_per_hour")) { Kubernetes = ClusterSetting.Read(values, "kubeconfig", bag) };
    }
}
