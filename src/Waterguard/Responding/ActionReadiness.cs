using System.Text.Json;
using System.Text.Json.Nodes;
using Waterguard.Notify;
using Waterguard.Platforms.Docker;
using Waterguard.Platforms.Kubernetes;
using Waterguard.Platforms.Outbound;
using Waterguard.Strategies.Playbooks;

namespace Waterguard.Responding;

/// <summary>Whether an action can be used now.</summary>
/// <param name="WhyNot">Null: it can.</param>
internal sealed record ActionReadiness(string Name, StepRisk Least, string Says, string? WhyNot)
{
    // Whoever asks waits for it.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(3);

    /// <summary>All actions by name, each with what is missing. The engine and the cluster are asked whether they answer; of the clouds it is only said whether the configuration has them.</summary>
    public static async Task<IReadOnlyList<ActionReadiness>> OfAsync(ResponderSettings settings, NotifyConfiguration notify, TimeProvider time, CancellationToken cancel)
    {
        var (docker, kubernetes) = (DockerAsync(settings, time, cancel), KubernetesAsync(settings, time, cancel));
        var (engine, cluster) = (await docker, await kubernetes);
        return [.. ActionNames.All.Select(a => new ActionReadiness(a.Name, a.Least, a.Says, a.Name.Split('.')[0] switch
        {
            "docker" => engine,
            "kubernetes" => cluster,
            "azure" => settings.Clouds.Azure is null ? "no response_azure section in the configuration" : null,
            "gcp" => settings.Clouds.Google is null ? "no response_google section in the configuration" : null,
            "notify" => PeopleSteps.ChannelsOf(notify, a.Name).IsEmpty ? $"no channel for {a.Name} in notify of the configuration" : null,
            "escalate" => notify.Routes.Any(r => !r.EscalateTo.IsEmpty || !r.Channels.IsEmpty) ? null : "no route in notify of the configuration",
            _ => null,
        }))];
    }

    /// <summary>As the API and the command line tell it.</summary>
    public JsonObject Json() => new() { ["name"] = Name, ["risk"] = Least.ToString().ToLowerInvariant(), ["says"] = Says, ["usable"] = WhyNot is null, ["why_not"] = WhyNot };

    private static async Task<string?> DockerAsync(ResponderSettings settings, TimeProvider time, CancellationToken cancel)
    {
        if (settings.Docker is not { } address) return "no engine: --docker, or docker of response in the configuration, names one";
        using var engine = new DockerEngine(new DockerAddress(address));
        return await WhyNotAsync(engine.InfoAsync, time, cancel) is { } problem ? $"no engine at {address}: {problem}" : null;
    }

    private static async Task<string?> KubernetesAsync(ResponderSettings settings, TimeProvider time, CancellationToken cancel)
    {
        if (settings.Kubernetes is not { } cluster) return "no kubeconfig: --kubeconfig, or kubeconfig of response in the configuration, names one; and this does not run in a cluster";
        using var api = new KubernetesApi(cluster, time);
        return await WhyNotAsync(c => api.ReadAsync("version", c), time, cancel) is { } problem ? $"no cluster at {cluster.Server}: {problem}" : null;
    }

    private static async Task<string?> WhyNotAsync(Func<CancellationToken, Task> ask, TimeProvider time, CancellationToken cancel)
    {
        using var late = new CancellationTokenSource(s_patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancel);
        try
        {
            await ask(either.Token);
            return null;
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return $"it does not answer within {s_patience.TotalSeconds:0} s";
        }
        catch (Exception e) when (e is HttpRequestException or IOException or System.Net.Sockets.SocketException or ApiRefusedException or CredentialException or JsonException)
        {
            return e.Message;
        }
    }
}
