using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Waterguard.Platforms.Kubernetes;
using Waterguard.Platforms.Outbound;
using Waterguard.Posture;
using Waterguard.Posture.Admission;
using Waterguard.Response.Actions;
using Waterguard.Response.Actions.Kubernetes;

namespace Waterguard.Responding;

/// <summary>A proposal as objects of a cluster, marked with the run. It is in effect when the server has the objects as they were proposed, and, where a request of the incident can be made again as a dry run, when the server denies it.</summary>
/// <param name="patience">How long the server may take to heed a new policy.</param>
internal sealed class PostureInCluster(KubernetesApi api, TimeProvider time, TimeSpan patience)
{
    private const string Path = "tried_path";
    private const string Object = "tried";
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(200);

    /// <summary>The first request of the incident that the policy denies, to be tried again; null: none can be.</summary>
    public static (string Path, JsonObject Object)? Tried(IReadOnlyList<SeenEvent> events, Proposal proposal)
    {
        // Who asks is us then: only what is asked for can be tried.
        if (proposal.Kind != ProposalKind.AdmissionPolicy || proposal.Document.Contains("request.userInfo", StringComparison.Ordinal)) return null;
        var policy = AdmissionPolicy.Read(proposal.Document);
        foreach (var seen in events)
        {
            if (AdmissionRequest.Of(seen) is not { Operation: "CREATE", IsPart: false } request || policy.Judge(request) != AdmissionVerdict.Denied || !KubernetesPath.IsName(request.Namespace)) continue;
            if (Plain.ToJson(request.Object) is not JsonObject kept || kept["spec"] is not JsonObject spec) continue;
            var version = request.Group.Length > 0 ? request.Group + "/v1" : "v1";
            // A node, or a uid, of its own would be refused for other reasons.
            spec.Remove("nodeName");
            var copy = new JsonObject { ["apiVersion"] = version, ["kind"] = kept["kind"]?.DeepClone() ?? KindOf(request.Resource), ["metadata"] = new JsonObject { ["name"] = "waterguard-tried", ["labels"] = (kept["metadata"] as JsonObject)?["labels"]?.DeepClone() }, ["spec"] = spec.DeepClone() };
            return (KubernetesPath.Of(version, request.Namespace, request.Resource), copy);
        }

        return null;
    }

    public Task<ActionPlan> PlanAsync(ActionPlan plan, (string Path, JsonObject Object)? tried, CancellationToken cancel) => Guarded(async () =>
    {
        foreach (var (path, json) in Objects(plan))
        {
            if (await api.GetAsync(path, cancel) is { } there && there.Label(KubernetesAction.RunMark) != plan.Target.Run) return ActionPlan.Refused(plan.Target, $"there is a {there.Kind} of the name {there.Name} already, made by {(there.Label(KubernetesAction.RunMark) is { Length: > 0 } run ? "the run " + run : "somebody else")}");
            await api.ApplyAsync(path, json, dryRun: true, cancel);
        }

        var spaces = plan.Memento[ApplyPosture.Document].Contains("kind: NetworkPolicy", StringComparison.Ordinal) ? [Objects(plan)[0].Json["metadata"]!["namespace"]!.ToString()] : Array.Empty<string>();
        if (tried is var (where, what)) plan = plan with { Memento = plan.Memento.SetItem(Path, where).SetItem(Object, what.ToJsonString()) };
        return plan with { Names = [.. plan.Names, .. spaces.Select(s => s + "/networkpolicies")] };
    });

    public Task ActAsync(ActionPlan plan, CancellationToken cancel) => Guarded(async () =>
    {
        foreach (var (path, json) in Objects(plan)) await api.ApplyAsync(path, json, dryRun: false, cancel);
        return true;
    });

    public Task<ActionProbe> ProbeAsync(ActionPlan plan, CancellationToken cancel) => Guarded(async () =>
    {
        foreach (var (path, json) in Objects(plan))
        {
            if (await api.GetAsync(path, cancel) is not { } there) return new ActionProbe(false, $"there is no {json["kind"]} {json["metadata"]!["name"]}");
            if (there.Label(KubernetesAction.RunMark) != plan.Target.Run || !Holds(json["spec"], there.At("spec"))) return new ActionProbe(false, $"the {json["kind"]} {there.Name} is not as it was made");
        }

        if (!plan.Memento.TryGetValue(Object, out var tried)) return new ActionProbe(true, "the server has it as it was proposed; that it denies was not tried");
        return await TryAsync(plan, JsonNode.Parse(tried)!.AsObject(), cancel);
    });

    public Task UndoAsync(ActionPlan plan, CancellationToken cancel) => Guarded(async () =>
    {
        // The binding first: without it the policy does nothing.
        foreach (var (path, _) in Objects(plan).Reverse())
        {
            if (await api.GetAsync(path, cancel) is { } there && there.Label(KubernetesAction.RunMark) == plan.Target.Run) await api.DeleteAsync(path, there.Uid, dryRun: false, cancel);
        }

        return true;
    });

    // The server heeds a policy some moments after it has kept it.
    private async Task<ActionProbe> TryAsync(ActionPlan plan, JsonObject tried, CancellationToken cancel)
    {
        var name = plan.Memento["name"];
        for (var until = time.GetUtcNow() + patience; ; await Task.Delay(s_pause, time, cancel))
        {
            try
            {
                await api.CreateAsync(plan.Memento[Path], tried, dryRun: true, cancel);
                if (time.GetUtcNow() >= until) return new ActionProbe(false, string.Create(CultureInfo.InvariantCulture, $"the server has it, and still allows what the incident did ({patience.TotalSeconds} s later)"));
            }
            catch (ApiRefusedException e) when (e.Message.Contains(name, StringComparison.Ordinal))
            {
                return new ActionProbe(true, "the server has it as it was proposed, and denies what the incident did (tried as a dry run)");
            }
            catch (ApiRefusedException e)
            {
                return new ActionProbe(true, $"the server has it as it was proposed; what the incident did is refused for another reason, so that it denies was not seen: {e.Message}");
            }
        }
    }

    private static IReadOnlyList<(string Path, JsonObject Json)> Objects(ActionPlan plan)
    {
        var found = new List<(string, JsonObject)>();
        foreach (var document in PolicyYaml.Read(plan.Memento[ApplyPosture.Document]))
        {
            var json = Plain.ToJson(document)!.AsObject();
            var metadata = json["metadata"]!.AsObject();
            metadata["labels"] = new JsonObject { ["app.kubernetes.io/managed-by"] = KubernetesApi.Manager, [KubernetesAction.RunMark] = plan.Target.Run };
            var resource = json["kind"]!.ToString() switch { "ValidatingAdmissionPolicy" => "validatingadmissionpolicies", "ValidatingAdmissionPolicyBinding" => "validatingadmissionpolicybindings", "NetworkPolicy" => "networkpolicies", var other => throw new ActionFailedException($"{other} is not applied by this") };
            found.Add((KubernetesPath.Of(json["apiVersion"]!.ToString(), metadata["namespace"]?.ToString(), resource, metadata["name"]!.ToString()), json));
        }

        return found;
    }

    // A server adds what is usual; what was proposed must be there as it was.
    private static bool Holds(JsonNode? meant, JsonNode? there) => (meant, there) switch
    {
        (JsonObject a, JsonObject b) => a.All(m => Holds(m.Value, b[m.Key])),
        (JsonArray a, JsonArray b) => a.Count == b.Count && a.Zip(b).All(p => Holds(p.First, p.Second)),
        _ => JsonNode.DeepEquals(meant, there) || (meant is JsonArray { Count: 0 } && there is null),
    };

    private static string KindOf(string resource) => resource switch { "pods" => "Pod", "deployments" => "Deployment", "daemonsets" => "DaemonSet", "statefulsets" => "StatefulSet", "replicasets" => "ReplicaSet", "jobs" => "Job", "cronjobs" => "CronJob", _ => "ReplicationController" };

    private static async Task<T> Guarded<T>(Func<Task<T>> ask)
    {
        try
        {
            return await ask();
        }
        catch (Exception e) when (e is HttpRequestException or IOException or JsonException or InvalidOperationException or FormatException or ApiRefusedException or CredentialException)
        {
            throw new ActionFailedException(e.Message, e);
        }
    }
}
