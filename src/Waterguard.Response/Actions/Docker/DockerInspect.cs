using System.Collections.Immutable;
using System.Text.Json;

namespace Waterguard.Response.Actions.Docker;

/// <summary>Reads what an engine writes of its containers.</summary>
internal static class DockerInspect
{
    /// <summary>The answer to <c>containers/ID/json</c>.</summary>
    public static DockerTarget Read(byte[] json)
    {
        using var document = JsonDocument.Parse(json);
        var root = document.RootElement;
        var state = root.GetProperty("State");
        var networks = root.GetProperty("NetworkSettings").GetProperty("Networks").EnumerateObject().Where(IsOn).ToImmutableSortedDictionary(n => n.Name, n => n.Value.GetRawText(), StringComparer.Ordinal);
        var config = root.GetProperty("Config");
        var labels = config.TryGetProperty("Labels", out var given) && given.ValueKind == JsonValueKind.Object ? given.EnumerateObject().ToImmutableSortedDictionary(l => l.Name, l => l.Value.ToString(), StringComparer.Ordinal) : ImmutableSortedDictionary<string, string>.Empty;
        var volumes = root.TryGetProperty("Mounts", out var mounts) && mounts.ValueKind == JsonValueKind.Array ? mounts.EnumerateArray().Select(m => m.TryGetProperty("Name", out var name) ? name.ToString() : "").Where(n => n.Length > 0) : [];
        return new DockerTarget(
            root.GetProperty("Id").GetString()!, root.GetProperty("Name").GetString()!.TrimStart('/'), config.GetProperty("Image").GetString() ?? "", root.GetProperty("Image").GetString() ?? "", state.GetProperty("Status").GetString() ?? "",
            state.GetProperty("Paused").GetBoolean(), state.GetProperty("Running").GetBoolean(), state.GetProperty("Pid").GetInt32(), root.GetProperty("HostConfig").GetProperty("NetworkMode").GetString() ?? "", networks, labels, [.. volumes]);
    }

    // A network that an engine does not have is named all the same, without its id.
    private static bool IsOn(JsonProperty network) => network.Name != "none" && network.Value.TryGetProperty("NetworkID", out var id) && id.ToString().Length > 0;

    /// <summary>What other containers of the answer to <c>containers/json</c> have in common with one, a sentence each.</summary>
    public static IEnumerable<string> Shares(DockerTarget one, byte[] json)
    {
        using var list = JsonDocument.Parse(json);
        var all = new List<string>();
        foreach (var other in list.RootElement.EnumerateArray().Where(o => o.GetProperty("Id").GetString() != one.Id))
        {
            var name = other.TryGetProperty("Names", out var names) && names.GetArrayLength() > 0 ? names[0].ToString().TrimStart('/') : other.GetProperty("Id").GetString()!;
            var mode = other.TryGetProperty("HostConfig", out var host) && host.TryGetProperty("NetworkMode", out var given) ? given.ToString() : "";
            if (mode == "container:" + one.Id) all.Add($"{name} lives on its network");
            var volumes = other.TryGetProperty("Mounts", out var mounts) ? mounts.EnumerateArray().Select(m => m.TryGetProperty("Name", out var volume) ? volume.ToString() : "").Where(v => v.Length > 0 && one.Volumes.Contains(v)) : [];
            all.AddRange(volumes.Select(volume => $"{name} uses the volume {volume} too"));
        }

        return all;
    }
}
