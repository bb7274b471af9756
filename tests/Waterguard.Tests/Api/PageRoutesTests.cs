using System.Net;
using System.Text;
using Waterguard.Api.Access;
using Waterguard.Storage.Archives;
using Xunit;

namespace Waterguard.Tests.Api;

/// <summary>Routes that the web interface asks for beside the rest.</summary>
public sealed class PageRoutesTests
{
    [Fact]
    public async Task The_playbook_of_a_strategy_is_told_in_its_order()
    {
        await using var host = await ApiHost.StartAsync();
        var (response, body) = await host.SendAsync("GET", "strategies/container-runtime-evasion/playbook", key: host.KeyOf(Role.Viewer));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var steps = body!["steps"]!.AsArray();
        Assert.Equal(("assess", "read", 0L), (steps[0]!["id"]!.GetValue<string>(), steps[0]!["risk"]!.GetValue<string>(), steps[0]!["approve"]!.GetValue<long>()));
        var stopping = steps.Single(s => s!["action"]!.GetValue<string>() == "docker.disconnect")!;
        Assert.Equal(("high", "4h", "{{container}}"), (stopping["risk"]!.GetValue<string>(), stopping["undo_after"]!.GetValue<string>(), stopping["with"]!["container"]!.GetValue<string>()));
        Assert.Equal(HttpStatusCode.NotFound, (await host.SendAsync("GET", "strategies/none/playbook", key: host.KeyOf(Role.Viewer))).Response.StatusCode);
    }

    [Fact]
    public async Task The_archive_is_searched_by_text_source_and_time()
    {
        await using var host = await ApiHost.StartAsync();
        var archive = Archive.Open(host.Data, "j");
        var now = host.Time.GetUtcNow();
        archive.Write([("docker.events", now, Record("{\"name\":\"one\"}")), ("docker.events", now, Record("{\"name\":\"two\"}")), ("kubernetes.audit", now, Record("{\"name\":\"one\"}"))], 1);
        var key = host.KeyOf(Role.Viewer);
        async Task<string[]> Find(string query) => [.. (await host.SendAsync("GET", "archive?" + query, key: key)).Body!["items"]!.AsArray().Select(i => $"{i!["source"]} {i["raw"]!["name"]}").Order(StringComparer.Ordinal)];
        Assert.Equal(["docker.events one", "kubernetes.audit one"], await Find("text=one"));
        Assert.Equal(["docker.events one", "docker.events two"], await Find("source=docker.events"));
        Assert.Empty(await Find("text=one&until=2020-01-01T00:00:00Z"));
        Assert.Empty(await Find("text=three"));
        var (_, cut) = await host.SendAsync("GET", "archive?limit=1", key: key);
        Assert.True(cut!["cut"]!.GetValue<bool>());
        Assert.Equal(HttpStatusCode.Unauthorized, (await host.SendAsync("GET", "archive?text=one")).Response.StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await host.SendAsync("GET", "archive?since=yesterday", key: key)).Response.StatusCode);
    }

    private static ReadOnlyMemory<byte> Record(string json) => Encoding.UTF8.GetBytes(json);
}
