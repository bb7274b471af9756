using System.Collections.Immutable;
using System.Text;
using System.Text.Json.Nodes;
using Waterguard.Platforms.Docker;

namespace Waterguard.Response.Actions.Docker;

/// <summary>A service of a Swarm as its manager shows it now. Immutable.</summary>
internal sealed record SwarmService(string Id, string Name, ImmutableSortedDictionary<string, string> Labels)
{
    /// <summary>What the container of a task says of itself; so can any other.</summary>
    public const string TaskLabel = "com.docker.swarm.task.id";

    // As the engine's API calls them, whatever they are called here.
    private const string NameField = "Name", LabelsField = "Labels";
    private const int Tries = 5;
    private const int MostId = 64;

    /// <summary>Whether an engine is of a Swarm, and whether it manages it.</summary>
    public static async Task<(bool IsMember, bool IsManager)> StateAsync(DockerControl docker, CancellationToken cancel)
    {
        var swarm = (await ReadAsync(docker, "info", cancel))?["Swarm"];
        return (swarm?["LocalNodeState"]?.ToString() is "active" or "pending" or "locked", swarm?["ControlAvailable"]?.GetValue<bool>() == true);
    }

    /// <summary>The service of the task that a container is of, as the manager says and not the container; null: the manager knows of none.</summary>
    public static async Task<SwarmService?> OfAsync(DockerControl docker, DockerTarget container, CancellationToken cancel)
    {
        var named = container.Labels[TaskLabel];
        if (!IsId(named) || await ReadAsync(docker, "tasks/" + named, cancel) is not { } task || task["Status"]?["ContainerStatus"]?["ContainerID"]?.ToString() != container.Id) return null;
        return task["ServiceID"]?.ToString() is { } service && IsId(service) ? await FindAsync(docker, service, cancel) : null;
    }

    /// <summary>A service by its id; null: it is gone.</summary>
    public static async Task<SwarmService?> FindAsync(DockerControl docker, string id, CancellationToken cancel) =>
        await ReadAsync(docker, "services/" + id, cancel) is not { } service ? null : new SwarmService(
            service["ID"]!.ToString(), service["Spec"]![NameField]!.ToString(),
            (service["Spec"]![LabelsField] as JsonObject ?? []).ToImmutableSortedDictionary(l => l.Key, l => l.Value?.ToString() ?? "", StringComparer.Ordinal));

    /// <summary>Gives a service a label; its tasks go on as they are.</summary>
    public static Task LabelAsync(DockerControl docker, string id, string label, string value, CancellationToken cancel) => ChangeAsync(docker, id, labels =>
    {
        if (labels[label]?.ToString() == value) return false;
        labels[label] = value;
        return true;
    }, cancel);

    /// <summary>Takes a label away, if it has this value still.</summary>
    public static Task UnlabelAsync(DockerControl docker, string id, string label, string value, CancellationToken cancel) => ChangeAsync(docker, id, labels => labels[label]?.ToString() == value && labels.Remove(label), cancel);

    // The whole of what is wanted is sent back, with the version that it was read at: where somebody was quicker it is read again.
    private static async Task ChangeAsync(DockerControl docker, string id, Func<JsonObject, bool> change, CancellationToken cancel)
    {
        for (var left = Tries; ; left--)
        {
            if (await ReadAsync(docker, "services/" + id, cancel) is not { } service) return;
            var spec = service["Spec"]!.AsObject();
            if (spec[LabelsField] is not JsonObject labels) spec[LabelsField] = labels = [];
            if (!change(labels)) return;
            try
            {
                await docker.UpdateServiceAsync(id, service["Version"]!["Index"]!.GetValue<long>(), Encoding.UTF8.GetBytes(spec.ToJsonString()), cancel);
                return;
            }
            catch (HttpRequestException e) when (left > 1 && e.Message.Contains("out of sequence", StringComparison.Ordinal))
            {
                // Somebody else has changed it.
            }
        }
    }

    private static bool IsId(string text) => text.Length is > 0 and <= MostId && text.All(char.IsAsciiLetterOrDigit);

    private static async Task<JsonObject?> ReadAsync(DockerControl docker, string path, CancellationToken cancel) => await docker.GetAsync(path, cancel) is { } json ? JsonNode.Parse(json) as JsonObject : null;
}
