using System.Globalization;
using System.Text.Json.Nodes;
using Waterguard.Platforms.Kubernetes;

namespace Waterguard.Response.Actions.Kubernetes;

/// <summary>Ends all pods of the workload that a pod belongs to, and remembers how many there were. A Job is suspended. A DaemonSet cannot be scaled.</summary>
/// <param name="patience">How long its controller may take.</param>
public sealed class KubernetesScaleToZero(KubernetesApi api, TimeProvider time, TimeSpan patience) : KubernetesAction(api)
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(250);

    /// <inheritdoc/>
    public override string Name => "kubernetes.scale-to-zero";

    /// <inheritdoc/>
    public override string Permissions => "get pods; get and patch deployments, statefulsets, replicasets and jobs; list horizontalpodautoscalers";

    private protected override async Task<ActionPlan> LookAsync(ActionTarget target, CancellationToken cancel)
    {
        var found = await PodTarget.FindAsync(Api, target[Pod], cancel);
        var owners = await OwnerChain.OfAsync(Api, found.Pod, cancel);
        // A CronJob makes Jobs; the one that is at work is what is suspended.
        var top = owners.Top is { Kind: "CronJob" } && owners.Owners.Length > 1 ? owners.Owners[^2] : owners.Top;
        string[] names = [.. found.Names, .. top is null ? Array.Empty<string>() : [$"{found.Space}/{top.Object.Name}", top.Object.Name]];
        if (Refusal(found, owners, top) is { } refusal) return ActionPlan.Refused(target, refusal, names);
        var before = top!.Kind == "Job" ? 1 : top.Object.Number("spec", "replicas") ?? 1;
        if (top.Kind == "Job" ? top.Object.Is("spec", "suspend") : before == 0) return ActionPlan.Refused(target, $"{top.Called} is at zero already", names);
        var plan = Planned(
            target, names, top.Kind == "Job" ? $"suspend the {top.Called} (uid {top.Object.Uid})" : string.Create(CultureInfo.InvariantCulture, $"scale the {top.Called} (uid {top.Object.Uid}) from {before} to 0"),
            await ScaleShares.OfAsync(Api, top, owners, cancel),
            ("namespace", found.Space), ("pod", found.Pod.Name), ("pod_uid", found.Pod.Uid), ("kind", top.Kind), ("path", top.Path), ("uid", top.Object.Uid), ("replicas", before.ToString(CultureInfo.InvariantCulture)));
        await SetAsync(plan, isZero: true, dryRun: true, cancel);
        return plan;
    }

    private protected override async Task DoAsync(ActionPlan plan, CancellationToken cancel)
    {
        if (await SetAsync(plan, isZero: true, dryRun: false, cancel) is not { } now || now.Uid != plan.Memento["uid"]) throw new ActionFailedException($"the {plan.Memento["kind"]} of the pod {plan.Memento["namespace"]}/{plan.Memento["pod"]} is gone");
        var deadline = time.GetUtcNow() + patience;
        while (time.GetUtcNow() < deadline && !(await SeeAsync(plan, cancel)).Holds) await Task.Delay(Step, time, cancel);
    }

    private protected override async Task<ActionProbe> SeeAsync(ActionPlan plan, CancellationToken cancel)
    {
        if (await Api.GetAsync(plan.Memento["path"], cancel) is not { } now || now.Uid != plan.Memento["uid"]) return new ActionProbe(false, "the workload is gone");
        var isJob = plan.Memento["kind"] == "Job";
        if (!IsZero(now, isJob)) return new ActionProbe(false, isJob ? "the job is not suspended" : string.Create(CultureInfo.InvariantCulture, $"{now.Number("spec", "replicas") ?? 1} replicas are wanted"));
        if (now.Annotation(RunMark) != plan.Target.Run) return new ActionProbe(false, "none is wanted, but by somebody else's wish");
        var left = (isJob ? now.Number("status", "active") : now.Number("status", "replicas")) ?? 0;
        // What the status says may be of before: its controller must have seen the change.
        var hasSeen = isJob || now.Number("status", "observedGeneration") is not { } seen || now.Number("metadata", "generation") is not { } made || seen >= made;
        return left == 0 && hasSeen
            ? new ActionProbe(true, "none is wanted, and none is left")
            : new ActionProbe(false, hasSeen ? string.Create(CultureInfo.InvariantCulture, $"none is wanted, {left} are left") : "none is wanted, but its controller has not seen that yet");
    }

    private protected override Task PutBackAsync(ActionPlan plan, CancellationToken cancel) => SetAsync(plan, isZero: false, dryRun: false, cancel);

    private static bool IsZero(KubernetesObject now, bool isJob) => isJob ? now.Is("spec", "suspend") : now.Number("spec", "replicas") == 0;

    private static string? Refusal(PodTarget found, OwnerChain owners, Owner? top) =>
        owners.Unknown is { } unknown ? $"{found.Called} belongs to {unknown}, which is not known here and may be scaled by its own rules only: do it there, or delete the pod (kubernetes.delete-pod)"
        : top is null ? $"nobody keeps {found.Called} running, so there is nothing to scale: delete it (kubernetes.delete-pod)"
        : top.Kind == "DaemonSet" ? $"{found.Called} belongs to the {top.Called}: one pod runs on each node, and a number of them cannot be set. Cordoning does not help either: deny its traffic (kubernetes.deny-all), or take the label of its node selector from the node {found.Node}"
        : top.Kind == "CronJob" ? $"{found.Called} says that it belongs to the {top.Called}, which makes no pods: delete it (kubernetes.delete-pod)"
        : null;

    private Task<KubernetesObject?> SetAsync(ActionPlan plan, bool isZero, bool dryRun, CancellationToken cancel) => Api.ChangeAsync(
        plan.Memento["path"],
        now =>
        {
            var isJob = plan.Memento["kind"] == "Job";
            var isOurs = now.Annotation(RunMark) == plan.Target.Run;
            if (now.Uid != plan.Memento["uid"] || (isZero ? isOurs && IsZero(now, isJob) : !isOurs)) return null;
            var change = new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { [RunMark] = isZero ? plan.Target.Run : null } } };
            // Who has scaled it since knows why: it is left as they want it, and only our mark goes.
            if (!isZero && !IsZero(now, isJob)) return change;
            change["spec"] = isJob ? new JsonObject { ["suspend"] = isZero } : new JsonObject { ["replicas"] = isZero ? 0 : int.Parse(plan.Memento["replicas"], CultureInfo.InvariantCulture) };
            return change;
        },
        dryRun, cancel);
}
