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
