using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using Waterguard.Platforms.Kubernetes;
using Waterguard.Platforms.Outbound;

namespace Waterguard.Response.Actions.Kubernetes;

/// <summary>Makes all tokens of a service account invalid. Secrets with tokens are deleted; the account is deleted and made again: a bound token names its uid, and the new one's is another. Nothing brings a token back.</summary>
/// <param name="patience">How long the account may take to go.</param>
public sealed class KubernetesRevokeTokens(KubernetesApi api, TimeProvider time, TimeSpan patience) : KubernetesAction(api)
{
    private const string Identity = "identity";
    private const int MostNamed = 10;
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(100);
    private static readonly string[] s_kept = ["secrets", "imagePullSecrets", "automountServiceAccountToken"];

    /// <inheritdoc/>
    public override string Name => "kubernetes.revoke-tokens";

    /// <inheritdoc/>
    public override string Permissions => "get, create and delete serviceaccounts; list and delete secrets; list pods";

    /// <inheritdoc/>
    public override ImmutableArray<string> Inputs => [Identity];

    /// <inheritdoc/>
    public override bool CanUndo => false;

    private protected override async Task<ActionPlan> LookAsync(ActionTarget target, CancellationToken cancel)
    {
        var account = ServiceAccount.Of(target[Identity]);
        if (await Api.GetAsync(account.Path, cancel) is not { } found) return ActionPlan.Refused(target, $"the cluster knows no service account {account.Called}", account.Called, account.Name, account.Space);
        var secrets = await account.SecretsAsync(Api, cancel);
        var pods = await account.PodsAsync(Api, cancel);
        await Api.DeleteAsync(account.Path, found.Uid, dryRun: true, cancel);
        return Planned(
            target, [account.Called, account.Name, account.Space], string.Create(CultureInfo.InvariantCulture, $"delete {secrets.Count} Secrets with tokens of {account.Called}, and make the account (uid {found.Uid}) anew"), Shares(account, found, pods),
            ("namespace", account.Space), ("name", account.Name), ("uid", found.Uid), ("account", Anew(found, target.Run).ToJsonString()), ("secrets", string.Join(',', secrets.Select(s => $"{s.Name}={s.Uid}"))));
    }

    private protected override async Task DoAsync(ActionPlan plan, CancellationToken cancel)
    {
        var account = new ServiceAccount(plan.Memento["namespace"], plan.Memento["name"]);
        foreach (var (name, uid) in Secrets(plan)) await DeleteSecretAsync(account, name, uid, cancel);
        var old = plan.Memento["uid"];
        if (await Api.GetAsync(account.Path, cancel) is { } now && now.Uid == old) await Api.DeleteAsync(account.Path, old, dryRun: false, cancel);
        var deadline = time.GetUtcNow() + patience;
        while (await Api.GetAsync(account.Path, cancel) is { } ending && ending.Uid == old)
        {
            if (time.GetUtcNow() >= deadline) throw new ActionFailedException($"the service account {account.Called} has been asked to go and is still there: {ending.At("metadata", "finalizers")?.ToJsonString() ?? "no finalizer"} holds it; its tokens are refused from 60 s after that on");
            await Task.Delay(Step, time, cancel);
        }

        await MakeAsync(account, plan, cancel);
    }

    private protected override async Task<ActionProbe> SeeAsync(ActionPlan plan, CancellationToken cancel)
    {
        var account = new ServiceAccount(plan.Memento["namespace"], plan.Memento["name"]);
        if (await Api.GetAsync(account.Path, cancel) is not { } now) return new ActionProbe(false, "there is no such service account");
        if (now.Uid == plan.Memento["uid"]) return new ActionProbe(false, $"the service account is still the one with uid {now.Uid}: its tokens are good");
        var there = (await account.SecretsAsync(Api, cancel)).Select(s => s.Uid).ToHashSet(StringComparer.Ordinal);
        string[] left = [.. Secrets(plan).Where(s => there.Contains(s.Uid)).Select(s => s.Name)];
        return left.Length > 0
            ? new ActionProbe(false, $"Secrets with tokens are left: {string.Join(", ", left)}")
            : new ActionProbe(true, $"the service account has the uid {now.Uid}, and no token names it; no Secret with a token from before is left");
    }

    // The cluster makes 'default' by itself, and may be first: what it does not put on it is added.
    private async Task MakeAsync(ServiceAccount account, ActionPlan plan, CancellationToken cancel)
    {
        var anew = JsonNode.Parse(plan.Memento["account"])!.AsObject();
        try
        {
            await Api.CreateAsync(KubernetesPath.Of("v1", account.Space, "serviceaccounts"), anew, dryRun: false, cancel);
        }
        catch (ApiRefusedException e) when (e.Status == 409)
        {
            anew.Remove("apiVersion");
            anew.Remove("kind");
            anew["metadata"]!.AsObject().Remove("name");
            await Api.ChangeAsync(account.Path, _ => anew.DeepClone().AsObject(), dryRun: false, cancel);
        }
    }

    private static JsonObject Anew(KubernetesObject found, string run)
    {
        var metadata = new JsonObject { ["name"] = found.Name };
        if (found.At("metadata", "labels") is { } labels) metadata["labels"] = labels.DeepClone();
        metadata["annotations"] = found.At("metadata", "annotations") is JsonObject annotations ? annotations.DeepClone() : new JsonObject();
        metadata["annotations"]![RunMark] = run;
        var anew = new JsonObject { ["apiVersion"] = "v1", ["kind"] = "ServiceAccount", ["metadata"] = metadata };
        foreach (var name in s_kept)
        {
            if (found.At(name) is { } value) anew[name] = value.DeepClone();
        }

        return anew;
    }

    private static IEnumerable<string> Shares(ServiceAccount account, KubernetesObject found, IReadOnlyList<KubernetesObject> pods)
    {
        var named = string.Join(", ", pods.Take(MostNamed).Select(p => p.Name));
        if (pods.Count > 0) yield return $"{pods.Count} pods run as {account.Called}: {named}{(pods.Count > MostNamed ? $" and {pods.Count - MostNamed} more" : "")}. Their tokens stop being good at once, and they must be started again to have new ones; whoever is in them then has those too";
        if (found.At("metadata", "ownerReferences") is not null) yield return "the account belongs to something that may make or delete it by itself; the new one does not belong to it";
        if (found.Texts("metadata", "annotations").Any(a => a.Key is "azure.workload.identity/client-id" or "iam.gke.io/gcp-service-account" or "eks.amazonaws.com/role-arn")) yield return "it is an identity of a cloud too: what its tokens were exchanged for there stays good until it runs out";
        yield return "while it is missing, for moments, no pod of it can be started";
        yield return "this cannot be undone: tokens that were deleted, also those kept outside of the cluster, are not brought back";
    }

    private async Task DeleteSecretAsync(ServiceAccount account, string name, string uid, CancellationToken cancel)
    {
        try
        {
            await Api.DeleteAsync(KubernetesPath.Of("v1", account.Space, "secrets", name), uid, dryRun: false, cancel);
        }
        catch (ApiRefusedException e) when (e.Status == 409)
        {
            // Another one of that name by now: the one that was meant is gone.
        }
    }

    private static IEnumerable<(string Name, string Uid)> Secrets(ActionPlan plan) => plan.Memento["secrets"].Split(',', StringSplitOptions.RemoveEmptyEntries).Select(s => s.Split('=')).Select(s => (s[0], s[1]));
}
