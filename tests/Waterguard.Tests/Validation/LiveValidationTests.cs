using System.Text.Json;
using Waterguard.Tests.CommandLine;
using Waterguard.Tests.Service;
using Xunit;

namespace Waterguard.Tests.Validation;

/// <summary><c>waterguard validate --live docker</c> on a real engine.</summary>
[Collection(nameof(WholeKernel))]
public sealed class LiveValidationTests
{
    [Fact]
    public async Task Every_live_scenario_is_found_responded_to_and_leaves_nothing_behind()
    {
        await using var engine = await RealEngine.StartAsync(hasOwnNetwork: true);
        using var folder = Repository.Folder();

        // An earlier run was cut off: its folder is there, and what it made.
        folder.Write("home/live-files-copied/secrets.txt", "left");
        await engine.DockerAsync("run", "-d", "--name", "live-files-copied", "--label", "waterguard.scenario=live-files-copied", "--network", "none", "suspicious_image");
        // Tests beside it blur the rhythm of a beacon, as the sensor sees it on two cores.
        var isAlone = Environment.GetEnvironmentVariable("WATERGUARD_LONG") is { Length: > 0 };
        string[] scenarios = [.. ShippedValidation.Once.Catalog.Scenarios.Select(s => s.Scenario).Where(s => s.IsLive && (isAlone || s.Id != "live-beacon")).Select(s => s.Id)];
        var result = Tool.RunFor(TimeSpan.FromMinutes(20), ["validate", "--live", "docker", "--long", .. scenarios, "--docker", "unix://" + engine.Socket, "--containerd", engine.Containerd, "--home", Path.Combine(folder.Path, "home"), "-o", "json"]);
        Assert.True(result.Code == 0, result.Output + result.Error);
        Assert.Contains("live-files-copied: an earlier run was cut off; what it left is removed", result.Error, StringComparison.Ordinal);

        using var json = JsonDocument.Parse(result.Output);
        var all = json.RootElement.GetProperty("results").EnumerateArray().ToLookup(r => r.GetProperty("outcome").GetString() != "not_run");
        Assert.All(all[false], r => Assert.Matches("not permitted|there is no|does not listen", r.GetProperty("problems").ToString())); // not every machine may do all of it: it says so
        Assert.All(all[true], r => Assert.True(r.GetProperty("fired").GetBoolean(), r.ToString()));
        Assert.InRange(all[true].Count(), 12, 100);
        Assert.InRange(all[true].Count(r => r.GetProperty("event_driven").GetBoolean()), 8, 100);
        Assert.InRange(json.RootElement.GetProperty("median_time_to_detect").GetDouble(), 0, 5);
        Assert.Contains("docker.pause: the container is paused; undone: the container is running", result.Error, StringComparison.Ordinal);
        Assert.Matches("docker.disconnect: [^\n]*; from inside, [0-9.]+ answered before and not any more; undone: it is on live-obfuscated-exec", result.Error);
        Assert.Equal("", await engine.DockerAsync("ps", "-aq"));
        Assert.Equal(["lock"], Directory.GetFileSystemEntries(Path.Combine(folder.Path, "home")).Select(Path.GetFileName));
    }

    [Fact]
    public void Without_an_engine_it_says_so() => Assert.Equal(2, Tool.Run("validate", "--live", "docker", "--docker", "unix:///nowhere/docker.sock").Code);
}
