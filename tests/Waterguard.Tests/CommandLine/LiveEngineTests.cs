using System.Diagnostics;
using System.Text.Json;
using Xunit;

namespace Waterguard.Tests.CommandLine;

/// <summary>A Docker engine of our own is started, containers are run in it, and what it tells is scanned.</summary>
public sealed class LiveEngineTests
{
    private const int OrdinaryRuns = 200;
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(8);

    [Fact]
    public async Task On_a_real_engine_every_evasive_run_alerts_and_ordinary_ones_stay_quiet()
    {
        Assert.SkipWhen(Environment.GetEnvironmentVariable("WATERGUARD_FAST") is not null, "left out of the fast tests");
        Assert.SkipUnless(Environment.UserName == "root" && Missing().Length == 0, $"needs root and {string.Join(", ", Missing())}");
        using var folder = Repository.Folder();
        await Record(folder.Path);

        var recorded = Path.Combine(folder.Path, "tests", "data", "docker");
        var documented = Scan(Path.Combine(recorded, "evasive-container.ndjson"));
        var inspected = Scan(Path.Combine(recorded, "evasive-container-inspected.ndjson"));
        var all = Scan(Path.Combine(folder.Path, "samples"));
        var ordinaryFile = Path.Combine(folder.Path, "ordinary", "docker-events.ndjson");
        var ordinary = Scan(ordinaryFile);

        // The event that tells it names the container by its id only; the inspected one by name and image.
        Assert.Contains(documented, a => a is { Title: "Container on the network of its host", Level: "high" });
        Assert.Contains(inspected, a => a is { Title: "Container on the network of its host", Level: "high" } && a.Reason.Contains("evasive_container image suspicious_image container", StringComparison.Ordinal));
        string[] expected =
        [
            "Privileged container", "Container with a sensitive part of its host", "Container in the process or memory space of its host",
            "Container with capabilities or profiles that undo its isolation", "Docker container with borrowed Kubernetes labels", "Image made on the host",
        ];
        Assert.All(expected, title => Assert.Contains(all, a => a.Title == title));
        Assert.True(File.ReadLines(ordinaryFile).Count(l => l.Contains("\"Action\":\"create\"", StringComparison.Ordinal) && l.Contains("\"Type\":\"container\"", StringComparison.Ordinal)) >= OrdinaryRuns);
        Assert.DoesNotContain(ordinary, a => a.Level is "medium" or "high" or "critical");
        Assert.DoesNotContain(all, a => a.Level is "medium" or "high" or "critical" && a.Reason.Contains("tide-api-1", StringComparison.Ordinal));
    }

    private static async Task Record(string folder)
    {
        var start = new ProcessStartInfo("bash", [Repository.PathOf("scripts", "record-docker-sample.sh"), folder]) { UseShellExecute = false, RedirectStandardError = true, RedirectStandardOutput = true };
        start.Environment["ORDINARY_RUNS"] = OrdinaryRuns.ToString(System.Globalization.CultureInfo.InvariantCulture);
        using var process = Process.Start(start)!;
        using var deadline = new CancellationTokenSource(Deadline);
        var error = process.StandardError.ReadToEndAsync(deadline.Token);
        await process.StandardOutput.ReadToEndAsync(deadline.Token);
        await process.WaitForExitAsync(deadline.Token);
        Assert.True(process.ExitCode == 0, await error);
    }

    private static (string Title, string Level, string Reason)[] Scan(string path) =>
        [.. Tool.Run("scan", path).Lines.Select(line => JsonDocument.Parse(line).RootElement)
            .Select(a => (a.GetProperty("title").GetString()!, a.GetProperty("level").GetString()!, a.GetProperty("reason").GetString()!))];

    private static string[] Missing()
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':');
        string[] tools = ["dockerd", "docker", "busybox", "curl", "tar"];
        return [.. tools.Where(tool => !Array.Exists(folders, f => File.Exists(Path.Combine(f, tool))))];
    }
}
