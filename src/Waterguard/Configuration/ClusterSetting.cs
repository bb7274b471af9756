using Waterguard.Content;
using Waterguard.Platforms.Kubernetes;
using Waterguard.Response.Actions.Kubernetes;
using Waterguard.Sources.Configuration;

namespace Waterguard.Configuration;

/// <summary>A cluster, as settings name one: a kubeconfig, or <c>inside</c> for the one that this runs in.</summary>
internal static class ClusterSetting
{
    /// <summary>The cluster that a setting names; null: it names none, or one that cannot be used, and then it was told of.</summary>
    public static KubernetesCluster? Read(SettingValues values, string key, DiagnosticBag bag)
    {
        if (values.Text(key) is not { Length: > 0 } file) return null;
        try
        {
            var cluster = file == "inside" ? KubernetesCluster.Inside(KubernetesCluster.Mounted, Environment.GetEnvironmentVariable) : Kubeconfig.Load(file);
            if (cluster is null) bag.Error(ConfigurationCodes.Unusable, values.LocationOf(key), "This does not run in a cluster, or without a token of a service account (automountServiceAccountToken).");
            else using (new KubernetesApi(cluster, TimeProvider.System)) return cluster;
        }
        catch (Exception e) when (e is FormatException or IOException or UnauthorizedAccessException)
        {
            bag.Error(ConfigurationCodes.Unusable, values.LocationOf(key), e.Message);
        }

        return null;
    }
}
