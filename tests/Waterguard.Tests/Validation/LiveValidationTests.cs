using System.Text.Json;
using Waterguard.Tests.CommandLine;
using Waterguard.Tests.Service;
using Xunit;

namespace Waterguard.Tests.Validation;

/// <summary><c>waterguard validate --live docker</c> on a real engine.</summary>
public sealed class LiveValidationTests
{
    [Fact]
    public async Task Every_live_scenario_is_found_within_seconds_responded_to_and_leaves_nothing_behind()
    {
        await using var engine = await RealEngine.StartAsync();
        var result = Tool.Run("validate", "--live", "docker", "--docker", "unix://" + engine.Socket, "-o", "json");
        Assert.True(result.Code == 0, result.Output + result.Error);

        using var json = JsonDocument.Parse(result.Output);
        var all = json.RootElement.GetProperty("results").EnumerateArray().ToLookup(r => r.GetProperty("outcome").GetString() != "not_run");
        var results = all[true].ToArray();
        Assert.True(results.Length >= 3);
        Assert.All(all[false], r => Assert.Contains("not permitted", r.GetProperty("problems").ToString(), StringComparison.Ordinal)); // not every machine may give all capabilities away
        Assert.All(results, r => Assert.True(r.GetProperty("fired").GetBoolean(), r.ToString()));
        var times = results.Select(r => r.GetProperty("time_to_detect").GetDouble()).Order().ToArray();
        Assert.True(times[times.Length / 2] < 5, string.Join(' ', times));
        Assert.Contains("docker.pause: the container is running; undone", result.Error, StringComparison.Ordinal);
        Assert.Equal("", await engine.DockerAsync("ps", "-aq"));
    }

    [Fact]
    public void Without_an_engine_it_says_so() => Assert.Equal(2, Tool.Run("validate", "--live", "docker", "--docker", "unix:///nowhere/docker.sock").Code);
}
