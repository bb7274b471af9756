using System.Diagnostics;
using System.Globalization;
using Waterguard.Tests.Service;
using Xunit;

namespace Waterguard.Tests.Sensing;

/// <summary>What the sensor costs while it watches real containers: how it is set up by default, counted by the kernel. <c>./test --long</c>: two hundred containers for two minutes.</summary>
public sealed class SensorCostTests
{
    private static readonly bool s_isLong = Environment.GetEnvironmentVariable("WATERGUARD_LONG") is { Length: > 0 };
    private static readonly int s_containers = s_isLong ? 200 : 20;
    private static readonly TimeSpan s_time = TimeSpan.FromSeconds(s_isLong ? 120 : 20);

    [Fact]
    public async Task Watching_two_hundred_containers_takes_less_than_a_hundredth_of_a_core()
    {
        Assert.SkipWhen(Environment.GetEnvironmentVariable("WATERGUARD_FAST") is { Length: > 0 }, "It takes as long as it measures.");
        Assert.SkipUnless(Environment.UserName == "root" && File.Exists("/usr/sbin/runc") && File.Exists("/usr/bin/ctr"), "needs root, runc and ctr");
        using var past = await PastEngines.StartAsync();
        for (var i = 0; i < s_containers; i++) past.Runc(string.Create(CultureInfo.InvariantCulture, $"wg-cost-{i}"));
        using var folder = Repository.Folder();
        var file = Path.Combine(folder.Path, "sensor.ndjson");
        using var sensor = Process.Start(new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", [Path.Combine(AppContext.BaseDirectory, "waterguard.dll"), "sensor", "--to", file]) { UseShellExecute = false, RedirectStandardError = true })!;
        try
        {
            // The first round finds all of them, and the runtime is warm after it.
            await Until.True(() => File.Exists(file) && new FileInfo(file).Length > s_containers * 300, "the first round is told", 60);
            await Task.Delay(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
            sensor.Refresh();
            var (before, began) = (sensor.TotalProcessorTime, Stopwatch.GetTimestamp());
            await Task.Delay(s_time, TestContext.Current.CancellationToken);
            sensor.Refresh();
            var share = (sensor.TotalProcessorTime - before) / Stopwatch.GetElapsedTime(began);
            var memory = sensor.WorkingSet64 / 1048576.0;
            var line = string.Create(CultureInfo.InvariantCulture, $"sensor: {s_containers} containers by runc, {s_time.TotalSeconds:F0} s: {share * 100:F2} % of a core, {memory:F0} MB");
            TestContext.Current.SendDiagnosticMessage(line);
            if (Environment.GetEnvironmentVariable("WATERGUARD_EVIDENCE") is { Length: > 0 } evidence) await File.AppendAllTextAsync(Path.Combine(evidence, "details.txt"), "- " + line + "\n", TestContext.Current.CancellationToken);
            // A short look at few containers is mostly the runtime's own housekeeping.
            Assert.True(share < (s_isLong ? 0.01 : 0.02), line);
            Assert.True(memory < 150, line);
        }
        finally
        {
            if (!sensor.HasExited) sensor.Kill();
            await sensor.WaitForExitAsync(CancellationToken.None);
        }
    }
}
