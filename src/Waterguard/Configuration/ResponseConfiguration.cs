using System.Collections.Immutable;
using Waterguard.Content;
using Waterguard.Platforms.Docker;
using Waterguard.Platforms.Kubernetes;
using Waterguard.Response.Actions.Kubernetes;
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

        return new ResponseConfiguration(docker, values.Texts("never_touch"), (int)values.Number("most_per_hour")) { Kubernetes = Cluster(values, bag) };
    }

    private static KubernetesCluster? Cluster(SettingValues values, DiagnosticBag bag)
    {
        if (values.Text("kubeconfig") is not { } file) return null;
        try
        {
            var cluster = file == "inside" ? KubernetesCluster.Inside(KubernetesCluster.Mounted, Environment.GetEnvironmentVariable) : Kubeconfig.Load(file);
            if (cluster is null) bag.Error(ConfigurationCodes.Unusable, values.LocationOf("kubeconfig"), "This does not run in a cluster, or without a token of a service account (automountServiceAccountToken).");
            else using (new KubernetesApi(cluster, TimeProvider.System)) return cluster;
        }
        catch (Exception e) when (e is FormatException or IOException or UnauthorizedAccessException)
        {
            bag.Error(ConfigurationCodes.Unusable, values.LocationOf("kubeconfig"), e.Message);
        }

        return null;
    }
}
