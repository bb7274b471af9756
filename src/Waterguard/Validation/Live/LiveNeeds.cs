namespace Waterguard.Validation.Live;

/// <summary>What scenarios need of a machine, and whether it is there. What is not there is said, and the scenario is left out.</summary>
internal static class LiveNeeds
{
    /// <summary>Why a need is not met; null: it is.</summary>
    public static async Task<string?> MissingAsync(string need, LiveTools tools, CancellationToken cancel) => need switch
    {
        "root" => NotRoot(),
        "sensor" => NotRoot(),
        "runc" => NotRoot() ?? Without("runc"),
        "aide" => Without("aide"),
        "namespaces" => NotRoot() ?? Without("ip", "nsenter", "busybox"),
        "containerd" => NotRoot() ?? Without("ctr") ?? (File.Exists(tools.Containerd) ? null : $"containerd does not listen on {tools.Containerd} (--containerd)"),
        "patience" => tools.IsPatient ? null : "it takes minutes (--long)",
        "swarm" => await SwarmAsync(tools, cancel),
        _ => $"nobody knows what '{need}' is",
    };

    private static string? NotRoot() => Environment.UserName == "root" ? null : "it needs root";

    private static string? Without(params ReadOnlySpan<string> programs)
    {
        foreach (var program in programs)
        {
            if (LiveTools.Find(program) is null) return $"there is no {program} on this machine";
        }

        return null;
    }

    // Somebody's Swarm is left alone.
    private static async Task<string?> SwarmAsync(LiveTools tools, CancellationToken cancel)
    {
        var (code, state) = await tools.RunAsync(["docker", "info", "--format", "{{.Swarm.LocalNodeState}}"], cancel);
        return code == 0 && state == "inactive" ? null : $"the engine is part of a Swarm already, or does not say ({state})";
    }
}
