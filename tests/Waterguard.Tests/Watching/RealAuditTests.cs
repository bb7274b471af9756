using System.Diagnostics;
using System.Globalization;
using Waterguard.Tests.CommandLine;
using Waterguard.Watching;
using Waterguard.Tests.Service;
using Xunit;

namespace Waterguard.Tests.Watching;

/// <summary>The kernel's audit system and auditd, with a rule for a folder of the test's own. What was there before is there afterwards.</summary>
[Collection(nameof(WholeKernel))]
public sealed class RealAuditTests
{
    [Fact]
    public async Task The_kernel_takes_the_printed_rules_and_a_write_alerts()
    {
        RealTools.Need("auditctl", "auditd");
        var before = RealTools.Run("auditctl", "-s");
        Assert.SkipUnless(before.Code == 0, $"the kernel refuses to tell its audit state: {before.Text.Trim()}");
        // The kernel names one that was killed until it has something to tell it.
        var other = before.Text.Split('\n').FirstOrDefault(l => l.StartsWith("pid ", StringComparison.Ordinal))?[4..].Trim();
        Assert.SkipWhen(other is not null and not "0" && Directory.Exists("/proc/" + other), "an audit daemon of the host's own runs");
        using var folder = Repository.Folder();
        var list = WatchList.Parse($"# settings\n{folder.Path}/etc/docker/\n{folder.Path}/usr/bin/runc\n");
        folder.Write("etc/docker/daemon.json", "{}");
        folder.Write("usr/bin/runc", "runc");
        var rules = folder.Write("watch.rules", WatchTools.Find("auditd")!.Write(list));
        folder.Write("conf/auditd.conf", $"log_file = {folder.Path}/audit.log\nlog_format = ENRICHED\nflush = SYNC\nwrite_logs = yes\nspace_left = 1\nadmin_space_left = 0\nspace_left_action = IGNORE\nadmin_space_left_action = IGNORE\ndisk_full_action = IGNORE\ndisk_error_action = IGNORE\n");
        Directory.CreateDirectory(Path.Combine(folder.Path, "conf/plugins.d"));
        using var daemon = Process.Start(new ProcessStartInfo(RealTools.Path("auditd")!, ["-n", "-c", Path.Combine(folder.Path, "conf")]) { UseShellExecute = false })!;
        try
        {
            await Until.True(() => RealTools.Run("auditctl", "-s").Text.Contains($"pid {daemon.Id}", StringComparison.Ordinal), "the kernel knows the daemon");
            var loaded = RealTools.Run("auditctl", "-R", rules);
            Assert.SkipUnless(loaded.Code == 0, $"the kernel refuses audit rules: {loaded.Text.Trim()}");

            Assert.Empty(list.Missing(WatchTools.Find("auditd")!.Read(RealTools.Run("auditctl", "-l").Text)));
            Assert.Equal(0, RealTools.Run("bash", "-c", $"echo '{{\"debug\":true}}' > {folder.Path}/etc/docker/daemon.json && chmod 4755 {folder.Path}/usr/bin/runc").Code);
            await Until.True(() => Log(folder).Contains("usr/bin/runc\"", StringComparison.Ordinal) && Log(folder).Contains("daemon.json\"", StringComparison.Ordinal), "both are in the log");
        }
        finally
        {
            RealTools.Run("auditctl", "-D", "-k", AuditRules.Key);
            RealTools.Run("kill", daemon.Id.ToString(CultureInfo.InvariantCulture));
            await daemon.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
            if (before.Text.StartsWith("enabled 0", StringComparison.Ordinal)) RealTools.Run("auditctl", "-e", "0");
        }

        var alerts = Tool.Run("scan", Path.Combine(folder.Path, "audit.log"), "-o", "json").Lines.Where(l => l.Contains("Watched file of a container platform written", StringComparison.Ordinal)).ToArray();
        Assert.Contains(alerts, a => a.Contains("daemon.json", StringComparison.Ordinal));
        Assert.Contains(alerts, a => a.Contains("usr/bin/runc", StringComparison.Ordinal));
        Assert.DoesNotContain(alerts, a => a.Contains("/auditctl of", StringComparison.Ordinal));
    }

    private static string Log(TemporaryFolder folder) => File.Exists(Path.Combine(folder.Path, "audit.log")) ? File.ReadAllText(Path.Combine(folder.Path, "audit.log")) : "";
}
