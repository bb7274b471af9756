using System.Net;
using System.Text.Json.Nodes;
using Waterguard.Api.Access;
using Waterguard.Api.Live;
using Waterguard.Storage;
using Xunit;

namespace Waterguard.Tests.Api;

/// <summary>What becomes of incidents that nobody takes up, and of those that somebody judges.</summary>
public sealed class EscalationTests
{
    [Fact]
    public async Task An_incident_that_nobody_acknowledges_in_the_time_of_its_level_is_escalated_once()
    {
        await using var host = await ApiHost.StartAsync("escalation: {critical: 15m, high: 1h}\n");
        host.AddAlert("a1", pod: "default/one", level: "critical");
        host.AddAlert("a2", pod: "default/two", level: "high");
        host.AddAlert("a3", pod: "default/three", level: "critical");
        var shelf = new DocumentShelf(host.Store, host.Time);
        var work = new IncidentWork(host.Server.Parts, shelf);
        var escalation = new Escalation(host.Server.Parts, new IncidentBoard(host.Server.Parts, work), work);
        string IdOf(string pod) => host.Store.Find(new IncidentQuery { Entity = new StoredEntity("pod", pod) }).Single().Id;
        work.Change(IdOf("default/three"), new JsonObject { ["acknowledge"] = true }, null, Caller.Service);
        escalation.Look();

        host.Time.Advance(TimeSpan.FromMinutes(14));
        escalation.Look();
        Assert.False(work.Of(IdOf("default/one")).IsEscalated);
        host.Time.Advance(TimeSpan.FromMinutes(2));
        escalation.Look();
        escalation.Look();
        Assert.True(work.Of(IdOf("default/one")).IsEscalated);
        Assert.False(work.Of(IdOf("default/two")).IsEscalated);
        host.Time.Advance(TimeSpan.FromHours(1));
        escalation.Look();
        Assert.True(work.Of(IdOf("default/two")).IsEscalated);
        Assert.False(work.Of(IdOf("default/three")).IsEscalated);
        Assert.Equal(2, host.Store.Audit(long.MaxValue, 100).Count(a => a.Entry is { Action: "incident.escalated", Actor: "waterguard" }));
        var (_, page) = await host.SendAsync("GET", "incidents?status=escalated", key: host.KeyOf(Role.Viewer));
        Assert.Equal(2, page!["items"]!.AsArray().Count);
    }

    [Fact]
    public async Task A_restart_does_not_begin_the_time_anew()
    {
        await using var host = await ApiHost.StartAsync("escalation: {critical: 15m}\n");
        host.AddAlert("a1", level: "critical");
        var work = new IncidentWork(host.Server.Parts, new DocumentShelf(host.Store, host.Time));
        Escalation AfterAStart() => new(host.Server.Parts, new IncidentBoard(host.Server.Parts, work), work);
        AfterAStart().Look();
        host.Time.Advance(TimeSpan.FromMinutes(10));
        AfterAStart().Look();
        host.Time.Advance(TimeSpan.FromMinutes(6));
        AfterAStart().Look();
        Assert.True(work.Of(host.Store.Find(new IncidentQuery()).Single().Id).IsEscalated);
        AfterAStart().Look();
        Assert.Empty(host.Store.WaitingSince());
    }

    [Fact]
    public async Task A_verdict_needs_a_reason_and_benign_answers_with_a_suppression_that_can_be_kept()
    {
        await using var host = await ApiHost.StartAsync();
        host.AddAlert("a1");
        var incident = host.Store.Find(new IncidentQuery()).Single().Id;
        var key = host.KeyOf(Role.Analyst);
        async Task<(HttpResponseMessage Response, JsonNode? Body)> Patch(JsonObject body) => await host.SendAsync("PATCH", $"incidents/{incident}", body, key, also: r => r.Headers.TryAddWithoutValidation("If-Match", "*"));

        Assert.Equal(HttpStatusCode.BadRequest, (await Patch(new JsonObject { ["verdict"] = "benign" })).Response.StatusCode);
        var (judged, told) = await Patch(new JsonObject { ["verdict"] = "benign", ["status"] = "closed", ["reason"] = "our \"own\" test\nowner: mallory" });
        Assert.Equal(HttpStatusCode.OK, judged.StatusCode);
        Assert.Equal("closed", told!["status"]!.GetValue<string>());
        var draft = told["drafted_suppression"]!;
        Assert.Equal("key:", draft["body"]!["owner"]!.GetValue<string>()[..4]);
        Assert.Single(draft["yaml"]!.GetValue<string>().Split('\n'), l => l.StartsWith("owner:", StringComparison.Ordinal));
        var (reopened, again) = await Patch(new JsonObject { ["status"] = "open", ["reason"] = "it came back" });
        Assert.Equal((HttpStatusCode.OK, 2), (reopened.StatusCode, again!["history"]!.AsArray().Count));
    }
}
