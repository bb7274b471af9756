using Waterguard.Response.Actions;
using Waterguard.Response.Actions.Kubernetes;
using Waterguard.Response.Playbooks;
using Xunit;

namespace Waterguard.Tests.Response.Kubernetes;

/// <summary>Workloads are scaled to zero and back, pods deleted, nodes cordoned; who fights back is said before.</summary>
public sealed class WorkloadTests
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(600);

    [Fact]
    public async Task A_deployment_is_found_by_its_pod_scaled_to_zero_and_back()
    {
        await using var server = await ApiServer.StartAsync();
        Harbour.Fill(server);
        server.Put("apis/autoscaling/v2/namespaces/tide/horizontalpodautoscalers/api", """{"metadata":{"name":"api"},"spec":{"minReplicas":2,"maxReplicas":9,"scaleTargetRef":{"kind":"Deployment","name":"api"}}}""");
        using var api = server.Client();
        var (engine, run) = await Harbour.DoneAsync(new KubernetesScaleToZero(api, TimeProvider.System, Short), Harbour.Step("kubernetes.scale-to-zero", "pod", "tide/api-1"));
        Assert.Equal((StepState.Done, "none is wanted, and none is left"), (run.Steps[0].State, run.Steps[0].Says));
        Assert.Contains("of its 3 replicas (2 ready) none is left: whoever asks it gets no answer", run.Steps[0].Plan!.Shares);
        Assert.Contains("the autoscaler api (2 to 9) stands still at zero, and fights back as soon as anybody sets one replica", run.Steps[0].Plan!.Shares);
        Assert.Equal("0", server.Look(Harbour.DeploymentPath)!["spec"]!["replicas"]!.ToString());

        run = await engine.UndoAsync(run.Id, "it", "bob", None);
        Assert.Equal((StepState.Undone, "3 replicas are wanted"), (run.Steps[0].State, run.Steps[0].Says));
        Assert.Equal("{}", server.Look(Harbour.DeploymentPath)!["metadata"]!["annotations"]!.ToJsonString());
    }

    [Fact]
    public async Task Who_has_scaled_it_since_is_left_alone_by_the_undo()
    {
        await using var server = await ApiServer.StartAsync();
        Harbour.Fill(server);
        using var api = server.Client();
        var (engine, run) = await Harbour.DoneAsync(new KubernetesScaleToZero(api, TimeProvider.System, Short), Harbour.Step("kubernetes.scale-to-zero", "pod", "tide/api-1"));
        server.Touch(Harbour.DeploymentPath, d => d["spec"]!["replicas"] = 1);
        Assert.Equal("1 replicas are wanted", (await engine.UndoAsync(run.Id, "it", "bob", None)).Steps[0].Says);
    }

    [Fact]
    public async Task A_controller_that_does_not_follow_is_a_failure()
    {
        await using var server = await ApiServer.StartAsync();
        Harbour.Fill(server);
        server.HasControllers = false;
        using var api = server.Client();
        var (_, run) = await Harbour.DoneAsync(new KubernetesScaleToZero(api, TimeProvider.System, Short), Harbour.Step("kubernetes.scale-to-zero", "pod", "tide/api-1"));
        Assert.Equal((StepState.Failed, "it has no effect: none is wanted, but its controller has not seen that yet"), (run.Steps[0].State, run.Steps[0].Says));
    }

    [Theory]
    [InlineData("DaemonSet", "apps/v1", "daemonsets", "and a number of them cannot be set")]
    [InlineData("Rollout", "argoproj.io/v1alpha1", "rollouts", "belongs to Rollout owner, which is not known here")]
    [InlineData("CronJob", "batch/v1", "cronjobs", "which makes no pods")]
    [InlineData("", "", "", "nobody keeps tide/lone running")]
    public async Task What_cannot_be_scaled_is_refused_with_the_reason(string kind, string version, string resource, string why)
    {
        await using var server = await ApiServer.StartAsync();
        var uid = kind.Length == 0 ? "" : server.Put($"apis/{version}/namespaces/tide/{resource}/owner", """{"metadata":{"name":"owner"}}""");
        server.Put("api/v1/namespaces/tide/pods/lone", $$$"""{"metadata":{"name":"lone","ownerReferences":[{"apiVersion":"{{{version}}}","kind":"{{{kind}}}","name":"owner","uid":"{{{uid}}}","controller":{{{(kind.Length > 0 ? "true" : "false")}}}}]},"spec":{}}""");
        using var api = server.Client();
        var plan = await new KubernetesScaleToZero(api, TimeProvider.System, Short).PlanAsync(Harbour.Target("pod", "tide/lone"), None);
        Assert.Contains(why, plan.Refusal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_job_is_suspended_and_goes_on()
    {
        await using var server = await ApiServer.StartAsync();
        var cron = server.Put("apis/batch/v1/namespaces/tide/cronjobs/night", """{"metadata":{"name":"night"}}""");
        var job = server.Put("apis/batch/v1/namespaces/tide/jobs/night-1", $$"""{"metadata":{"name":"night-1","ownerReferences":[{"apiVersion":"batch/v1","kind":"CronJob","name":"night","uid":"{{cron}}","controller":true}]},"spec":{"suspend":false},"status":{"active":2} }""");
        server.Put("api/v1/namespaces/tide/pods/night-1-a", $$"""{"metadata":{"name":"night-1-a","ownerReferences":[{"apiVersion":"batch/v1","kind":"Job","name":"night-1","uid":"{{job}}","controller":true}]},"spec":{} }""");
        using var api = server.Client();
        var (engine, run) = await Harbour.DoneAsync(new KubernetesScaleToZero(api, TimeProvider.System, Short), Harbour.Step("kubernetes.scale-to-zero", "pod", "tide/night-1-a"));
        Assert.True(run.Steps[0].State == StepState.Done, run.Steps[0].Says);
        Assert.Contains(run.Steps[0].Plan!.Shares, s => s.StartsWith("the CronJob tide/night starts further Jobs", StringComparison.Ordinal));
        Assert.Equal("true", server.Look("apis/batch/v1/namespaces/tide/jobs/night-1")!["spec"]!["suspend"]!.ToString());
        await engine.UndoAsync(run.Id, "it", "bob", None);
        Assert.Equal("false", server.Look("apis/batch/v1/namespaces/tide/jobs/night-1")!["spec"]!["suspend"]!.ToString());
    }

    [Fact]
    public async Task A_pod_is_deleted_with_a_word_on_who_starts_it_again()
    {
        await using var server = await ApiServer.StartAsync();
        Harbour.Fill(server, "\"volumes\":[{\"name\":\"tmp\",\"emptyDir\":{}}],");
        using var api = server.Client();
        var (_, run) = await Harbour.DoneAsync(new KubernetesDeletePod(api, TimeProvider.System, Short), Harbour.Step("kubernetes.delete-pod", "pod", "tide/api-1"));
        Assert.Equal((StepState.Done, "the pod is gone"), (run.Steps[0].State, run.Steps[0].Says));
        Assert.Null(server.Look(Harbour.PodPath));
        Assert.Equal(["its Deployment api starts another like it, most likely at once: kubernetes.scale-to-zero prevents that", "what is in its emptyDir volumes is lost"], run.Steps[0].Plan!.Shares);
    }

    [Fact]
    public async Task A_pod_that_takes_the_name_at_the_last_moment_is_not_deleted_in_its_place()
    {
        await using var server = await ApiServer.StartAsync();
        Harbour.Fill(server);
        using var api = server.Client();
        var next = "";
        server.Before = what =>
        {
            if (what != "delete pods") return;
            server.Remove(Harbour.PodPath);
            next = Harbour.Fill(server);
        };
        var (_, run) = await Harbour.DoneAsync(new KubernetesDeletePod(api, TimeProvider.System, Short), Harbour.Step("kubernetes.delete-pod", "pod", "tide/api-1"));
        Assert.Equal((StepState.Done, "the pod is gone"), (run.Steps[0].State, run.Steps[0].Says));
        Assert.Equal(next, server.Look(Harbour.PodPath)!["metadata"]!["uid"]!.ToString());
    }

    [Fact]
    public async Task All_pods_of_a_node_are_counted_though_the_server_tells_them_page_by_page()
    {
        await using var server = await ApiServer.StartAsync();
        Harbour.Fill(server);
        for (var i = 0; i < 12; i++) server.Put($"api/v1/namespaces/reef/pods/web-{i}", $$$"""{"metadata":{"name":"web-{{{i}}}"},"spec":{"nodeName":"hull-a1"}}""");
        server.Put("api/v1/namespaces/reef/pods/far", """{"metadata":{"name":"far"},"spec":{"nodeName":"hull-b2"}}""");
        using var api = server.Client();
        var plan = await new KubernetesCordon(api).PlanAsync(Harbour.Target("node", "hull-a1"), None);
        Assert.StartsWith("13 pods live there and stay: ", plan.Shares[0], StringComparison.Ordinal);
        Assert.EndsWith(" and 3 more", plan.Shares[0], StringComparison.Ordinal);
        Assert.Equal(5, server.Requests.Count(r => r.Contains("/api/v1/pods?", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_pod_that_a_finalizer_holds_is_not_called_gone()
    {
        await using var server = await ApiServer.StartAsync();
        Harbour.Fill(server);
        server.Touch(Harbour.PodPath, p => p["metadata"]!["finalizers"] = new System.Text.Json.Nodes.JsonArray("harbour.example/hold"));
        using var api = server.Client();
        var (_, run) = await Harbour.DoneAsync(new KubernetesDeletePod(api, TimeProvider.System, Short), Harbour.Step("kubernetes.delete-pod", "pod", "tide/api-1"));
        Assert.Equal((StepState.Failed, "it has no effect: the pod has been asked to end, and is still there, held by [\"harbour.example/hold\"]"), (run.Steps[0].State, run.Steps[0].Says));
    }

    [Fact]
    public async Task A_node_is_cordoned_and_put_back_and_whoever_lives_there_is_named()
    {
        await using var server = await ApiServer.StartAsync();
        Harbour.Fill(server);
        using var api = server.Client();
        var (engine, run) = await Harbour.DoneAsync(new KubernetesCordon(api), Harbour.Step("kubernetes.cordon", "node", "hull-a1"));
        Assert.Equal((StepState.Done, "the node takes no new pods"), (run.Steps[0].State, run.Steps[0].Says));
        Assert.Contains("1 pods live there and stay: tide/api-1", run.Steps[0].Plan!.Shares);
        Assert.Equal("""{"unschedulable":true}""", server.Look(Harbour.NodePath)!["spec"]!.ToJsonString());
        var again = await new KubernetesCordon(api).PlanAsync(Harbour.Target("node", "hull-a1"), None);
        Assert.Equal($"the node hull-a1 is cordoned already, by the run {run.Id}", again.Refusal);
        Assert.Equal(StepState.Undone, (await engine.UndoAsync(run.Id, "it", "bob", None)).Steps[0].State);
        Assert.Equal("{}", server.Look(Harbour.NodePath)!["spec"]!.ToJsonString());
    }

    [Fact]
    public async Task A_node_that_somebody_else_cordons_by_now_stays_cordoned()
    {
        await using var server = await ApiServer.StartAsync();
        Harbour.Fill(server);
        using var api = server.Client();
        var (engine, run) = await Harbour.DoneAsync(new KubernetesCordon(api), Harbour.Step("kubernetes.cordon", "node", "hull-a1"));
        server.Touch(Harbour.NodePath, n => n["metadata"]!["annotations"]!.AsObject().Remove("waterguard/run"));
        Assert.Equal("the node takes no new pods, but by somebody else's wish", (await engine.UndoAsync(run.Id, "it", "bob", None)).Steps[0].Says);
        Assert.Equal("""{"unschedulable":true}""", server.Look(Harbour.NodePath)!["spec"]!.ToJsonString());
    }
}
