using System.Text.Json.Nodes;
using Waterguard.Platforms.Kubernetes;
using Waterguard.Platforms.Outbound;

namespace Waterguard.Response.Actions.Kubernetes;

/// <summary>Marks a pod, and denies by a network policy all traffic of what bears the mark. Refused where a policy has no effect: on the network of the node, and where another policy allows something.</summary>
public sealed class KubernetesDenyAll(KubernetesApi api) : KubernetesAction(api)
{
    /// <summary>The label that the policy selects; its value is the run.</summary>
    public const string Mark = "waterguard/quarantine";

    /// <inheritdoc/>
    public override string Name => "kubernetes.deny-all";

    /// <inheritdoc/>
    public override string Permissions => "get and patch pods; list, get, create and delete networkpolicies; list daemonsets";

    private protected override async Task<ActionPlan> LookAsync(ActionTarget target, CancellationToken cancel)
    {
        var found = await PodTarget.FindAsync(Api, target[Pod], cancel);
        var owners = await OwnerChain.OfAsync(Api, found.Pod, cancel);
        if (Refusal(target, found, owners, await NetworkPolicies.AllowingAsync(Api, found.Pod, cancel)) is { } refusal) return ActionPlan.Refused(target, refusal, [.. found.Names]);
        var policy = $"waterguard-{target.Run}-{new string([.. target.Step.Select(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) ? c : '-')]).Trim('-')}";
        var plan = Planned(
            target, found.Names, $"label {found.Called} (uid {found.Pod.Uid}) {Mark}={target.Run}, and deny all traffic of that label by the network policy {policy}",
            await SharesAsync(owners, cancel), ("namespace", found.Space), ("pod", found.Pod.Name), ("uid", found.Pod.Uid), ("policy", policy));
        await PolicyAsync(plan, dryRun: true, cancel);
        await LabelAsync(plan, target.Run, dryRun: true, cancel);
        return plan;
    }

    // The policy first: from the moment that the pod bears the mark, it is denied.
    private protected override async Task DoAsync(ActionPlan plan, CancellationToken cancel)
    {
        if (await PodTarget.AgainAsync(Api, plan, cancel) is null) throw new ActionFailedException($"the pod {plan.Memento["namespace"]}/{plan.Memento["pod"]} (uid {plan.Memento["uid"]}) is gone");
        await PolicyAsync(plan, dryRun: false, cancel);
        await LabelAsync(plan, plan.Target.Run, dryRun: false, cancel);
    }

    private protected override async Task<ActionProbe> SeeAsync(ActionPlan plan, CancellationToken cancel)
    {
        var policy = await Api.GetAsync(NetworkPolicies.Path(plan.Memento["namespace"], plan.Memento["policy"]), cancel);
        if (policy is null) return new ActionProbe(false, "there is no such network policy");
        if (!NetworkPolicies.IsDenyAll(policy, plan.Target.Run, Mark)) return new ActionProbe(false, $"the network policy {policy.Name} is not as it was made");
        if (await PodTarget.AgainAsync(Api, plan, cancel) is not { } now) return new ActionProbe(true, "the pod is gone; the network policy is there");
        if (now.Pod.Label(Mark) != plan.Target.Run) return new ActionProbe(false, "the pod does not bear the mark");
        var allowing = await NetworkPolicies.AllowingAsync(Api, now.Pod, cancel);
        return allowing.Count > 0
            ? new ActionProbe(false, $"the pod is marked and denied, but {string.Join(", ", allowing)} allow it traffic all the same")
            : new ActionProbe(true, $"the pod bears the mark, the network policy {policy.Name} selects it and denies both ways, and none allows it anything");
    }

    private protected override async Task PutBackAsync(ActionPlan plan, CancellationToken cancel)
    {
        await LabelAsync(plan, null, dryRun: false, cancel);
        var path = NetworkPolicies.Path(plan.Memento["namespace"], plan.Memento["policy"]);
        if (await Api.GetAsync(path, cancel) is { } policy && policy.Label(RunMark) == plan.Target.Run) await Api.DeleteAsync(path, policy.Uid, dryRun: false, cancel);
    }

    private static string? Refusal(ActionTarget target, PodTarget found, OwnerChain owners, IReadOnlyList<string> allowing)
    {
        var other = $"{(owners.Restarts is { } owner ? $"scale {owner} to zero (kubernetes.scale-to-zero)" : "delete it (kubernetes.delete-pod)")}, after its evidence, and cordon its node {found.Node} (kubernetes.cordon)";
        if (found.IsOnHostNetwork) return $"{found.Called} is on the network of its node, where a network policy has no effect: {other}";
        if (allowing.Count > 0) return $"{string.Join(", ", allowing)} allow traffic of {found.Called}, and what one network policy allows no other denies: change them, or {other}";
        return found.Pod.Label(Mark) is { Length: > 0 } by && by != target.Run ? $"{found.Called} is denied already, by the run {by}" : null;
    }

    private async Task<IEnumerable<string>> SharesAsync(OwnerChain owners, CancellationToken cancel)
    {
        var shares = new List<string> { "the kubelet's own probes may pass or fail, as the network plugin has it: the pod may be taken out of its services, or started again in place" };
        if (await NetworkPolicies.DoubtAsync(Api, cancel) is { } doubt) shares.Add(doubt);
        if (owners.Restarts is { } owner) shares.Add($"{owner} starts another without the mark when this one ends");
        return shares;
    }

    private async Task PolicyAsync(ActionPlan plan, bool dryRun, CancellationToken cancel)
    {
        var (space, name) = (plan.Memento["namespace"], plan.Memento["policy"]);
        try
        {
            await Api.CreateAsync(NetworkPolicies.Path(space), NetworkPolicies.DenyAll(name, plan.Target.Run, plan.Target.Step, Mark), dryRun, cancel);
        }
        catch (ApiRefusedException e) when (e.Status == 409)
        {
            var there = await Api.GetAsync(NetworkPolicies.Path(space, name), cancel);
            if (there is null || !NetworkPolicies.IsDenyAll(there, plan.Target.Run, Mark)) throw new ActionFailedException($"somebody else's network policy is called {space}/{name}", e);
        }
    }

    private Task LabelAsync(ActionPlan plan, string? run, bool dryRun, CancellationToken cancel) => Api.ChangeAsync(
        KubernetesPath.Of("v1", plan.Memento["namespace"], "pods", plan.Memento["pod"]),
        now =>
        {
            var bears = now.Label(Mark);
            if (now.Uid != plan.Memento["uid"] || bears == (run ?? "")) return null;
            // Only our own mark is taken away, and nobody's is written over.
            if (bears.Length > 0 && bears != plan.Target.Run) return run is null ? null : throw new ActionFailedException($"the pod is denied already, by the run {bears}");
            return new JsonObject { ["metadata"] = new JsonObject { ["labels"] = new JsonObject { [Mark] = run } } };
        },
        dryRun, cancel);
}
