using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Waterguard.Platforms.Kubernetes;

namespace Waterguard.Response.Actions.Kubernetes;

/// <summary>Keeps new pods off a node. Those that live there stay.</summary>
public sealed class KubernetesCordon(KubernetesApi api) : KubernetesAction(api)
{
    private const string Node = "node";
    private const int MostNamed = 10;

    /// <inheritdoc/>
    public override string Name => "kubernetes.cordon";

    /// <inheritdoc/>
    public override string Permissions => "get and patch nodes; list pods";

    /// <inheritdoc/>
    public override ImmutableArray<string> Inputs => [Node];

    private protected override async Task<ActionPlan> LookAsync(ActionTarget target, CancellationToken cancel)
    {
        var name = target[Node];
        if (await Api.GetAsync(KubernetesPath.Of("v1", null, "nodes", name), cancel) is not { } node) return ActionPlan.Refused(target, $"the cluster knows no node {name}");
        if (node.Is("spec", "unschedulable")) return ActionPlan.Refused(target, $"the node {name} is cordoned already{(node.Annotation(RunMark) is { Length: > 0 } run ? $", by the run {run}" : "")}", name);
        var pods = await Api.ListAsync("api/v1/pods", "fieldSelector=" + Uri.EscapeDataString("spec.nodeName=" + name), onlyMetadata: false, cancel);
        var plan = Planned(target, [name], $"keep new pods off the node {name} (uid {node.Uid})", Shares(pods), ("node", name), ("uid", node.Uid));
        await SetAsync(plan, isOff: true, dryRun: true, cancel);
        return plan;
    }

    private protected override async Task DoAsync(ActionPlan plan, CancellationToken cancel)
    {
        if (await SetAsync(plan, isOff: true, dryRun: false, cancel) is not { } now || now.Uid != plan.Memento["uid"]) throw new ActionFailedException($"the node {plan.Memento["node"]} (uid {plan.Memento["uid"]}) is gone");
    }

    private protected override async Task<ActionProbe> SeeAsync(ActionPlan plan, CancellationToken cancel)
    {
        if (await Api.GetAsync(Path(plan), cancel) is not { } node || node.Uid != plan.Memento["uid"]) return new ActionProbe(false, "the node is gone");
        if (!node.Is("spec", "unschedulable")) return new ActionProbe(false, "the node takes new pods");
        return node.Annotation(RunMark) == plan.Target.Run ? new ActionProbe(true, "the node takes no new pods") : new ActionProbe(false, "the node takes no new pods, but by somebody else's wish");
    }

    private protected override Task PutBackAsync(ActionPlan plan, CancellationToken cancel) => SetAsync(plan, isOff: false, dryRun: false, cancel);

    private static IEnumerable<string> Shares(IReadOnlyList<KubernetesObject> pods)
    {
        var named = string.Join(", ", pods.Take(MostNamed).Select(p => $"{p.Namespace}/{p.Name}"));
        yield return pods.Count == 0 ? "no pod lives there" : $"{pods.Count} pods live there and stay: {named}{(pods.Count > MostNamed ? $" and {pods.Count - MostNamed} more" : "")}";
        yield return "pods of DaemonSets, and those that name the node themselves, are started there all the same";
    }

    private static string Path(ActionPlan plan) => KubernetesPath.Of("v1", null, "nodes", plan.Memento["node"]);

    private Task<KubernetesObject?> SetAsync(ActionPlan plan, bool isOff, bool dryRun, CancellationToken cancel) => Api.ChangeAsync(
        Path(plan),
        now =>
        {
            var isOurs = now.Annotation(RunMark) == plan.Target.Run;
            if (now.Uid != plan.Memento["uid"] || (isOff ? isOurs && now.Is("spec", "unschedulable") : !isOurs)) return null;
            return new JsonObject
            {
                ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { [RunMark] = isOff ? plan.Target.Run : null } },
                ["spec"] = new JsonObject { ["unschedulable"] = isOff ? true : null },
            };
        },
        dryRun, cancel);
}
