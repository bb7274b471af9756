using System.Text;
using System.Text.Json.Nodes;
using Waterguard.Platforms.Kubernetes;
using Waterguard.Platforms.Outbound;
using Waterguard.Response.Evidence;

namespace Waterguard.Response.Actions.Kubernetes;

/// <summary>A pod, who made it, what happened to it, what it may do, its node and the logs of its containers, also of those before the last start, as a bundle with hashes. It only reads.</summary>
/// <param name="folder">Where bundles are kept.</param>
/// <param name="tool">The name and version of this program, for the manifest.</param>
public sealed class KubernetesEvidence(KubernetesApi api, string folder, string tool, TimeProvider time) : KubernetesAction(api)
{
    private const int MostLog = 32 << 20;
    private const int MostPart = 64 << 20;

    /// <inheritdoc/>
    public override string Name => "kubernetes.evidence";

    /// <inheritdoc/>
    public override ActionRisk Risk => ActionRisk.Read;

    /// <inheritdoc/>
    public override string Permissions => "get pods, pods/log, nodes, serviceaccounts and owners; list events, rolebindings and clusterrolebindings";

    /// <inheritdoc/>
    public override bool CanUndo => false;

    private protected override async Task<ActionPlan> LookAsync(ActionTarget target, CancellationToken cancel)
    {
        var found = await PodTarget.FindAsync(Api, target[Pod], cancel);
        return Planned(
            target, found.Names, $"collect evidence of {found.Called} (uid {found.Pod.Uid})", [],
            ("namespace", found.Space), ("pod", found.Pod.Name), ("uid", found.Pod.Uid), ("bundle", Path.Combine(folder, $"{target.Run}-{target.Step}-{found.Pod.Uid}.tar.gz")));
    }

    private protected override async Task DoAsync(ActionPlan plan, CancellationToken cancel)
    {
        try
        {
            if (await PodTarget.AgainAsync(Api, plan, cancel) is not { } found) throw new ActionFailedException($"the pod {plan.Memento["namespace"]}/{plan.Memento["pod"]} (uid {plan.Memento["uid"]}) is gone");
            using var bundle = new EvidenceBundle(plan.Memento["bundle"], time);
            foreach (var (name, path, read) in await PartsAsync(found, cancel)) await AddAsync(bundle, name, path, read, cancel);
            await bundle.CloseAsync(new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["pod"] = found.Called, ["uid"] = found.Pod.Uid, ["node"] = found.Node, ["run"] = plan.Target.Run, ["tool"] = tool,
                ["collected"] = EvidenceBundle.Time(time.GetUtcNow()),
            }, cancel);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ActionFailedException($"evidence cannot be kept: {e.Message}", e);
        }
    }

    private protected override Task<ActionProbe> SeeAsync(ActionPlan plan, CancellationToken cancel) => EvidenceProbe.RunAsync(plan.Memento["bundle"], cancel);

    private async Task<IReadOnlyList<(string Name, string Path, Func<Task<byte[]>> Read)>> PartsAsync(PodTarget found, CancellationToken cancel)
    {
        var parts = new List<(string, string, Func<Task<byte[]>>)>();
        void Object(string name, string path) => parts.Add((name, path, () => Api.ReadAsync(path, cancel)));
        void List(string name, string path, string query, Func<KubernetesObject, bool> isWanted) => parts.Add((name, path + (query.Length > 0 ? "?" + query : ""), async () => Text((await Api.ListAsync(path, query, onlyMetadata: false, cancel)).Where(isWanted))));

        Object("pod.json", found.Path);
        foreach (var owner in (await OwnerChain.OfAsync(Api, found.Pod, cancel)).Owners) Object($"owner-{owner.Kind.ToLowerInvariant()}-{owner.Object.Name}.json", owner.Path);
        List("events.json", KubernetesPath.Of("v1", found.Space, "events"), "fieldSelector=" + Uri.EscapeDataString("involvedObject.uid=" + found.Pod.Uid), _ => true);
        if (KubernetesPath.IsName(found.Node)) Object("node.json", KubernetesPath.Of("v1", null, "nodes", found.Node));
        var account = new ServiceAccount(found.Space, found.Pod.Text("spec", "serviceAccountName") is { Length: > 0 } name ? name : "default");
        Object("serviceaccount.json", account.Path);
        List("rolebindings.json", KubernetesPath.Of("rbac.authorization.k8s.io/v1", found.Space, "rolebindings"), "", account.IsBound);
        List("clusterrolebindings.json", KubernetesPath.Of("rbac.authorization.k8s.io/v1", null, "clusterrolebindings"), "", account.IsBound);
        foreach (var container in found.Containers)
        {
            // One byte more than is kept: so it shows that there was more.
            var log = $"{found.Path}/log?container={container}&timestamps=true&limitBytes={MostLog + 1}";
            Object($"logs/{container}.log", log);
            Object($"logs/{container}.previous.log", log + "&previous=true");
        }

        return parts;
    }

    // A container that never started again has no log of before, and some things we may not see: what cannot be had is said in its place.
    private static async Task AddAsync(EvidenceBundle bundle, string name, string path, Func<Task<byte[]>> read, CancellationToken cancel)
    {
        byte[] content;
        try
        {
            content = await read();
        }
        catch (ApiRefusedException e)
        {
            (name, content) = (name + ".unavailable.txt", Encoding.UTF8.GetBytes(e.Message + "\n"));
        }

        using var stream = new MemoryStream(content);
        await bundle.AddAsync(name, "GET /" + path, stream, name.EndsWith(".log", StringComparison.Ordinal) ? MostLog : MostPart, cancel);
    }

    private static byte[] Text(IEnumerable<KubernetesObject> all) => Encoding.UTF8.GetBytes(new JsonArray([.. all.Select(o => o.Json.DeepClone())]).ToJsonString() + "\n");
}
