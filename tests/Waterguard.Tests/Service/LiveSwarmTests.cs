using System.Text.Json;
using Xunit;

namespace Waterguard.Tests.Service;

/// <summary>The service on a real Swarm of one node: what its manager tells, and the containers of its tasks.</summary>
[Collection(nameof(WholeKernel))]
public sealed class LiveSwarmTests
{
    [Fact]
    public async Task Nodes_secrets_configs_services_and_the_containers_of_tasks_come_to_alerts()
    {
        await using var engine = await RealEngine.StartAsync(hasOwnNetwork: true);
        using var folder = Repository.Folder();
        var data = Path.Combine(folder.Path, "data");
        using var service = await ServiceProcess.StartAsync(folder.Write("w.yaml", $"data: '{data}'\nmin_level: informational\ninputs:\n  - {{name: engine, transport: docker, host: 'unix://{engine.Socket}'}}\n"));
        await Until.True(() => JournalContents.Positions(data) > 0, "the engine is listened to");

        async Task DoAsync(params string[] arguments) => Assert.DoesNotContain("failed:", await engine.DockerAsync(arguments), StringComparison.Ordinal);
        await DoAsync("swarm", "init", "--advertise-addr", "127.0.0.1", "--listen-addr", "127.0.0.1:2377");
        await DoAsync("secret", "create", "quay", folder.Write("secret", "s3cret"));
        await DoAsync("config", "create", "pier", folder.Write("config", "tide=high"));
        await DoAsync("service", "create", "--detach", "--no-resolve-image", "--name", "crane", "--network", "host", "--secret", "quay", "--mount", "type=bind,src=/,dst=/host", "suspicious_image");
        await Until.True(() => Records(data).Any(e => Type(e) == "container" && Action(e) == "start"), "the task's container runs");
        await DoAsync("service", "update", "--detach", "--label-add", "tide=high", "crane");
        await DoAsync("service", "rm", "crane");
        await DoAsync("secret", "rm", "quay");
        await DoAsync("config", "rm", "pier");

        string[] expected =
        [
            "Node of a Swarm joined, changed or removed", "Secret or config of a Swarm made or removed", "Service of a Swarm made, changed or removed", "Container on the network of its host", "Container with a sensitive part of its host",
        ];
        foreach (var title in expected) await Until.True(() => service.Alerts.Any(a => a.Contains($"\"title\":\"{title}\"", StringComparison.Ordinal)), title, 30);
        await Until.True(() => Records(data).Any(e => Type(e) == "config" && Action(e) == "remove"), "the last event is there");
        Assert.Equal(0, await service.StopAsync());

        var events = Records(data).ToArray();
        var swarm = events.Where(e => e.TryGetProperty("scope", out var scope) && scope.GetString() == "swarm").Select(e => $"{Type(e)} {Action(e)}").Distinct(StringComparer.Ordinal).ToArray();
        Assert.Superset(new HashSet<string>(["node update", "secret create", "secret remove", "config create", "config remove", "service create", "service update", "service remove"], StringComparer.Ordinal), swarm.ToHashSet(StringComparer.Ordinal));
        // The engine tells nothing of tasks; the container of a task says whose it is.
        var container = events.First(e => Type(e) == "container" && Action(e) == "create");
        Assert.Equal("crane", container.GetProperty("Actor").GetProperty("Attributes").GetProperty("com.docker.swarm.service.name").GetString());
        var alert = service.Alerts.Select(a => JsonDocument.Parse(a).RootElement).First(a => a.GetProperty("title").GetString() == "Container on the network of its host");
        Assert.NotEmpty(alert.GetProperty("entities").GetProperty("container").EnumerateArray());
    }

    private static IEnumerable<JsonElement> Records(string data) => JournalContents.Records(data, "events").Select(e => JsonDocument.Parse(e).RootElement);

    private static string? Type(JsonElement of) => of.TryGetProperty("Type", out var type) ? type.GetString() : null;

    private static string? Action(JsonElement of) => of.TryGetProperty("Action", out var action) ? action.GetString() : null;
}
