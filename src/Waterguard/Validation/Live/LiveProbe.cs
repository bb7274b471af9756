using Waterguard.Emulation.Scenarios;

namespace Waterguard.Validation.Live;

/// <summary>Asks from inside of a container's network, in another way than the action does, whether it still reaches anybody: the gateways of its networks, and the outside where the scenario has one.</summary>
/// <param name="call">What the scenario calls; null: nothing.</param>
internal sealed class LiveProbe(LiveTools tools, string container, Call? call)
{
    private IReadOnlyList<string> _answered = [];

    /// <summary>Looks who answers, before the container is isolated.</summary>
    public async Task BeforeAsync(CancellationToken cancel)
    {
        var (code, gateways) = await tools.RunAsync(["docker", "inspect", "-f", "{{range .NetworkSettings.Networks}}{{.Gateway}} {{end}}", container], cancel);
        string[] asked = [.. code == 0 ? gateways.Split(' ', StringSplitOptions.RemoveEmptyEntries) : [], .. call is null ? Array.Empty<string>() : [call.To.ToString()]];
        var answered = new List<string>();
        foreach (var address in asked)
        {
            if (await IsReachedAsync(address, cancel)) answered.Add(address);
        }

        _answered = answered;
    }

    /// <summary>Looks who of them still answers.</summary>
    /// <returns>What was seen, and what is wrong; null for what need not be said.</returns>
    public async Task<(string? Says, string? Wrong)> AfterAsync(string action, CancellationToken cancel)
    {
        if (action != "docker.disconnect" || _answered.Count == 0) return (null, null);
        foreach (var address in _answered)
        {
            if (await IsReachedAsync(address, cancel)) return (null, $"{address} is still reached from inside of the container");
        }

        return ($"from inside, {string.Join(" and ", _answered)} answered before and not any more", null);
    }

    // From the container's network, but not from the container: what it has may not be able to ask.
    private async Task<bool> IsReachedAsync(string address, CancellationToken cancel)
    {
        var (code, process) = await tools.RunAsync(["docker", "inspect", "-f", "{{.State.Pid}}", container], cancel);
        return code == 0 && (await tools.RunAsync(["nsenter", "-t", process, "-n", "busybox", "ping", "-c", "1", "-W", "1", address], cancel)).Code == 0;
    }
}
