using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Waterguard.Tests.CommandLine;
using Waterguard.Tests.Service;
using Xunit;

namespace Waterguard.Tests.Sensing;

/// <summary>The sensor on this machine, with real engines: what was started past them is told apart from what is theirs.</summary>
[Collection(nameof(WholeKernel))]
public sealed class RealSensorTests
{
    private const string Unclaimed = "3b1f0e52-7c1d-4f0e-9c46-5a2f5f0d8a11";
    private const string Engine = "c4b0a7d6-5e0e-4f7e-b0c5-6a7f7a1b9d13";
    private const string Container = "container";
    private static readonly int s_legitimate = Environment.GetEnvironmentVariable("WATERGUARD_LONG") is null ? 40 : 100;

    [Fact]
    public async Task One_by_runc_one_by_ctr_and_one_of_a_second_engine_are_told_apart_from_all_others()
    {
        await using var ours = await RealEngine.StartAsync();
        Assert.SkipUnless(File.Exists("/usr/sbin/runc") && File.Exists("/usr/bin/ctr"), "needs runc and ctr");
        await using var second = await RealEngine.StartAsync();
        using var past = await PastEngines.StartAsync();
        var telemetry = Repository.Folder();
        using var sensor = Process.Start(new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", [Path.Combine(AppContext.BaseDirectory, "waterguard.dll"), "sensor", "--to", Path.Combine(telemetry.Path, "sensor.ndjson"), "--every", "3s", "--look", "1s"]) { UseShellExecute = false, RedirectStandardError = true })!;
        try
        {
            var told = Path.Combine(telemetry.Path, "told");
            using var following = ours.Follow(told);
            // It listens once it has told of something.
            await Until.True(async () => (await ours.DockerAsync("volume", "create", "tide")).Length > 0 && await ours.DockerAsync("volume", "rm", "tide") != "" && new FileInfo(told).Length > 0, "the events are followed");
            var legitimate = new List<string> { await ours.DockerAsync("run", "-d", "--network", "none", "suspicious_image") };
            await Until.True(() => Lines(telemetry).Any(l => l.Contains(legitimate[0], StringComparison.Ordinal)), "the sensor looks: nobody is accused of what was there before", 60);
            for (var i = 1; i < s_legitimate / 2; i++) legitimate.Add(await ours.DockerAsync("run", "-d", "--network", i % 4 == 0 ? "host" : "none", "suspicious_image"));
            past.Runc("wg-runc-hidden");
            past.Ctr("wg-ctr-hidden");
            var theirs = await second.DockerAsync("run", "-d", "--network", "none", "suspicious_image");
            for (var i = 0; i < s_legitimate / 2; i++) legitimate.Add(await ours.DockerAsync("run", "-d", "--network", "none", "suspicious_image"));
            await Until.True(() => Lines(telemetry).Count(l => l.Contains(legitimate[^1], StringComparison.Ordinal)) > 2, "the sensor has told of the last one in two rounds", 60);
            await Until.True(() => File.ReadAllText(told).Contains(legitimate[^1], StringComparison.Ordinal), "the last one is in the events");
            following.Kill();
            await following.WaitForExitAsync(TestContext.Current.CancellationToken);
            var events = (await File.ReadAllTextAsync(told, TestContext.Current.CancellationToken)).Trim();
            File.Delete(told);
            telemetry.Write("docker-events.ndjson", $"{Moved(events.Split('\n')[0], -300)}\n{events}\n{Moved(events.Split('\n')[^1], 300)}\n");
            using var ending = Process.Start("kill", [$"{sensor.Id}"]);
            await sensor.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
            Assert.Equal(0, sensor.ExitCode);

            var registered = telemetry.Write("lists/registered-runtime-sockets.txt", $"{ours.Socket}\n{ours.Containerd}\n");
            var result = Tool.Run("scan", telemetry.Path, "--lists", Path.GetDirectoryName(registered)!, "--label", $"host.name={Environment.MachineName}", "-o", "json");
            var alerts = result.Lines.Select(l => JsonDocument.Parse(l).RootElement).ToArray();
            var unclaimed = alerts.Where(a => Rule(a) == Unclaimed).SelectMany(a => a.GetProperty("entities").GetProperty(Container).EnumerateArray().Select(c => c.GetString()!)).ToHashSet(StringComparer.Ordinal);
            string[] hidden = ["wg-runc-hidden", "wg-ctr-hidden", theirs];
            Assert.Equal([.. hidden], hidden.Where(unclaimed.Contains));
            Assert.DoesNotContain(legitimate, unclaimed.Contains);
            var sockets = alerts.Where(a => Rule(a) == Engine).Select(a => a.GetProperty("reason").GetString()!).ToArray();
            foreach (var socket in new[] { second.Socket, second.Containerd, past.Socket }) Assert.Contains(sockets, s => s.Contains(socket, StringComparison.Ordinal));
            Assert.DoesNotContain(sockets, s => s.Contains(ours.Socket, StringComparison.Ordinal) || s.Contains(ours.Containerd, StringComparison.Ordinal));
        }
        finally
        {
            if (!sensor.HasExited) sensor.Kill();
            telemetry.Dispose();
        }
    }

    // Nobody is accused unless the engine spoke minutes before, and again minutes later: its first and last words are said at those times too, so that nobody has to wait for them.
    private static string Moved(string line, int seconds)
    {
        var record = JsonNode.Parse(line)!;
        record["time"] = (long)record["time"]! + seconds;
        record["timeNano"] = (long)record["timeNano"]! + (seconds * 1_000_000_000L);
        return record.ToJsonString();
    }

    private static string Rule(JsonElement alert) => alert.GetProperty("rule").GetProperty("id").GetString()!;

    private static string[] Lines(TemporaryFolder telemetry)
    {
        var file = Path.Combine(telemetry.Path, "sensor.ndjson");
        if (!File.Exists(file)) return [];
        using var reader = new StreamReader(new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return reader.ReadToEnd().Split('\n');
    }
}
