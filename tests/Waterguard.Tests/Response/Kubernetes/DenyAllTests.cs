using System.Text.Json.Nodes;
using Waterguard.Response.Actions;
using Waterguard.Response.Actions.Kubernetes;
using Waterguard.Response.Playbooks;
using Xunit;

namespace Waterguard.Tests.Response.Kubernetes;

/// <summary>A pod is denied by a policy that has an effect, or it is said why none would.</summary>
public sealed class DenyAllTests
{
    private const string Policies = "apis/networking.k8s.io/v1/namespaces/tide/networkpolicies";
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task A_pod_is_marked_and_denied_and_put_back()
    {
        await using var server = await ApiServer.StartAsync();
        var uid = Harbour.Fill(server);
        using var api = server.Client();
        var (engine, run) = await Harbour.DoneAsync(new KubernetesDenyAll(api), Harbour.Step("kubernetes.deny-all", "pod", "tide/api-1@" + uid));

        Assert.True(run.Steps[0].State == StepState.Done, run.Steps[0].Says);
        Assert.Equal(run.Id, server.Look(Harbour.PodPath)!["metadata"]!["labels"]!["waterguard/quarantine"]!.ToString());
        var policy = server.Look($"{Policies}/waterguard-{run.Id}-it")!;
        Assert.Equal($$$"""{"podSelector":{"matchLabels":{"waterguard/quarantine":"{{{run.Id}}}"}},"policyTypes":["Ingress","Egress"]}""", policy["spec"]!.ToJsonString());
        Assert.Equal(run.Id, policy["metadata"]!["labels"]!["waterguard/run"]!.ToString());
        Assert.DoesNotContain(run.Steps[0].Plan!.Shares, s => s.Contains("may have no effect", StringComparison.Ordinal));

        run = await engine.UndoAsync(run.Id, "it", "bob", None);
        Assert.Equal(StepState.Undone, run.Steps[0].State);
        Assert.Null(server.Look($"{Policies}/waterguard-{run.Id}-it"));
        Assert.Equal("""{"app":"api"}""", server.Look(Harbour.PodPath)!["metadata"]!["labels"]!.ToJsonString());
    }

    [Fact]
    public async Task A_plan_and_a_dry_run_change_nothing()
    {
        await using var server = await ApiServer.StartAsync();
        Harbour.Fill(server);
        using var api = server.Client();
        var before = server.Look(Harbour.PodPath)!.ToJsonString();
        var plan = await new KubernetesDenyAll(api).PlanAsync(Harbour.Target("pod", "tide/api-1"), None);
        Assert.Null(plan.Refusal);
        Assert.Equal(before, server.Look(Harbour.PodPath)!.ToJsonString());
        Assert.Contains(server.Requests, r => r.StartsWith("POST ", StringComparison.Ordinal) && r.Contains("dryRun=All", StringComparison.Ordinal));
        Assert.False((await new KubernetesDenyAll(api).ProbeAsync(plan, None)).Holds);
    }

    [Fact]
    public async Task On_the_network_of_its_node_a_policy_has_no_effect_and_another_way_is_named()
    {
        await using var server = await ApiServer.StartAsync();
        Harbour.Fill(server, "\"hostNetwork\":true,");
        using var api = server.Client();
        var plan = await new KubernetesDenyAll(api).PlanAsync(Harbour.Target("pod", "tide/api-1"), None);
        Assert.Equal("tide/api-1 is on the network of its node, where a network policy has no effect: scale its Deployment api to zero (kubernetes.scale-to-zero), after its evidence, and cordon its node hull-a1 (kubernetes.cordon)", plan.Refusal);
    }

    [Theory]
    [InlineData("""{"podSelector":{},"ingress":[{}],"policyTypes":["Ingress"]}""", true)]
    [InlineData("""{"podSelector":{"matchLabels":{"app":"api"}},"egress":[{"to":[]}],"policyTypes":["Egress"]}""", true)]
    [InlineData("""{"podSelector":{"matchExpressions":[{"key":"app","operator":"In","values":["web","api"]}]},"ingress":[{}]}""", true)]
    [InlineData("""{"podSelector":{"matchExpressions":[{"key":"app","operator":"NotIn","values":["api"]}]},"ingress":[{}]}""", false)]
    [InlineData("""{"podSelector":{"matchLabels":{"app":"web"}},"ingress":[{}]}""", false)]
    [InlineData("""{"podSelector":{},"policyTypes":["Ingress"]}""", false)]
    public async Task What_another_policy_allows_this_one_cannot_deny(string spec, bool isRefused)
    {
        await using var server = await ApiServer.StartAsync();
        Harbour.Fill(server);
        server.Put($"{Policies}/open", $$"""{"metadata":{"name":"open"},"spec":{{spec}}}""");
        using var api = server.Client();
        var plan = await new KubernetesDenyAll(api).PlanAsync(Harbour.Target("pod", "tide/api-1"), None);
        Assert.Equal(isRefused, plan.Refusal?.StartsWith("open allow traffic of tide/api-1", StringComparison.Ordinal) == true);
    }

    [Fact]
    public async Task A_policy_that_allows_something_later_shows_in_the_probe()
    {
        await using var server = await ApiServer.StartAsync();
        Harbour.Fill(server);
        using var api = server.Client();
        var action = new KubernetesDenyAll(api);
        var plan = await action.PlanAsync(Harbour.Target("pod", "tide/api-1"), None);
        await action.ActAsync(plan, None);
        Assert.True((await action.ProbeAsync(plan, None)).Holds);
        server.Put($"{Policies}/open", """{"metadata":{"name":"open"},"spec":{"podSelector":{},"egress":[{}]}}""");
        Assert.Equal(new ActionProbe(false, "the pod is marked and denied, but open allow it traffic all the same"), await action.ProbeAsync(plan, None));
        server.Touch($"{Policies}/{plan.Memento["policy"]}", p => p["spec"]!["ingress"] = new JsonArray(new JsonObject()));
        Assert.Contains("is not as it was made", (await action.ProbeAsync(plan, None)).Says, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_plugin_that_enforces_policies_it_is_said_that_it_may_do_nothing()
    {
        await using var server = await ApiServer.StartAsync();
        Harbour.Fill(server);
        server.Remove("apis/apps/v1/namespaces/kube-system/daemonsets/cilium");
        server.Put("apis/apps/v1/namespaces/kube-flannel/daemonsets/kube-flannel-ds", """{"metadata":{"name":"kube-flannel-ds"}}""");
        using var api = server.Client();
        var plan = await new KubernetesDenyAll(api).PlanAsync(Harbour.Target("pod", "tide/api-1"), None);
        Assert.Contains("no network plugin that is known to enforce network policies runs in this cluster: the policy may have no effect", plan.Shares);
    }

    [Fact]
    public async Task Done_twice_is_done_once_and_a_change_in_between_is_looked_at_again()
    {
        await using var server = await ApiServer.StartAsync();
        Harbour.Fill(server);
        using var api = server.Client();
        var action = new KubernetesDenyAll(api);
        var plan = await action.PlanAsync(Harbour.Target("pod", "tide/api-1"), None);
        var quicker = 2;
        server.Before = what =>
        {
            if (what == "patch pods" && quicker-- > 0) server.Touch(Harbour.PodPath, p => p["metadata"]!["labels"]!["seen"] = "yes");
        };
        await action.ActAsync(plan, None);
        var once = server.Look(Harbour.PodPath)!.ToJsonString();
        Assert.Equal(-1, quicker);
        Assert.Contains("\"seen\":\"yes\"", once, StringComparison.Ordinal);
        await action.ActAsync(plan, None);
        Assert.Equal(once, server.Look(Harbour.PodPath)!.ToJsonString());
    }

    [Fact]
    public async Task Cut_off_at_any_entry_of_the_journal_it_goes_on_and_leaves_nothing_behind()
    {
        for (var moment = 0; moment < 6; moment++)
        {
            await using var server = await ApiServer.StartAsync();
            Harbour.Fill(server);
            using var api = server.Client();
            var shelf = new RunShelf();
            ResponseEngine Fresh() => new([new KubernetesDenyAll(api)], shelf, new ResponseLimits([]), TimeProvider.System);
            var run = await Fresh().PlanAsync("i1", "s", [Harbour.Step("kubernetes.deny-all", "pod", "tide/api-1")], "ann", dryRun: false, None);
            var left = moment;
            shelf.Before = _ =>
            {
                if (left-- == 0) throw new InvalidDataException("cut off");
            };
            var isCut = await Record.ExceptionAsync(async () =>
            {
                await Fresh().AdvanceAsync(run.Id, "ann", [], None);
                await Fresh().UndoAsync(run.Id, "it", "ann", None);
            }) is InvalidDataException;
            Assert.Equal(isCut, moment < 4);
            shelf.Before = _ => { };
            await Fresh().TickAsync(None);
            var after = await Fresh().AdvanceAsync(run.Id, "ann", [], None);
            if (after.Steps[0].State == StepState.Done) after = await Fresh().UndoAsync(run.Id, "it", "ann", None);

            Assert.Equal(StepState.Undone, after.Steps[0].State);
            Assert.Null(server.Look($"{Policies}/waterguard-{run.Id}-it"));
            Assert.Single(server.Requests, r => r.StartsWith("POST ", StringComparison.Ordinal) && !r.Contains("dryRun", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task A_pod_that_is_gone_is_undone_all_the_same()
    {
        await using var server = await ApiServer.StartAsync();
        Harbour.Fill(server);
        using var api = server.Client();
        var (engine, run) = await Harbour.DoneAsync(new KubernetesDenyAll(api), Harbour.Step("kubernetes.deny-all", "pod", "tide/api-1"));
        server.Remove(Harbour.PodPath);
        run = await engine.UndoAsync(run.Id, "it", "bob", None);
        Assert.Equal(StepState.Undone, run.Steps[0].State);
    }
}
