using System.Diagnostics;
using Waterguard.Response.Actions;
using Waterguard.Response.Actions.Kubernetes;
using Waterguard.Response.Evidence;
using Waterguard.Response.Playbooks;
using Xunit;

namespace Waterguard.Tests.Response.Kubernetes;

/// <summary>Tokens are revoked for good, and evidence is whole.</summary>
public sealed class TokenAndEvidenceTests
{
    private const string Account = "api/v1/namespaces/tide/serviceaccounts/api";
    private const string Secrets = "api/v1/namespaces/tide/secrets";
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(600);

    [Fact]
    public async Task Tokens_of_a_service_account_are_revoked_by_making_it_anew()
    {
        await using var server = await ApiServer.StartAsync();
        var uid = Fill(server);
        using var api = server.Client();
        var (_, run) = await Harbour.DoneAsync(new KubernetesRevokeTokens(api, TimeProvider.System, Short), Harbour.Step("kubernetes.revoke-tokens", "identity", "system:serviceaccount:tide:api"));
        Assert.True(run.Steps[0].State == StepState.Done, run.Steps[0].Says);
        Assert.Contains(run.Steps[0].Plan!.Shares, s => s.StartsWith("1 pods run as tide/api: api-1", StringComparison.Ordinal));
        Assert.Contains(run.Steps[0].Plan!.Shares, s => s.StartsWith("it is an identity of a cloud too", StringComparison.Ordinal));
        Assert.Contains(run.Steps[0].Plan!.Shares, s => s.StartsWith("this cannot be undone", StringComparison.Ordinal));

        var now = server.Look(Account)!;
        Assert.NotEqual(uid, now["metadata"]!["uid"]!.ToString());
        Assert.Equal("client-1", now["metadata"]!["annotations"]!["azure.workload.identity/client-id"]!.ToString());
        Assert.Equal("""[{"name":"pull"}]""", now["imagePullSecrets"]!.ToJsonString());
        Assert.Null(server.Look($"{Secrets}/api-token"));
        Assert.NotNull(server.Look($"{Secrets}/other-token"));
        Assert.DoesNotContain("s3cret", System.Text.Json.JsonSerializer.Serialize(run.Steps[0].Plan!.Memento), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cut_off_between_deleting_and_making_the_account_is_made_by_whoever_goes_on()
    {
        await using var server = await ApiServer.StartAsync();
        var uid = Fill(server);
        using var api = server.Client();
        var action = new KubernetesRevokeTokens(api, TimeProvider.System, Short);
        var plan = await action.PlanAsync(Harbour.Target("identity", "tide/api"), None);
        server.Remove(Account);
        Assert.Equal(new ActionProbe(false, "there is no such service account"), await action.ProbeAsync(plan, None));
        await action.ActAsync(plan, None);
        var made = server.Look(Account)!.ToJsonString();
        Assert.True((await action.ProbeAsync(plan, None)).Holds);
        await action.ActAsync(plan, None);
        Assert.NotEqual(uid, server.Look(Account)!["metadata"]!["uid"]!.ToString());
        Assert.Equal(System.Text.Json.Nodes.JsonNode.Parse(made)!["metadata"]!["uid"]!.ToString(), server.Look(Account)!["metadata"]!["uid"]!.ToString());
    }

    [Fact]
    public async Task An_account_that_a_finalizer_holds_is_not_called_revoked()
    {
        await using var server = await ApiServer.StartAsync();
        Fill(server);
        server.Touch(Account, a => a["metadata"]!["finalizers"] = new System.Text.Json.Nodes.JsonArray("harbour.example/hold"));
        using var api = server.Client();
        var (_, run) = await Harbour.DoneAsync(new KubernetesRevokeTokens(api, TimeProvider.System, Short), Harbour.Step("kubernetes.revoke-tokens", "identity", "tide/api"));
        Assert.Equal(StepState.Failed, run.Steps[0].State);
        Assert.Contains("[\"harbour.example/hold\"] holds it", run.Steps[0].Says, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ann@harbour.example")]
    [InlineData("system:serviceaccount:tide:../x")]
    [InlineData("system:node:hull-a1")]
    public async Task Who_is_no_service_account_is_refused(string identity)
    {
        await using var server = await ApiServer.StartAsync();
        using var api = server.Client();
        var e = await Assert.ThrowsAsync<ActionFailedException>(() => new KubernetesRevokeTokens(api, TimeProvider.System, Short).PlanAsync(Harbour.Target("identity", identity), None));
        Assert.Contains("is no service account of Kubernetes", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Evidence_holds_what_there_is_and_says_what_cannot_be_had()
    {
        await using var server = await ApiServer.StartAsync();
        var uid = Harbour.Fill(server);
        Fill(server);
        server.Put("api/v1/namespaces/tide/events/e1", $$"""{"metadata":{"name":"e1"},"reason":"Killing","involvedObject":{"uid":"{{uid}}"} }""");
        server.Put("apis/rbac.authorization.k8s.io/v1/clusterrolebindings/all", """{"metadata":{"name":"all"},"subjects":[{"kind":"ServiceAccount","name":"api","namespace":"tide"}]}""");
        server.Put("apis/rbac.authorization.k8s.io/v1/clusterrolebindings/not", """{"metadata":{"name":"not"},"subjects":[{"kind":"ServiceAccount","name":"api","namespace":"reef"}]}""");
        server.Log("api-1", "api", "hello from inside\n");
        server.Forbid("get nodes");
        using var api = server.Client();
        using var folder = Repository.Folder();
        var (_, run) = await Harbour.DoneAsync(new KubernetesEvidence(api, folder.Path, "waterguard test", TimeProvider.System), Harbour.Step("kubernetes.evidence", "pod", "tide/api-1", ActionRisk.Read));
        Assert.True(run.Steps[0].State == StepState.Done, run.Steps[0].Says);

        var bundle = Assert.Single(Directory.GetFiles(folder.Path, "*.tar.gz"));
        Assert.Empty((await EvidenceCheck.RunAsync(bundle, None)).Problems);
        Assert.Equal("hello from inside\n", Inside(bundle, "logs/api.log"));
        Assert.Contains("previous terminated container", Inside(bundle, "logs/api.previous.log.unavailable.txt"), StringComparison.Ordinal);
        Assert.Contains("403 Forbidden", Inside(bundle, "node.json.unavailable.txt"), StringComparison.Ordinal);
        Assert.Contains("Killing", Inside(bundle, "events.json"), StringComparison.Ordinal);
        Assert.Contains("\"replicas\":3", Inside(bundle, "owner-deployment-api.json"), StringComparison.Ordinal);
        var bindings = Inside(bundle, "clusterrolebindings.json");
        Assert.True(bindings.Contains("\"all\"", StringComparison.Ordinal) && !bindings.Contains("\"not\"", StringComparison.Ordinal), bindings);
    }

    private static string Fill(ApiServer server)
    {
        if (server.Look(Harbour.PodPath) is null) Harbour.Fill(server);
        server.Put($"{Secrets}/api-token", """{"type":"kubernetes.io/service-account-token","metadata":{"name":"api-token","annotations":{"kubernetes.io/service-account.name":"api"}},"data":{"token":"s3cret"}}""");
        server.Put($"{Secrets}/other-token", """{"type":"kubernetes.io/service-account-token","metadata":{"name":"other-token","annotations":{"kubernetes.io/service-account.name":"other"}},"data":{"token":"s3cret"}}""");
        server.Put($"{Secrets}/plain", """{"type":"Opaque","metadata":{"name":"plain"},"data":{}}""");
        return server.Put(Account, """{"kind":"ServiceAccount","metadata":{"name":"api","annotations":{"azure.workload.identity/client-id":"client-1"}},"imagePullSecrets":[{"name":"pull"}]}""");
    }

    private static string Inside(string bundle, string name)
    {
        using var process = Process.Start(new ProcessStartInfo("tar", ["-xzOf", bundle, name]) { UseShellExecute = false, RedirectStandardOutput = true })!;
        var text = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return text;
    }
}
