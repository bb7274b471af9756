using System.Net.Sockets;
using System.Text.Json;
using Waterguard.Platforms.Docker;
using Waterguard.Platforms.Kubernetes;
using Waterguard.Platforms.Outbound;

namespace Waterguard.Canaries;

/// <summary>Plants markers: each way harms nobody and leaves nothing behind.</summary>
internal static class Planting
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    /// <summary>Plants one.</summary>
    /// <returns>What went wrong; null: nothing.</returns>
    public static async Task<string?> PlantAsync(CanaryConfiguration canary, string mark, CancellationToken cancel)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        deadline.CancelAfter(s_patience);
        try
        {
            if (canary.Kind == CanaryKind.DockerVolume) await VolumeAsync(canary.At, mark, deadline.Token);
            else if (canary.Kind == CanaryKind.File) await FileAsync(canary.At, mark, deadline.Token);
            else if (canary is { Kind: CanaryKind.KubernetesConfigMap, Cluster: { } cluster }) return await ConfigMapAsync(cluster, canary.Space, mark, deadline.Token);
            return null;
        }
        catch (Exception e) when (e is HttpRequestException or SocketException or IOException or UnauthorizedAccessException or FormatException or JsonException or ApiRefusedException or CredentialException || (e is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            return e is OperationCanceledException ? "no answer in time" : e.Message;
        }
    }

    // What an earlier attempt left is removed too: a crash between the two requests leaves an empty volume.
    private static async Task VolumeAsync(string engine, string mark, CancellationToken cancel)
    {
        using var docker = new DockerControl(new DockerAddress(engine));
        foreach (var left in await docker.VolumesAsync(CanaryMark.Prefix, cancel)) await docker.RemoveVolumeAsync(left, cancel);
        await docker.MakeVolumeAsync(mark, cancel);
        await docker.RemoveVolumeAsync(mark, cancel);
    }

    // Nothing is made: whoever asks for what there is not is in the audit log with the name. Who is refused is there too, but such refusals are what detections look for.
    private static async Task<string?> ConfigMapAsync(KubernetesCluster cluster, string space, string mark, CancellationToken cancel)
    {
        using var api = new KubernetesApi(cluster, TimeProvider.System);
        return await api.GetAsync(KubernetesPath.Of("v1", space, "configmaps", mark), cancel) is null ? null : $"the API server has a ConfigMap {mark}, which nobody has made";
    }

    private static async Task FileAsync(string folder, string mark, CancellationToken cancel)
    {
        foreach (var left in Directory.EnumerateFiles(folder, CanaryMark.Prefix + "*")) File.Delete(left);
        var path = Path.Combine(folder, mark);
        await File.WriteAllTextAsync(path, "A marker that shows whether this folder is watched; it may be removed.\n", cancel);
        File.Delete(path);
    }
}
