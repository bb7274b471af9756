using System.Text.Json;
using Xunit;

namespace Waterguard.Tests.Service;

/// <summary>Rules and lists may change while the service runs: sound content takes the place of the old, other content does not, and what correlations know stays.</summary>
public sealed class ContentReloadTests
{
    private const string BadAddress = """
        title: Bad address
        id: 6d2f1b1c-8f6e-4b52-9f5d-0c5cf0e6b011
        level: high
        logsource: {product: any}
        detection: {s: {address|lookup: bad}, condition: s}
        ---

        """;

    [Fact]
    public async Task A_list_that_grows_is_used_broken_content_is_not_and_counts_go_on()
    {
        using var folder = Repository.Folder();
        var list = folder.Write("lists/bad.txt", "203.0.113.1\n");
        var configuration = LabService.Configuration(folder, BadAddress + LabService.RefusedThrice(), lists: Path.GetDirectoryName(list));
        using var client = new HttpClient();
        using var service = await ServiceProcess.StartAsync(configuration);
        await LabService.PostAsync(client, service, Seen(0), LabService.Record(1, "refused"), LabService.Record(2, "refused"));

        File.WriteAllText(list, "203.0.113.1\n203.0.113.2\n");
        await Until.True(() => service.Log.Any(l => l.Contains("content changed", StringComparison.Ordinal)), "the longer list is in use");
        Assert.Empty(service.Alerts);
        await LabService.PostAsync(client, service, Seen(3));
        await Until.True(() => service.Alerts.Count == 1, "the new entry alerts");

        File.WriteAllText(Path.Combine(folder.Path, "rules", "r.yml"), "title: [broken\n");
        await Until.True(() => service.Log.Any(l => l.Contains("the old one stays in use", StringComparison.Ordinal)), "broken content is refused");
        await LabService.PostAsync(client, service, LabService.Record(4, "refused"));
        await Until.True(() => service.Alerts.Count == 2, "the count that began under older content is full");
        Assert.Equal(0, await service.StopAsync());
        Assert.Equal(["Bad address", "Refused again and again"], service.Alerts.Select(a => JsonDocument.Parse(a).RootElement.GetProperty("title").GetString()));
    }

    private static string Seen(int second) => LabService.Record(second, "seen").Replace("}", ",\"address\":\"203.0.113.2\"}", StringComparison.Ordinal);
}
