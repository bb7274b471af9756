using System.Text.Json;
using Waterguard.Tests.CommandLine;
using Xunit;

namespace Waterguard.Tests.Watching;

/// <summary>AIDE itself, on files below a root of the test's own.</summary>
public sealed class RealAideTests
{
    [Fact]
    public void A_change_under_the_printed_rules_is_reported_and_alerts()
    {
        RealTools.Need("aide");
        using var folder = Repository.Folder();
        foreach (var file in new[] { "usr/bin/runc", "usr/bin/containerd-shim-runc-v2", "etc/docker/daemon.json", "home/ines/notes.txt" }) folder.Write("root/" + file, "as it was");
        var configuration = folder.Write("aide.conf", $"""
            database_in=file:{folder.Path}/db
            database_out=file:{folder.Path}/db
            root_prefix={folder.Path}/root
            report_format=json
            report_url=file:{folder.Path}/report.json

            """ + Tool.Run("sources", "config", "aide").Output);

        Assert.Equal((0, ""), RealTools.Run("aide", "--config=" + configuration, "--config-check"));
        Assert.Equal((0, ""), RealTools.Run("aide", "--config=" + configuration, "--init"));
        foreach (var file in new[] { "usr/bin/runc", "usr/bin/containerd-shim-runc-v2", "etc/kubernetes/manifests/tide.yaml", "home/ines/notes.txt" }) folder.Write("root/" + file, "as it should not be");
        File.Delete(Path.Combine(folder.Path, "root/etc/docker/daemon.json"));
        Assert.Equal(7, RealTools.Run("aide", "--config=" + configuration, "--check").Code & 7); // added, removed, changed

        var alerts = Tool.Run("scan", Path.Combine(folder.Path, "report.json"), "-o", "json").Lines.Select(l => JsonDocument.Parse(l).RootElement)
            .Where(a => a.GetProperty("title").GetString() == "Integrity check found a changed file of a container platform").Select(a => a.GetProperty("reason").GetString()!).ToArray();

        Assert.Contains("/usr/bin/runc was changed", alerts);
        Assert.Contains("/usr/bin/containerd-shim-runc-v2 was changed", alerts);
        Assert.Contains("/etc/kubernetes/manifests/tide.yaml was added", alerts);
        Assert.Contains("/etc/docker/daemon.json was removed", alerts);
        Assert.DoesNotContain(alerts, a => a.Contains("notes", StringComparison.Ordinal));
    }
}
