using System.Collections.Immutable;
using Waterguard.Platforms.Docker;

namespace Waterguard.Response.Actions.Docker;

/// <summary>A container as an engine shows it now. Immutable.</summary>
internal sealed record DockerTarget(string Id, string Name, string Image, string ImageId, string Status, bool Paused, bool Running, int Pid, string NetworkMode, ImmutableSortedDictionary<string, string> Networks, ImmutableSortedDictionary<string, string> Labels, ImmutableArray<string> Volumes)
{
    private const int IdLength = 64;
    private const int LeastId = 12;

    /// <summary>Every name that it goes by. What its labels say is not among them: anybody can write that a container is of the control plane, and would make it untouchable.</summary>
    public ImmutableArray<string> Names => [Id, ImageId, Name, Image];

    /// <summary>Looks at a container; null: it is gone.</summary>
    /// <param name="container">Its id: a name may have been given to another by now, and so is no target.</param>
    /// <exception cref="ActionFailedException">It is no id, or the engine does not answer.</exception>
    public static async Task<DockerTarget?> FindAsync(DockerControl docker, string container, CancellationToken cancel)
    {
        if (container.Length is < LeastId or > IdLength || container.Any(c => !char.IsAsciiHexDigitLower(c))) throw new ActionFailedException($"'{container}' is no id of a container; a name can be anybody's");
        return await Guard.Async(async () => await docker.GetAsync($"containers/{container}/json", cancel) is { } json ? DockerInspect.Read(json) : null);
    }

    /// <summary>Ids of the other containers that it shares something with, each with what.</summary>
    public async Task<ImmutableArray<string>> SharesAsync(DockerControl docker, CancellationToken cancel)
    {
        var all = ImmutableArray.CreateBuilder<string>();
        all.AddRange(DockerInspect.Shares(this, await Guard.Async(() => docker.Engine.ListAsync(all: false, cancel))));
        if (Labels.TryGetValue("com.docker.swarm.service.name", out var service)) all.Add($"it is a task of the Swarm service {service}: Swarm starts another when it ends");
        if (Labels.TryGetValue("io.kubernetes.pod.namespace", out var space)) all.Add($"by its labels, which anybody can write, it is of the pod {space}/{Labels.GetValueOrDefault("io.kubernetes.pod.name", "")}: if that is true, the kubelet starts another when it ends");
        return all.ToImmutable();
    }
}
