using System.Text.Json;
using Xunit;

namespace Waterguard.Tests.Service;

/// <summary>The service on a real Docker engine.</summary>
public sealed class LiveDockerTests
{
    [Fact]
    public async Task The_documented_command_alerts_live_and_neither_a_kill_nor_a_restart_of_the_engine_loses_or_doubles_an_event()
    {
        await using var engine = await RealEngine.StartAsync();
        using var folder = Repository.Folder();
        var data = Path.Combine(folder.Path, "data");
        var configuration = folder.Write("w.yaml", $"data: '{data}'\ninputs:\n  - {{name: engine, transport: docker, host: 'unix://{engine.Socket}', stats: 1s}}\n");
        var service = await ServiceProcess.StartAsync(configuration);
        await Until.True(() => service.Log.Any(l => l.Contains("serving", StringComparison.Ordinal)) && JournalContents.Positions(data) > 0, "the engine is listened to");

        await engine.DockerAsync("run", "-d", "--name", "evasive_container", "--network", "host", "suspicious_image");
        await Until.True(() => service.Alerts.Any(a => a.Contains("Container on the network of its host", StringComparison.Ordinal)), "the documented command alerts");
        await Until.True(() => JournalContents.Records(data, "stats").Any(), "statistics come");

        // A short life is inspected all the same, or counted as missed.
        for (var i = 0; i < 20; i++) await engine.DockerAsync("run", "--rm", "--network", "none", "--name", $"brief-{i}", "suspicious_image", "true");
        await service.KillAsync();
        service.Dispose();
        for (var i = 20; i < 30; i++) await engine.DockerAsync("run", "--rm", "--network", "none", "--name", $"brief-{i}", "suspicious_image", "true");
        service = await ServiceProcess.StartAsync(configuration);
        await Until.True(() => Removed(data).Length == 30, "all thirty short lives are known");
        await engine.RestartAsync();
        await Until.True(() => service.Log.Count(l => l.Contains("is there again", StringComparison.Ordinal)) == 1, "the engine is found again", 120);
        await engine.DockerAsync("run", "--rm", "--network", "none", "--name", "brief-30", "suspicious_image", "true");
        await Until.True(() => Removed(data).Length == 31, "the engine is read again");
        Assert.Equal(0, await service.StopAsync());

        var events = JournalContents.Records(data, "events").ToArray();
        Assert.Equal(events.Length, events.Select(Identity).Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(Enumerable.Range(0, 31).Select(i => $"brief-{i}").Order(StringComparer.Ordinal), Removed(data).Order(StringComparer.Ordinal));
        // Those of the first twenty were asked about while they lived.
        Assert.InRange(events.Count(e => e.Contains("\"Action\":\"create\"", StringComparison.Ordinal) && e.Contains("\"inspect\":{", StringComparison.Ordinal)), 15, 32);
        service.Dispose();
    }

    private static string[] Removed(string data) =>
        [.. JournalContents.Records(data, "events").Select(e => JsonDocument.Parse(e).RootElement).Where(e => e.GetProperty("Type").GetString() == "container" && e.GetProperty("Action").GetString() == "destroy")
            .Select(e => e.GetProperty("Actor").GetProperty("Attributes").GetProperty("name").GetString()!).Where(n => n.StartsWith("brief-", StringComparison.Ordinal))];

    private static string Identity(string text)
    {
        var e = JsonDocument.Parse(text).RootElement;
        return $"{e.GetProperty("timeNano")} {e.GetProperty("Type")} {e.GetProperty("Action")} {e.GetProperty("Actor")}";
    }
}
