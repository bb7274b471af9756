using System.Collections.Immutable;
using System.Text.Json;
using Waterguard.Platforms.Docker;
using Waterguard.Platforms.Host;

namespace Waterguard.Response.Actions.Docker;

/// <summary>Takes a container off its networks. The probe asks the engine, and, where the container runs on this host, the kernel: no interface but the loopback may be left in its network namespace.</summary>
/// <param name="files">The kernel's files, where the engine is on this host; null: it is elsewhere.</param>
public sealed class DockerDisconnect(DockerControl docker, ProcFiles? files) : DockerAction(docker)
{
    /// <inheritdoc/>
    public override string Name => "docker.disconnect";

    /// <inheritdoc/>
    public override Task ActAsync(ActionPlan plan, CancellationToken cancel) => Guard.Async(async () =>
    {
        var now = await DockerTarget.FindAsync(Docker, plan.Memento["id"], cancel);
        foreach (var network in now?.Networks.Keys ?? []) await Docker.DisconnectAsync(network, plan.Memento["id"], cancel);
    });

    /// <inheritdoc/>
    public override Task UndoAsync(ActionPlan plan, CancellationToken cancel) => Guard.Async(async () =>
    {
        if (await DockerTarget.FindAsync(Docker, plan.Memento["id"], cancel) is not { } now) return;
        using var before = JsonDocument.Parse(plan.Memento["networks"]);
        foreach (var network in before.RootElement.EnumerateObject().Where(n => !now.Networks.ContainsKey(n.Name))) await Docker.ConnectAsync(network.Name, now.Id, Kept(network.Value), cancel);
    });

    private protected override ActionPlan Plan(ActionTarget target, DockerTarget found, ImmutableArray<string> shares)
    {
        if (found.NetworkMode == "host") return ActionPlan.Refused(target, $"{Called(found)} is on the network of its host, from which it cannot be taken: pause or stop it", [.. found.Names]);
        if (found.NetworkMode.StartsWith("container:", StringComparison.Ordinal)) return ActionPlan.Refused(target, $"{Called(found)} lives on the network of another container ({found.NetworkMode[10..]}): that one must be disconnected", [.. found.Names]);
        if (found.Networks.IsEmpty || found.NetworkMode == "none") return ActionPlan.Refused(target, $"{Called(found)} is on no network", [.. found.Names]);
        var networks = "{" + string.Join(',', found.Networks.Select(n => $"{JsonSerializer.Serialize(n.Key)}:{n.Value}")) + "}";
        return Planned(target, found, $"take {Called(found)} off {string.Join(", ", found.Networks.Keys)}", shares, ("networks", networks));
    }

    private protected override Task<ActionProbe> ProbeAsync(ActionPlan plan, DockerTarget? now, CancellationToken cancel)
    {
        if (now is null) return Task.FromResult(new ActionProbe(true, "the container is gone", Gone: true));
        if (!now.Networks.IsEmpty) return Task.FromResult(new ActionProbe(false, $"it is on {string.Join(", ", now.Networks.Keys)}"));
        var left = files is null || now.Pid == 0 ? [] : Interfaces(now.Pid);
        return Task.FromResult(left.Length > 0 ? new ActionProbe(false, $"the engine names no network, but the kernel shows {string.Join(", ", left)}") : new ActionProbe(true, files is null ? "the engine names no network" : "neither the engine nor the kernel shows a network"));
    }

    private string[] Interfaces(int pid) =>
        [.. (files!.Text(pid, "net/dev") ?? "").Split('\n').Skip(2).Select(l => l.Split(':')[0].Trim()).Where(n => n.Length > 0 && n != "lo" && !n.StartsWith("tunl", StringComparison.Ordinal) && !n.StartsWith("sit", StringComparison.Ordinal) && !n.StartsWith("ip6tnl", StringComparison.Ordinal) && !n.StartsWith("gre", StringComparison.Ordinal) && !n.StartsWith("erspan", StringComparison.Ordinal) && !n.StartsWith("ip_vti", StringComparison.Ordinal) && !n.StartsWith("ip6_vti", StringComparison.Ordinal) && !n.StartsWith("ip6gre", StringComparison.Ordinal))];

    // Of what inspect says of an endpoint, what was asked for: its address and its names.
    private static JsonElement? Kept(JsonElement endpoint)
    {
        var settings = new Dictionary<string, object>(StringComparer.Ordinal);
        if (endpoint.TryGetProperty("Aliases", out var aliases) && aliases.ValueKind == JsonValueKind.Array) settings["Aliases"] = aliases;
        if (endpoint.TryGetProperty("IPAMConfig", out var address) && address.ValueKind == JsonValueKind.Object) settings["IPAMConfig"] = address;
        return settings.Count == 0 ? null : JsonSerializer.SerializeToElement(settings);
    }
}
