using System.Text.Json;
using Waterguard.Tests.Census;
using Waterguard.Tests.CommandLine;
using Xunit;

namespace Waterguard.Tests.Service;

/// <summary>The running service compares its witnesses, and its journal tells the census beside it.</summary>
public sealed class LiveCensusServiceTests
{
    private const string Unclaimed = "3b1f0e52-7c1d-4f0e-9c46-5a2f5f0d8a11";

    [Fact]
    public async Task A_container_that_nobody_claims_is_told_once_also_over_a_restart_and_the_journal_has_it()
    {
        using var folder = Repository.Folder();
        var harbour = new Harbour(31).WithDailyLife(40);
        harbour.Runs(Harbour.EngineHost, Harbour.Start.AddMinutes(10), Harbour.Start.AddMinutes(15), "hidden1", "\"waterguard.runtime_namespace\":\"wganch\"");
        var configuration = folder.Write("w.yaml", $$$"""
            data: '{{{folder.Path}}}/data'
            http: {listen: '127.0.0.1:0'}
            time: {lateness: 6m}
            inputs:
              - {name: audit, transport: http, source: kubernetes.audit, key: env:PATH, labels: {orchestrator.cluster.name: quay}}
              - {name: engine, transport: http, source: docker.events, key: env:PATH, labels: {host.name: quay-d1}}
              - {name: sensors, transport: http, source: waterguard.census, key: env:PATH}
            """);
        using var client = new HttpClient();

        using (var service = await ServiceProcess.StartAsync(configuration))
        {
            for (var piece = 0; piece < 8; piece++)
            {
                await LabService.PostToAsync(client, service, "kubernetes.audit", Piece(harbour.Audit, piece));
                await LabService.PostToAsync(client, service, "docker.events", Piece(harbour.Engine, piece));
                await LabService.PostToAsync(client, service, "waterguard.census", Piece(harbour.Sensors, piece));
            }

            await Until.True(() => service.Alerts.Any(a => a.Contains(Unclaimed, StringComparison.Ordinal)), "the container is told");
            var beside = JsonDocument.Parse(Tool.Run("census", "--config", configuration, "-o", "json", "--unclaimed", "--host", Harbour.EngineHost).Output).RootElement;
            Assert.Contains(beside.GetProperty("containers").EnumerateArray(), c => c.GetProperty("container").GetString() == "hidden1");
            Assert.Equal(0, await service.StopAsync());
            var told = Assert.Single(service.Alerts, a => a.Contains(Unclaimed, StringComparison.Ordinal));
            Assert.Contains("missing docker.events of quay-d1", told, StringComparison.Ordinal);
        }

        using var again = await ServiceProcess.StartAsync(configuration);
        await LabService.PostToAsync(client, again, "docker.events", harbour.Engine.Last());
        await Until.True(() => again.Log.Any(l => l.Contains("serving", StringComparison.Ordinal)), "it serves");
        Assert.Equal(0, await again.StopAsync());
        Assert.Contains(again.Log, l => l.Contains("disagreements 1", StringComparison.Ordinal)); // found again, and not told again
        Assert.DoesNotContain(again.Alerts, a => a.Contains(Unclaimed, StringComparison.Ordinal));
    }

    private static string Piece(IEnumerable<string> lines, int piece) => string.Join('\n', lines.Where(l => (int)((LiveCensusTests.TimeOf(l) - Harbour.Start).TotalMinutes / 5) == piece));
}
