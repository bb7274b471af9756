using System.Diagnostics;
using System.Text.Json;
using Xunit;

namespace Waterguard.Tests.CommandLine;

/// <summary>A Docker engine of our own is started, containers are run in it, and what it tells is scanned.</summary>
public sealed class LiveEngineTests
{
    private const int OrdinaryRuns = 200;

    // Every evasive run that the script makes, by what names it in the alert.
    private static readonly (string Names, string Title)[] EvasiveRuns =
    [
        ("evasive_container", "Container on the network of its host"),
        ("node-tuner", "Privileged container"),
        ("node-tuner", "Container in the process or memory space of its host"),
        ("node-tuner", "Container on the network of its host"),
        ("log-shipper", "Container with a sensitive part of its host"),
        ("backup", "Container with a sensitive part of its host"),
        ("tracer", "Container with capabilities or profiles that undo its isolation"),
        ("shared-ipc", "Container in the process or memory space of its host"),
        ("quiet-one", "Container whose output is not kept"),
        ("kube-proxy-7x2lm", "Docker container with borrowed Kubernetes labels"),
        ("metrics-exporter", "Docker container renamed"),
        ("metrics-exporter", "Limits of a running container changed"),
        ("in container metrics-exporter", "Command run in a Docker container"),
        ("in container tide-api-1", "Command run in a Docker container"),
        ("container tide-api-1", "Files copied into or out of a container"),
        ("by commit: suspicious_image", "Image made on the host"),
        ("by import", "Image made on the host"),
        ("registry.k8s.io/pause", "Image tagged with the name of a system image"),
        ("loaded", "Image loaded from a file"),
        ("secret tide-token", "Secret or config of a Swarm made or removed"),
        ("evasive_service: create", "Service of a Swarm made, changed or removed"),
        ("evasive_service.", "Container on the network of its host"),
        ("/var/run of the host is mounted into evasive_service", "Container with a sensitive part of its host"),
        ("tide-web.1", "Container on the network of its host"),
    ];

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
        var all = Scan(Path.Combine(folder.Path, "samples"), "--min-level", "informational");
        var ordinaryFile = Path.Combine(folder.Path, "ordinary", "docker-events.ndjson");
        var ordinary = Scan(ordinaryFile);

        // The event that tells it names the container by its id only; the inspected one by name and image.
        Assert.Contains(documented, a => a is { Title: "Container on the network of its host", Level: "high" });
        Assert.Contains(inspected, a => a is { Title: "Container on the network of its host", Level: "high" } && a.Reason.Contains("evasive_container image suspicious_image container", StringComparison.Ordinal));
        Assert.All(EvasiveRuns, run => Assert.True(all.Any(a => a.Title == run.Title && a.Reason.Contains(run.Names, StringComparison.Ordinal)), $"{run.Names}: {run.Title}"));
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

    private static (string Title, string Level, string Reason)[] Scan(string path, params string[] options) =>
        [.. Tool.Run(["scan", path, .. options]).Lines.Select(line => JsonDocument.Parse(line).RootElement)
            .Select(a => (a.GetProperty("title").GetString()!, a.GetProperty("level").GetString()!, a.GetProperty("reason").GetString()!))];

    private static string[] Missing()
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':');
        string[] tools = ["dockerd", "docker", "busybox", "curl", "tar"];
        return [.. tools.Where(tool => !Array.Exists(folders, f => File.Exists(Path.Combine(f, tool))))];
    }
}
