using Waterguard.Tests.Service;
using Xunit;

namespace Waterguard.Tests.Canaries;

/// <summary>Markers planted by a running service at a real engine: they come out, and when the feed is cut that shows.</summary>
public sealed class LiveCanaryTests
{
    [Fact]
    public async Task A_marker_of_a_real_engine_comes_out_and_a_cut_feed_shows_while_the_engine_still_answers()
    {
        await using var engine = await RealEngine.StartAsync();
        using var folder = Repository.Folder();
        // The feed goes through a file, which somebody may stop writing: the engine itself is well all the time.
        var feed = folder.Write("feed.ndjson", "");
        var configuration = $"data: '{folder.Path}/data'\nhttp: {{listen: '127.0.0.1:0', open_metrics: true}}\n"
            + $"canaries:\n  - {{name: engine, plant: docker-volume, at: 'unix://{engine.Socket}', source: docker.events, every: 10s, within: 5s}}\n";
        using (var service = await ServiceProcess.StartAsync(folder.Write("w.yaml", configuration + $"inputs:\n  - {{name: engine, transport: docker, host: 'unix://{engine.Socket}'}}\n")))
        {
            await Until.True(() => StandAsync(service, "1"), "the marker comes out", 60);
            Assert.Equal(0, await service.StopAsync());
            Assert.DoesNotContain(service.Alerts, a => a.Contains("waterguard-canary", StringComparison.Ordinal));
        }

        using var cut = await ServiceProcess.StartAsync(folder.Write("cut.yaml", configuration.Replace("/data'", "/cut'", StringComparison.Ordinal) + $"inputs:\n  - {{name: engine, transport: tail, path: '{feed}', source: docker.events}}\n"));
        await Until.True(() => StandAsync(cut, "0"), "the cut feed shows", 60);
        await Until.True(() => cut.Log.Any(l => l.Contains("a canary has not come out", StringComparison.Ordinal)), "the log says so");
        Assert.Equal(0, await cut.StopAsync());
        await Until.True(async () => (await engine.DockerAsync("volume", "ls", "-q")).Length == 0, "nothing is left");
    }

    private static async Task<bool> StandAsync(ServiceProcess service, string value)
    {
        using var client = new HttpClient();
        return (await client.GetStringAsync(new Uri(service.Address, "metrics"), TestContext.Current.CancellationToken)).Contains($"waterguard_canary{{canary=\"engine\"}} {value}\n", StringComparison.Ordinal);
    }
}
