using System.Security.Cryptography;
using Xunit;

namespace Waterguard.Tests.Service;

/// <summary>The journal keeps as much of what was judged as it is told to, and no more.</summary>
public sealed class JournalTrimTests
{
    private const string OnlyARule = """
        title: Refused
        id: 6d2f1b1c-8f6e-4b52-9f5d-0c5cf0e6a011
        level: high
        logsource: {product: any}
        detection: {s: {kind: refused}, condition: s}
        """;

    [Fact]
    public async Task It_is_trimmed_also_where_no_correlation_asks_for_what_was()
    {
        using var folder = Repository.Folder();
        var configuration = LabService.Configuration(folder, OnlyARule, "journal: {size: 16MiB, keep: 1MiB}\narchive: {enabled: false}\n");
        using var client = new HttpClient();
        using var service = await ServiceProcess.StartAsync(configuration);
        for (var i = 0; i < 24; i++) await LabService.PostAsync(client, service, LabService.Record(i, Convert.ToHexString(RandomNumberGenerator.GetBytes(256 * 1024)))); // a quarter of a MiB each, packed
        await LabService.PostAsync(client, service, LabService.Record(30, "refused"));
        await Until.True(() => service.Alerts.Count == 1, "all is judged");

        Assert.InRange(JournalContents.Count(Path.Combine(folder.Path, "data")), 1, 10);
        Assert.Equal(0, await service.StopAsync());
    }

    [Fact]
    public async Task What_is_not_archived_yet_stays_and_goes_once_it_is_though_nothing_more_comes()
    {
        Assert.SkipWhen(Environment.GetEnvironmentVariable("WATERGUARD_FAST") is not null, "left out of the fast tests");
        using var folder = Repository.Folder();
        var configuration = LabService.Configuration(folder, OnlyARule, "journal: {size: 16MiB, keep: 1MiB}\n");
        using var client = new HttpClient();
        using var service = await ServiceProcess.StartAsync(configuration);
        for (var i = 0; i < 24; i++) await LabService.PostAsync(client, service, LabService.Record(i, Convert.ToHexString(RandomNumberGenerator.GetBytes(256 * 1024))));
        await LabService.PostAsync(client, service, LabService.Record(30, "refused"));
        await Until.True(() => service.Alerts.Count == 1, "all is judged");

        await Until.True(() => JournalContents.Count(Path.Combine(folder.Path, "data")) <= 10, "it is trimmed");
        var archived = Waterguard.Storage.Archives.ArchiveFile.All(Path.Combine(folder.Path, "data", "archive")).Sum(f => f.Last - f.First + 1);
        Assert.True(archived >= 15, $"{archived} batches are archived");
        Assert.Equal(0, await service.StopAsync());
    }
}
