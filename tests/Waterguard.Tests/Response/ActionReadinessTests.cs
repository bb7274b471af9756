using System.Text.Json;
using Waterguard.Strategies.Playbooks;
using Waterguard.Tests.CommandLine;
using Waterguard.Tests.Response.Kubernetes;
using Xunit;

namespace Waterguard.Tests.Response;

/// <summary>The list of actions says which can be used now, and what the others lack; to ask makes no data folder.</summary>
public sealed class ActionReadinessTests
{
    [Fact]
    public async Task What_is_missing_is_said_for_each_action_and_what_answers_can_be_used()
    {
        await using var server = await ApiServer.StartAsync();
        using var folder = Repository.Folder();
        var socket = Path.Combine(folder.Path, "nobody.sock");
        var bare = Read("--docker", "unix://" + socket, "--kubeconfig", "none");
        Assert.Equal(ActionNames.All.Select(a => a.Name).Order(StringComparer.Ordinal), bare.Keys.Order(StringComparer.Ordinal));
        Assert.All(bare.Where(a => a.Key.StartsWith("docker.", StringComparison.Ordinal)), a => Assert.StartsWith($"no engine at unix://{socket}: ", a.Value, StringComparison.Ordinal));
        Assert.All(bare.Where(a => a.Key.StartsWith("kubernetes.", StringComparison.Ordinal)), a => Assert.StartsWith("no kubeconfig: ", a.Value, StringComparison.Ordinal));
        Assert.Equal(
            ["no response_azure section in the configuration", "no response_google section in the configuration", "no channel for notify.email in notify of the configuration", "no route in notify of the configuration", null],
            new[] { "azure.deny-traffic", "gcp.deny-traffic", "notify.email", "escalate", "assess" }.Select(n => bare[n]));

        var configuration = folder.Write("w.yaml", $$"""
            data: '{{folder.Path}}/data'
            inputs: []
            notify: {channels: [{name: pager, kind: syslog, server: '127.0.0.1:9', protocol: udp}], routes: [{channels: pager}]}
            """);
        var some = Read("--config", configuration, "--docker", "none", "--kubeconfig", Harbour.Kubeconfig(server, folder));
        Assert.Equal(["no engine: --docker, or docker of response in the configuration, names one", null, null, null], new[] { "docker.pause", "kubernetes.cordon", "notify.syslog", "escalate" }.Select(n => some[n]));
        Assert.StartsWith("no channel for notify.webhook", some["notify.webhook"], StringComparison.Ordinal);
        Assert.Contains("401", Read("--docker", "none", "--kubeconfig", Harbour.Kubeconfig(server, folder, "old-token"))["kubernetes.cordon"], StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(folder.Path, "data")));

        var table = Tool.Run("respond", "actions", "--docker", "none", "--kubeconfig", "none");
        Assert.Contains(table.Lines, l => l.StartsWith("assess                     read  yes  Says benign", StringComparison.Ordinal));
        Assert.Contains(table.Lines, l => l.StartsWith("docker.pause               high  no ", StringComparison.Ordinal) && l.Contains("Not now: no engine", StringComparison.Ordinal));
    }

    // Each action by its name with what it lacks.
    private static Dictionary<string, string?> Read(params string[] where)
    {
        var result = Tool.Run(["respond", "actions", "-o", "json", .. where]);
        Assert.True(result.Code == 0, result.Error);
        using var json = JsonDocument.Parse(result.Output);
        Assert.All(json.RootElement.EnumerateArray(), a => Assert.Equal(a.GetProperty("usable").GetBoolean(), a.GetProperty("why_not").GetString() is null));
        return json.RootElement.EnumerateArray().ToDictionary(a => a.GetProperty("name").GetString()!, a => a.GetProperty("why_not").GetString(), StringComparer.Ordinal);
    }
}
