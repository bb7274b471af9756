using Waterguard.Platforms.Kubernetes;
using Waterguard.Platforms.Outbound;

namespace Waterguard.Response.Actions.Kubernetes;

/// <summary>Deletes a pod: the one that was meant, not one that has its name by now. Its memory and its volatile volumes are lost: evidence comes before.</summary>
/// <param name="patience">How long it may take to end, beyond what it asks for itself.</param>
public sealed class KubernetesDeletePod(KubernetesApi api, TimeProvider time, TimeSpan patience) : KubernetesAction(api)
{
    private const int LongestGrace = 120;
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(250);

    /// <inheritdoc/>
    public override string Name => "kubernetes.delete-pod";

    /// <inheritdoc/>
    public override string Permissions => "get and delete pods; get their owners";

    /// <inheritdoc/>
    public override bool CanUndo => false;

    private protected override async Task<ActionPlan> LookAsync(ActionTarget target, CancellationToken cancel)
    {
        var found = await PodTarget.FindAsync(Api, target[Pod], cancel);
        if (found.Pod.Annotation("kubernetes.io/config.mirror").Length > 0) return ActionPlan.Refused(target, $"{found.Called} mirrors a file of its node {found.Node}, whose kubelet starts it again: take the file away there", [.. found.Names]);
        var owners = await OwnerChain.OfAsync(Api, found.Pod, cancel);
        await Api.DeleteAsync(found.Path, found.Pod.Uid, dryRun: true, cancel);
        return Planned(target, found.Names, $"delete the pod {found.Called} (uid {found.Pod.Uid})", Shares(found, owners), ("namespace", found.Space), ("pod", found.Pod.Name), ("uid", found.Pod.Uid));
    }

    private protected override async Task DoAsync(ActionPlan plan, CancellationToken cancel)
    {
        if (await PodTarget.AgainAsync(Api, plan, cancel) is not { } now) return;
        try
        {
            await Api.DeleteAsync(now.Path, now.Pod.Uid, dryRun: false, cancel);
        }
        catch (ApiRefusedException e) when (e.Status == 409)
        {
            // Another has the name by now: the one that was meant went by itself, as the probe will see.
        }

        var deadline = time.GetUtcNow() + patience + TimeSpan.FromSeconds(Math.Min(now.Pod.Number("spec", "terminationGracePeriodSeconds") ?? 0, LongestGrace));
        while (time.GetUtcNow() < deadline && await PodTarget.AgainAsync(Api, plan, cancel) is not null) await Task.Delay(Step, time, cancel);
    }

    private protected override async Task<ActionProbe> SeeAsync(ActionPlan plan, CancellationToken cancel)
    {
        if (await PodTarget.AgainAsync(Api, plan, cancel) is not { } now) return new ActionProbe(true, "the pod is gone");
        var held = now.Pod.At("metadata", "finalizers") is { } finalizers ? $", held by {finalizers.ToJsonString()}" : "";
        return new ActionProbe(false, now.Pod.IsEnding ? $"the pod has been asked to end, and is still there{held}" : "the pod is there");
    }

    private static IEnumerable<string> Shares(PodTarget found, OwnerChain owners)
    {
        yield return owners.Restarts is { } owner ? $"{owner} starts another like it, most likely at once: kubernetes.scale-to-zero prevents that" : "nobody starts it again: it cannot be brought back but from its manifest, which kubernetes.evidence keeps";
        if (found.Pod.All("spec", "volumes").Any(v => v.At("emptyDir") is not null)) yield return "what is in its emptyDir volumes is lost";
    }
}
