using System.Text.Json;
using Waterguard.Tests.Service;
using Xunit;

namespace Waterguard.Tests.Triage;

/// <summary>Triage of what goes on coming.</summary>
public sealed class LiveTriageTests
{
    [Fact]
    public async Task What_was_known_to_be_benign_and_turns_out_not_to_hold_is_told_to_nobody_either_time()
    {
        using var folder = Repository.Folder();
        var configuration = LabService.Configuration(folder, LabService.RefusedThrice("20s"), lateness: 10);
        folder.Write("content/strategies/lab/suppressions/s.yml", $"id: ann\nreason: Ann tests.\nowner: lab\nexpires: 2027-01-01\napplies_to: [{LabService.RefusedThriceId}]\nwhen: {{user: ann}}\n");
        using var client = new HttpClient();
        using var service = await ServiceProcess.StartAsync(configuration);
        // Three were refused; then one comes late that began it earlier: another alert stands in the place of the first.
        await LabService.PostAsync(client, service, [.. new[] { 3, 4, 5 }.SelectMany(second => new[] { LabService.Record(second, "refused", "ann"), LabService.Record(second, "refused", "bob") })]);
        await LabService.PostAsync(client, service, LabService.Record(1, "refused", "ann"), LabService.Record(1, "refused", "bob"));
        await LabService.PostAsync(client, service, LabService.Record(900, "other"));
        await Until.True(() => service.Alerts.Any(a => a.Contains("retracted", StringComparison.Ordinal)), "what did not hold is taken back");
        Assert.Equal(0, await service.StopAsync());

        Assert.All(service.Alerts.Select(a => JsonDocument.Parse(a).RootElement), a => Assert.Equal("bob", a.GetProperty("group").GetProperty("user").GetString()));
        Assert.Contains(service.Log, l => l.Contains("ann 2", StringComparison.Ordinal));
    }
}
