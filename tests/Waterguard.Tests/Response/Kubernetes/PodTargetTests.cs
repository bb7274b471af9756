using Waterguard.Response.Actions;
using Waterguard.Response.Actions.Kubernetes;
using Waterguard.Response.Playbooks;
using Xunit;

namespace Waterguard.Tests.Response.Kubernetes;

/// <summary>The pod that was meant is hit, and no other; what the server says is told.</summary>
public sealed class PodTargetTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task A_pod_of_the_same_name_with_another_uid_is_refused()
    {
        await using var server = await ApiServer.StartAsync();
        var uid = Harbour.Fill(server);
        Assert.Contains($"its uid is {uid}, the incident's was other", await RefusedAsync(server, "tide/api-1@other"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pod_that_changed_hands_between_plan_and_run_is_refused_though_it_was_agreed_to()
    {
        await using var server = await ApiServer.StartAsync();
        var uid = Harbour.Fill(server);
        using var api = server.Client();
        var engine = new ResponseEngine([new KubernetesDeletePod(api, TimeProvider.System, TimeSpan.Zero)], new RunShelf(), new ResponseLimits([]), TimeProvider.System);
        var run = await engine.PlanAsync("i1", "s", [Harbour.Step("kubernetes.delete-pod", "pod", "tide/api-1")], "ann", dryRun: false, None);
        server.Remove(Harbour.PodPath);
        var next = Harbour.Fill(server);
        run = await engine.AdvanceAsync(run.Id, "ann", [], None);
        Assert.Equal((StepState.Refused, $"what has this name now is another (uid {next}) than was planned for (uid {uid}): plan anew"), (run.Steps[0].State, run.Steps[0].Says));
        Assert.NotNull(server.Look(Harbour.PodPath));
    }

    [Fact]
    public async Task A_name_without_a_namespace_is_asked_back_with_those_who_could_be_meant()
    {
        await using var server = await ApiServer.StartAsync();
        var uid = Harbour.Fill(server);
        var other = server.Put("api/v1/namespaces/reef/pods/api-1", """{"metadata":{"name":"api-1"},"spec":{}}""");
        Assert.Equal($"'api-1' does not say in which namespace; choose with --set pod=reef/api-1@{other} or --set pod=tide/api-1@{uid}", await RefusedAsync(server, "api-1"));
    }

    [Theory]
    [InlineData("pod.nodes", "hull-b2,hull-a1", "on hull-a1")]
    [InlineData("pod.uids", "UID", "by its uid")]
    [InlineData("pod.namespaces", "tide,sea", "in tide, which the incident names")]
    public async Task Of_several_pods_of_one_name_the_incident_may_mean_one(string hint, string value, string how)
    {
        await using var server = await ApiServer.StartAsync();
        var uid = Harbour.Fill(server);
        server.Put("api/v1/namespaces/reef/pods/api-1", """{"metadata":{"name":"api-1"},"spec":{"nodeName":"hull-c3"}}""");
        using var api = server.Client();
        var target = Harbour.Target("pod", "api-1");
        var plan = await new KubernetesDeletePod(api, TimeProvider.System, TimeSpan.Zero).PlanAsync(target with { Inputs = target.Inputs.Add(hint, value.Replace("UID", uid, StringComparison.Ordinal)) }, None);
        Assert.Equal((uid, $"tide/api-1@{uid}"), (plan.Memento["uid"], plan.Target["pod"]));
        Assert.EndsWith($"'api-1' is tide/api-1 (uid {uid}), the only pod of that name, {how}", plan.Says, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_only_pod_of_a_name_is_refused_where_it_is_not_what_the_incident_says_and_so_is_none()
    {
        await using var server = await ApiServer.StartAsync();
        var uid = Harbour.Fill(server);
        using var api = server.Client();
        var action = new KubernetesDeletePod(api, TimeProvider.System, TimeSpan.Zero);
        var elsewhere = Harbour.Target("pod", "api-1");
        var e = await Assert.ThrowsAsync<ActionFailedException>(() => action.PlanAsync(elsewhere with { Inputs = elsewhere.Inputs.Add("pod.nodes", "hull-b2") }, None));
        Assert.Equal($"no pod 'api-1' is on hull-b2, as the incident has it; choose with --set pod=tide/api-1@{uid}", e.Message);
        Assert.Equal("the cluster knows no pod api-9, in any namespace", await RefusedAsync(server, "api-9"));
    }

    [Fact]
    public async Task What_was_found_for_a_bare_name_stays_the_target_though_another_of_the_name_comes()
    {
        await using var server = await ApiServer.StartAsync();
        var uid = Harbour.Fill(server);
        using var api = server.Client();
        var engine = new ResponseEngine([new KubernetesDeletePod(api, TimeProvider.System, TimeSpan.Zero)], new RunShelf(), new ResponseLimits([]), TimeProvider.System);
        var run = await engine.PlanAsync("i1", "s", [Harbour.Step("kubernetes.delete-pod", "pod", "api-1")], "ann", dryRun: false, None);
        Assert.Equal($"delete the pod tide/api-1 (uid {uid}); 'api-1' is tide/api-1 (uid {uid}), the only pod of that name", run.Steps[0].Says);
        server.Put("api/v1/namespaces/reef/pods/api-1", """{"metadata":{"name":"api-1"},"spec":{}}""");
        run = await engine.AdvanceAsync(run.Id, "ann", [], None);
        Assert.Equal(StepState.Done, run.Steps[0].State);
        Assert.Null(server.Look(Harbour.PodPath));
        Assert.NotNull(server.Look("api/v1/namespaces/reef/pods/api-1"));
    }

    [Theory]
    [InlineData("tide/../nodes/hull-a1")]
    [InlineData("tide/..")]
    [InlineData("tide/api-1?dryRun=All")]
    [InlineData("tide/api-1%2flog")]
    [InlineData("tide/Api")]
    [InlineData("tide/\u202e1-ipa")]
    public async Task A_name_that_no_pod_can_have_leads_nowhere(string pod)
    {
        await using var server = await ApiServer.StartAsync();
        Harbour.Fill(server);
        Assert.Contains("is no pod: namespace/name is expected", await RefusedAsync(server, pod), StringComparison.Ordinal);
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task What_is_never_touched_is_not()
    {
        await using var server = await ApiServer.StartAsync();
        server.Put("api/v1/namespaces/kube-system/pods/dns-1", """{"metadata":{"name":"dns-1"},"spec":{}}""");
        using var api = server.Client();
        var (_, run) = await Harbour.DoneAsync(new KubernetesDeletePod(api, TimeProvider.System, TimeSpan.Zero), Harbour.Step("kubernetes.delete-pod", "pod", "kube-system/dns-1"));
        Assert.Equal((StepState.Refused, "kube-system/dns-1 is on the list of what is never touched"), (run.Steps[0].State, run.Steps[0].Says));
    }

    [Fact]
    public async Task What_is_not_allowed_shows_in_the_plan_in_the_servers_words()
    {
        await using var server = await ApiServer.StartAsync();
        Harbour.Fill(server);
        server.Forbid("delete pods");
        Assert.Equal("403 Forbidden pods \"api-1\" is forbidden: User \"waterguard\" cannot delete resource \"pods\" in API group \"\"", await RefusedAsync(server, "tide/api-1"));
    }

    [Fact]
    public async Task A_token_that_is_not_good_is_said()
    {
        await using var server = await ApiServer.StartAsync();
        using var api = server.Client("old-token");
        var e = await Assert.ThrowsAsync<ActionFailedException>(() => new KubernetesDeletePod(api, TimeProvider.System, TimeSpan.Zero).PlanAsync(Harbour.Target("pod", "tide/api-1"), None));
        Assert.Contains("401 Unauthorized", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_is_gone_in_the_middle_leaves_a_step_that_says_so()
    {
        var server = await ApiServer.StartAsync();
        Harbour.Fill(server);
        using var api = server.Client();
        var action = new KubernetesDeletePod(api, TimeProvider.System, TimeSpan.Zero);
        var plan = await action.PlanAsync(Harbour.Target("pod", "tide/api-1"), None);
        await server.DisposeAsync();
        var e = await Assert.ThrowsAsync<ActionFailedException>(() => action.ActAsync(plan, None));
        Assert.Contains($"the API server {server.Address} does not answer", e.Message, StringComparison.Ordinal);
    }

    private static async Task<string> RefusedAsync(ApiServer server, string pod)
    {
        using var api = server.Client();
        return (await Assert.ThrowsAsync<ActionFailedException>(() => new KubernetesDeletePod(api, TimeProvider.System, TimeSpan.Zero).PlanAsync(Harbour.Target("pod", pod), None))).Message;
    }
}
