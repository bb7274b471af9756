using System.Text.Json;
using Xunit;

namespace Waterguard.Tests.Service;

/// <summary>Correlations are judged while records come, and go on over a restart.</summary>
public sealed class LiveCorrelationTests
{
    [Fact]
    public async Task A_count_that_began_before_a_restart_goes_on_after_it_and_is_told_once_when_met_and_once_when_over()
    {
        using var folder = Repository.Folder();
        using var client = new HttpClient();
        var configuration = await OneTooFewAsync(folder, client);
        using var again = await ServiceProcess.StartAsync(configuration);
        await LabService.PostAsync(client, again, Refused(20), Other(40));
        await Until.True(() => again.Alerts.Count >= 1, "the count is told");
        await LabService.PostAsync(client, again, Refused(50), Other(900));
        await Until.True(() => again.Alerts.Count >= 2, "the end is told");
        Assert.Equal(0, await again.StopAsync());

        var alerts = again.Alerts.Select(a => JsonDocument.Parse(a).RootElement).ToArray();
        Assert.Equal([1, 2], alerts.Select(a => a.GetProperty("revision").GetInt32()));
        Assert.Equal(["open", "amended"], alerts.Select(a => a.GetProperty("status").GetString()));
        Assert.Equal([3, 4], alerts.Select(a => a.GetProperty("event_count").GetInt32()));
        Assert.Single(alerts.Select(a => a.GetProperty("id").GetString()).Distinct(StringComparer.Ordinal));
        Assert.Equal("ann", alerts[0].GetProperty("group").GetProperty("user").GetString());
    }

    [Fact]
    public async Task What_correlations_knew_outlives_the_journal_with_the_records_that_they_may_show()
    {
        using var folder = Repository.Folder();
        using var client = new HttpClient();
        var configuration = await OneTooFewAsync(folder, client);
        foreach (var file in Directory.GetFiles(Path.Combine(folder.Path, "data"), "journal.db*")) File.Delete(file);
        using var again = await ServiceProcess.StartAsync(configuration);
        await LabService.PostAsync(client, again, Refused(20), Other(40));
        await Until.True(() => again.Alerts.Count >= 1, "the count is told");
        Assert.Equal(0, await again.StopAsync());

        var events = JsonDocument.Parse(again.Alerts[0]).RootElement.GetProperty("events").EnumerateArray().Select(e => e.GetProperty("raw").GetProperty("at").GetString());
        Assert.Equal([$"{LabService.Noon:O}", $"{LabService.Noon.AddSeconds(10):O}", $"{LabService.Noon.AddSeconds(20):O}"], events);
    }

    // A service that stops when two of three were counted.
    private static async Task<string> OneTooFewAsync(TemporaryFolder folder, HttpClient client)
    {
        var configuration = LabService.Configuration(folder, LabService.RefusedThrice());
        using var service = await ServiceProcess.StartAsync(configuration);
        await LabService.PostAsync(client, service, Refused(0), Refused(10), Other(15));
        Assert.Equal(0, await service.StopAsync());
        Assert.Empty(service.Alerts);
        return configuration;
    }

    private static string Refused(int second) => LabService.Record(second, "refused");

    private static string Other(int second) => LabService.Record(second, "other");
}
