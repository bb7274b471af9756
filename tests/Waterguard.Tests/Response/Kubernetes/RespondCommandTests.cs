using System.Text.RegularExpressions;
using Waterguard.Tests.CommandLine;
using Xunit;

namespace Waterguard.Tests.Response.Kubernetes;

/// <summary>The playbook on a cluster, by the tool as its user has it.</summary>
public sealed class RespondCommandTests
{
    [Fact]
    public async Task A_pod_of_an_alert_is_chosen_kept_denied_and_put_back()
    {
        await using var server = await ApiServer.StartAsync();
        var uid = Harbour.Fill(server);
        using var folder = Repository.Folder();
        var alert = folder.Write("alert.json", """{"id":"a1","strategy":"container-runtime-evasion","entities":{"pod":["api-1"],"node":["hull-a1"]}}""" + "\n");
        string[] where = ["--docker", "none", "--data", Path.Combine(folder.Path, "data"), "--kubeconfig", Harbour.Kubeconfig(server, folder)];

        Assert.Contains($"'api-1' is tide/api-1 (uid {uid}), the only pod of that name", Tool.Run(["respond", "plan", alert, .. where]).Output, StringComparison.Ordinal);
        server.Put("api/v1/namespaces/reef/pods/api-1", """{"metadata":{"name":"api-1"},"spec":{"nodeName":"hull-a1"}}""");
        var asked = Tool.Run(["respond", "plan", alert, .. where]);
        Assert.Contains($"or --set pod=tide/api-1@{uid}", asked.Output, StringComparison.Ordinal);
        var planned = Tool.Run(["respond", "plan", alert, "--execute", "--set", $"pod=tide/api-1@{uid}", "--as", "ann", .. where]);
        Assert.True(planned.Code == 0, planned.Error);
        Assert.Contains("nothing here can do 'docker.evidence'", planned.Output, StringComparison.Ordinal);
        var run = planned.Output.Split(':')[0];
        Assert.Equal(0, Tool.Run(["respond", "approve", run, "deny-pod", "--as", "bob", .. where]).Code);
        var done = Tool.Run(["respond", "run", run, "assess", "evidence-kubernetes", "deny-pod", "--as", "ann", .. where]);
        Assert.True(done.Code == 0, done.Output + done.Error);
        Assert.Equal(run, server.Look(Harbour.PodPath)!["metadata"]!["labels"]!["waterguard/quarantine"]!.ToString());
        Assert.Equal(0, Tool.Run("evidence", "verify", Assert.Single(Directory.GetFiles(Path.Combine(folder.Path, "data", "evidence"), "*.tar.gz"))).Code);
        Assert.Equal(0, Tool.Run(["respond", "undo", run, "deny-pod", "--as", "bob", .. where]).Code);
        Assert.Null(server.Look(Harbour.PodPath)!["metadata"]!["labels"]!["waterguard/quarantine"]);
    }

    [Theory]
    [InlineData("cloud-container-evasion")]
    [InlineData("container-runtime-evasion")]
    public async Task A_posture_of_an_alert_is_proposed_approved_by_two_applied_and_taken_back(string strategy)
    {
        await using var server = await ApiServer.StartAsync();
        using var folder = Repository.Folder();
        var json = Posture.Incidents.Alert([Posture.Incidents.Pod(1, Posture.Incidents.Spec("\"securityContext\":{\"privileged\":true},"), user: "cruise@harbour.example")], level: "medium", entities: """{"identity":["cruise@harbour.example"]}""");
        json["strategy"] = strategy;
        var alert = folder.Write("alert.json", json.ToJsonString() + "\n");
        string[] where = ["--docker", "none", "--data", Path.Combine(folder.Path, "data"), "--kubeconfig", Harbour.Kubeconfig(server, folder)];

        var dry = Tool.Run(["respond", "plan", alert, .. where]);
        var name = Regex.Match(dry.Output, "waterguard-privileged-[0-9a-f]{8}", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)).Value;
        Assert.NotEqual("", name);
        var planned = Tool.Run(["respond", "plan", alert, "--execute", "--set", "proposal=" + name, "--as", "ann", .. where]);
        Assert.True(planned.Code == 0, planned.Error);
        var run = planned.Output.Split(':')[0];
        Assert.Equal(0, Tool.Run(["respond", "approve", run, "apply", "--as", "bob", .. where]).Code);
        Tool.Run(["respond", "run", run, "assess", "investigate", "propose", "apply", "--as", "ann", .. where]);
        Assert.DoesNotContain(server.Requests, r => r.StartsWith("PATCH ", StringComparison.Ordinal) && !r.EndsWith("&dryRun=All", StringComparison.Ordinal)); // one has not agreed yet
        Assert.Equal(0, Tool.Run(["respond", "approve", run, "apply", "--as", "carl", .. where]).Code);
        // A server that heeds policies.
        server.Admission = (all, made) => made["kind"]?.ToString() == "Pod" && all.Any(o => o["metadata"]!["name"]!.ToString() == name) ? $"ValidatingAdmissionPolicy '{name}' denied request" : null;
        var done = Tool.Run(["respond", "run", run, "assess", "investigate", "propose", "apply", "--as", "ann", .. where]);
        Assert.True(done.Code == 0, done.Output + done.Error);
        Assert.Contains("denies what the incident did (tried as a dry run)", done.Output, StringComparison.Ordinal);
        Assert.Equal(run, server.Look("apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies/" + name)!["metadata"]!["labels"]!["waterguard/run"]!.ToString());
        Assert.Equal(0, Tool.Run(["respond", "undo", run, "apply", "--as", "bob", .. where]).Code);
        Assert.Null(server.Look("apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies/" + name));
    }

    [Fact]
    public void What_is_wrong_in_a_kubeconfig_or_a_clouds_section_is_said_with_its_line()
    {
        using var folder = Repository.Folder();
        var data = Path.Combine(folder.Path, "data");
        var wrong = Tool.Run("respond", "list", "--data", data, "--kubeconfig", folder.Write("config", "apiVersion: v1\nexec: x\n"));
        Assert.Equal(2, wrong.Code);
        Assert.Contains("config:2: 'exec' of a kubeconfig is not heeded here", wrong.Error, StringComparison.Ordinal);
        var cloud = Tool.Run("respond", "list", "--data", data, "--config", folder.Write("w.yaml", "inputs: []\nresponse_azure: {security_group: tide, credential: managed-identity}\nresponse_google: {network: tide, credential: metadata}\n"));
        Assert.Equal(2, cloud.Code);
        Assert.Contains("w.yaml:2:34: error", cloud.Error, StringComparison.Ordinal);
        Assert.Contains("'tide' is no network", cloud.Error, StringComparison.Ordinal);
    }
}
