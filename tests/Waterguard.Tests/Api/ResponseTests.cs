using System.Net;
using System.Text.Json.Nodes;
using Waterguard.Api.Access;
using Waterguard.Tests.Service;
using Xunit;

namespace Waterguard.Tests.Api;

/// <summary>Playbooks from the API: planned by analysts, done by responders, approved by a second person.</summary>
public sealed class ResponseTests
{
    private const string Notify = "notify:\n  channels:\n    - {name: pager, kind: webhook, url: 'https://pager.example.net/x', secret: env:PATH}\n    - {name: chat, kind: webhook, url: 'https://chat.example.net/x', secret: env:PATH}\n  routes:\n    - {name: all, channels: [chat], escalate_to: [pager]}\n";

    /// <summary>What the audit log calls what responders do.</summary>
    public static string[] Audited { get; } = ["response.acting", "response.approved", "response.kept", "response.planned", "response.undone"];

    [Fact]
    public async Task An_analyst_plans_dry_a_responder_begins_and_a_dry_run_is_never_done()
    {
        await using var host = await ApiHost.StartAsync();
        var incident = await IncidentAsync(host);
        var (analyst, responder) = (await host.SignInAsync(Role.Analyst), await host.SignInAsync(Role.Responder));

        var (planned, dry) = await host.SendAsync("POST", $"incidents/{incident}/responses", new JsonObject(), session: analyst);
        Assert.Equal((HttpStatusCode.Created, true, "analyst-1"), (planned.StatusCode, dry!["dry_run"]!.GetValue<bool>(), dry["requested_by"]!.GetValue<string>()));
        Assert.Equal("nothing here can do 'docker.pause'", Step(dry, "pause")["says"]!.GetValue<string>());
        var (forbidden, _) = await host.SendAsync("POST", $"incidents/{incident}/responses", new JsonObject { ["execute"] = true }, session: analyst);
        Assert.Equal(HttpStatusCode.Forbidden, forbidden.StatusCode);
        var (refused, why) = await host.SendAsync("POST", $"responses/{dry["id"]}/run", new JsonObject(), session: responder);
        Assert.Equal((HttpStatusCode.Conflict, true), (refused.StatusCode, why!["detail"]!.GetValue<string>().Contains("dry run", StringComparison.Ordinal)));

        var (_, list) = await host.SendAsync("GET", $"responses?incident={incident}", session: analyst);
        Assert.Equal(dry["id"]!.GetValue<string>(), Assert.Single(list!["items"]!.AsArray())!["id"]!.GetValue<string>());
        Assert.Contains(host.Store.Audit(long.MaxValue, 50), a => a.Entry is { Action: "response.planned_dry", Actor: "analyst-1" });
    }

    [Fact]
    public async Task Escalating_marks_the_incident_and_tells_the_pager_once_with_what_was_found()
    {
        await using var host = await ApiHost.StartAsync(Notify);
        var incident = await IncidentAsync(host);
        var ann = await host.SignInAsync(Role.Responder, "ann");
        var (_, run) = await host.SendAsync("POST", $"incidents/{incident}/responses", new JsonObject { ["execute"] = true }, session: ann);
        Assert.Equal("mark it as escalated, and tell pager, with what was found so far", Step(run!, "escalate")["says"]!.GetValue<string>());
        // What it needs was not done: it waits.
        (_, run) = await host.SendAsync("POST", $"responses/{run!["id"]}/run", new JsonObject { ["steps"] = new JsonArray("escalate") }, session: ann);
        Assert.Equal("waiting", Step(run!, "escalate")["state"]!.GetValue<string>());
        await AllAsync(host, run!, ann);
        await AllAsync(host, run!, ann);

        var (_, after) = await host.SendAsync("GET", $"responses/{run!["id"]}", session: ann);
        var told = host.Store.NotificationsOf(incident).Where(n => n.Channel == "pager").ToArray();
        Assert.Equal("done", Step(after!, "escalate")["state"]!.GetValue<string>());
        var text = System.Text.Encoding.UTF8.GetString(Assert.Single(told).Json);
        Assert.Contains("assess: ", text, StringComparison.Ordinal);
        Assert.Contains("handover", text, StringComparison.Ordinal);
        var (_, shown) = await host.SendAsync("GET", $"incidents/{incident}", session: ann);
        Assert.Equal(run["id"]!.GetValue<string>(), shown!["escalated"]!["run"]!.GetValue<string>());
    }

    [Fact]
    public async Task On_a_real_engine_a_step_of_high_risk_takes_a_second_person_who_is_signed_in_and_is_undone()
    {
        await using var engine = await RealEngine.StartAsync();
        await using var host = await ApiHost.StartAsync($"response: {{docker: 'unix://{engine.Socket}'}}\n");
        var id = await engine.DockerAsync("run", "-d", "--name", "evasive_container", "--network", "host", "suspicious_image");
        var incident = await IncidentAsync(host, id);
        var (ann, bob) = (await host.SignInAsync(Role.Responder, "ann"), await host.SignInAsync(Role.Responder, "bob"));
        var (_, run) = await host.SendAsync("POST", $"incidents/{incident}/responses", new JsonObject { ["execute"] = true }, session: ann);
        var path = $"responses/{run!["id"]}";
        var (_, actions) = await host.SendAsync("GET", "response-actions", session: ann);
        Assert.Equal(["docker.disconnect", "docker.evidence", "docker.label", "docker.pause", "docker.stop"], actions!["items"]!.AsArray().Where(a => a!["usable"]!.GetValue<bool>() && a["name"]!.GetValue<string>().StartsWith("docker.", StringComparison.Ordinal)).Select(a => a!["name"]!.GetValue<string>()));
        Assert.Contains("from which it cannot be taken", Step(run, "disconnect")["says"]!.GetValue<string>(), StringComparison.Ordinal);

        Assert.Equal(HttpStatusCode.Conflict, (await host.SendAsync("POST", path + "/steps/pause/approve", session: ann)).Response.StatusCode);
        Assert.Equal(HttpStatusCode.Conflict, (await host.SendAsync("POST", path + "/steps/pause/approve", key: host.KeyOf(Role.Admin))).Response.StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await host.SendAsync("POST", path + "/steps/pause/approve", session: bob)).Response.StatusCode);
        await host.SendAsync("POST", path + "/run", new JsonObject { ["steps"] = new JsonArray("assess", "evidence-docker", "pause") }, session: ann);
        JsonNode? now = null;
        await Until.True(async () => Step(now = (await host.SendAsync("GET", path, session: ann)).Body!, "pause")["state"]!.GetValue<string>() is "done" or "failed", "the container is paused", 60);
        Assert.Equal(("done", "bob"), (Step(now!, "pause")["state"]!.GetValue<string>(), Step(now!, "pause")["approvals"]![0]!["by"]!.GetValue<string>()));
        Assert.Equal("paused", await engine.DockerAsync("inspect", "-f", "{{.State.Status}}", id));
        Assert.NotNull(Step(now!, "pause")["undo_at"]);

        var (kept, still) = await host.SendAsync("POST", path + "/steps/pause/keep", session: bob);
        Assert.Equal((HttpStatusCode.OK, null), (kept.StatusCode, Step(still!, "pause")["undo_at"]));
        var (undone, _) = await host.SendAsync("POST", path + "/steps/pause/undo", session: bob);
        Assert.Equal(HttpStatusCode.OK, undone.StatusCode);
        Assert.Equal("running", await engine.DockerAsync("inspect", "-f", "{{.State.Status}}", id));
        var noted = host.Store.Audit(long.MaxValue, 200).Select(a => a.Entry).Where(a => Audited.Contains(a.Action, StringComparer.Ordinal)).ToArray();
        Assert.Equal(Audited, noted.Select(a => a.Action).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));
        Assert.All(noted, a => Assert.Equal(a.Action is "response.planned" or "response.acting" ? "ann" : "bob", a.Actor));
    }

    [Theory]
    [InlineData("container", "another", false)]
    [InlineData("pod", "default/web", true)]
    [InlineData("pod", "default/web@7d0f", true)]
    [InlineData("pod", "default/website", false)]
    [InlineData("pod", "web", false)]
    [InlineData("nothing", "default/web", false)]
    public async Task Whom_the_incident_does_not_name_nobody_can_choose(string kind, string name, bool may)
    {
        await using var host = await ApiHost.StartAsync();
        var incident = await IncidentAsync(host);
        var analyst = await host.SignInAsync(Role.Analyst);
        var (answer, why) = await host.SendAsync("POST", $"incidents/{incident}/responses", new JsonObject { ["choose"] = new JsonObject { [kind] = name } }, session: analyst);
        Assert.Equal(may ? HttpStatusCode.Created : HttpStatusCode.BadRequest, answer.StatusCode);
        if (!may) Assert.Equal($"The incident names no such {kind}.", why!["detail"]!.GetValue<string>());
    }

    private static async Task AllAsync(ApiHost host, JsonNode run, (string, string) who) => await host.SendAsync("POST", $"responses/{run["id"]}/run", new JsonObject(), session: who);

    private static async Task<string> IncidentAsync(ApiHost host, string? container = null)
    {
        host.AddAlert("a1", container: container);
        var (_, list) = await host.SendAsync("GET", "incidents", key: host.KeyOf(Role.Viewer));
        return list!["items"]![0]!["id"]!.GetValue<string>();
    }

    private static JsonNode Step(JsonNode run, string id) => run["steps"]!.AsArray().Single(s => s!["id"]!.GetValue<string>() == id)!;
}
