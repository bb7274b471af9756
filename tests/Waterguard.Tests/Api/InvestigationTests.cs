using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Waterguard.Api.Access;
using Waterguard.Storage;
using Waterguard.Storage.Archives;
using Xunit;

namespace Waterguard.Tests.Api;

/// <summary>What else happened around an incident, asked for by the API.</summary>
public sealed class InvestigationTests
{
    [Fact]
    public async Task The_records_of_its_time_that_name_its_entities_are_read_page_by_page()
    {
        await using var host = await ApiHost.StartAsync();
        var (id, key, now) = Prepared(host, 25);
        var seen = new List<string>();
        string? cursor = null;
        do
        {
            var (response, page) = await host.SendAsync("GET", $"incidents/{id}/events?limit=7{(cursor is null ? "" : "&cursor=" + Uri.EscapeDataString(cursor))}", key: key);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Assert.Null(host.Server.Routes.Single(r => r.Path == "/incidents/{id}/events").Gives!.Flaw(page));
            seen.AddRange(page!["items"]!.AsArray().Select(i => i!["raw"]!["auditID"]!.GetValue<string>()));
            Assert.All(page["items"]!.AsArray(), i => Assert.Equal("default/web", i!["names"]![0]!["name"]!.GetValue<string>()));
            cursor = page["next"]?.GetValue<string>();
        }
        while (cursor is not null);

        Assert.Equal(Enumerable.Range(0, 25).Select(i => $"web-{i}"), seen);
        var (_, early) = await host.SendAsync("GET", $"incidents/{id}/events?to={Asked(now.AddMinutes(-10))}", key: key);
        Assert.Equal((15, 10), (early!["items"]!.AsArray().Count, early["of_other_times"]!.GetValue<int>()));
        var (_, none) = await host.SendAsync("GET", $"incidents/{id}/events?source=docker.events", key: key);
        Assert.Empty(none!["items"]!.AsArray());
    }

    [Fact]
    public async Task The_whole_tells_names_silences_and_questions()
    {
        await using var host = await ApiHost.StartAsync();
        var (id, key, now) = Prepared(host, 3);
        var (response, told) = await host.SendAsync("GET", $"incidents/{id}/investigation", key: key);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Null(host.Server.Routes.Single(r => r.Path == "/incidents/{id}/investigation").Gives!.Flaw(told));
        Assert.Equal(("pod", "default/web"), (told!["names"]![0]!["kind"]!.GetValue<string>(), told["names"]![0]!["name"]!.GetValue<string>()));
        Assert.Equal(["kql", "cloud_logging", "unified_audit"], told["queries"]!.AsArray().Select(q => q!["language"]!.GetValue<string>()));
        Assert.Equal(2, told["gaps"]!.AsArray().Count);
        Assert.All(told["gaps"]!.AsArray(), g => Assert.Equal("kubernetes.audit", g!["source"]!.GetValue<string>()));
        Assert.Equal(4, told["sources"]![0]!["records"]!.GetValue<int>());
        Assert.Single(told["timeline"]!.AsArray());
        Assert.Equal(now.AddHours(-1), told["from"]!.GetValue<DateTimeOffset>());
    }

    [Theory]
    [InlineData("events?cursor=x")]
    [InlineData("events?cursor=1:x")]
    [InlineData("events?cursor=1:../../../etc/passwd")]
    [InlineData("events?cursor=-1:kubernetes.audit/2026-11-22/10/j-1-1.ndjson.gz")]
    [InlineData("events?entity=pod:default/other")]
    [InlineData("events?from=2026-11-22T10:00:00Z&to=2026-11-21T10:00:00Z")]
    [InlineData("investigation?from=2020-01-01T00:00:00Z")]
    public async Task What_cannot_be_asked_is_refused_in_words(string path)
    {
        await using var host = await ApiHost.StartAsync();
        var (id, key, _) = Prepared(host, 1);
        Assert.Equal(HttpStatusCode.BadRequest, (await host.SendAsync("GET", $"incidents/{id}/{path}", key: key)).Response.StatusCode);
    }

    // One record a minute about the pod, the last one when the alert was; and one about another.
    private static (string Id, string Key, DateTimeOffset Now) Prepared(ApiHost host, int records)
    {
        var now = host.Time.GetUtcNow();
        host.AddAlert("a1");
        var lines = Enumerable.Range(0, records).Select(i => Record($"web-{i}", "web", now.AddMinutes(i - records + 1))).Append(Record("other", "other", now.AddMinutes(-1)));
        Archive.Open(host.Data, "j").Write(lines, 1);
        return (host.Store.Find(new IncidentQuery()).Single().Id, host.KeyOf(Role.Viewer), now);
    }

    private static (string, DateTimeOffset, ReadOnlyMemory<byte>) Record(string id, string pod, DateTimeOffset at) => ("kubernetes.audit", at, Encoding.UTF8.GetBytes(new JsonObject
    {
        ["kind"] = "Event", ["apiVersion"] = "audit.k8s.io/v1", ["auditID"] = id, ["objectRef"] = new JsonObject { ["namespace"] = "default", ["name"] = pod }, ["stageTimestamp"] = Asked(at),
    }.ToJsonString()));

    private static string Asked(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
