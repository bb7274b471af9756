using System.Net;
using System.Text.Json.Nodes;
using Waterguard.Api.Access;
using Waterguard.Notify;
using Waterguard.Storage;
using Xunit;

namespace Waterguard.Tests.Notify;

/// <summary>From an incident to who is told of it, with the reasons.</summary>
public sealed class NotifierTests
{
    private const string Route = "  routes:\n    - {channels: hook, level: high, group_wait: 30s, group_interval: 5m, repeat_interval: 4h, escalate_to: pager}\n";

    [Fact]
    public async Task Alerts_of_one_incident_are_one_word_after_the_wait_and_another_one_after_the_interval()
    {
        await using var host = await NotifyHost.StartAsync(Route);
        host.Api.AddAlert("a1");
        host.Api.AddAlert("a2");
        await host.StepAsync();
        Assert.Empty(host.Receiver.Requests);
        await host.PassAsync(TimeSpan.FromSeconds(31));
        var first = JsonNode.Parse(Assert.Single(host.Receiver.Requests).Body)!;
        Assert.Equal(("new", 2, host.Incident()), (first["kind"]!.GetValue<string>(), first["incident"]!["count"]!.GetValue<int>(), first["incident"]!["id"]!.GetValue<string>()));
        Assert.Equal($"https://waterguard.example.org/incidents/{host.Incident()}", first["link"]!.GetValue<string>());

        host.Api.AddAlert("a3");
        await host.PassAsync(TimeSpan.FromMinutes(1));
        Assert.Single(host.Receiver.Requests);
        await host.PassAsync(TimeSpan.FromMinutes(5));
        Assert.Equal(["new", "update"], host.Receiver.Requests.Select(r => JsonNode.Parse(r.Body)!["kind"]!.GetValue<string>()));
        Assert.Equal(2, host.Receiver.Requests.Select(r => r.Headers["Idempotency-Key"]).Distinct(StringComparer.Ordinal).Count());
        await host.PassAsync(TimeSpan.FromHours(1));
        Assert.Equal(2, host.Receiver.Requests.Count);
    }

    [Fact]
    public async Task What_nobody_acknowledges_is_told_again_and_what_somebody_does_is_not()
    {
        await using var host = await NotifyHost.StartAsync(Route);
        host.Api.AddAlert("a1");
        await host.StepAsync();
        await host.PassAsync(TimeSpan.FromMinutes(1));
        await host.PassAsync(TimeSpan.FromHours(4));
        Assert.Equal(["new", "repeat"], host.Receiver.Requests.Select(r => JsonNode.Parse(r.Body)!["kind"]!.GetValue<string>()));
        await host.ChangeAsync("""{"acknowledge": true}""");
        await host.StepAsync();
        await host.PassAsync(TimeSpan.FromHours(5));
        Assert.Equal(2, host.Receiver.Requests.Count);
        Assert.Contains(await host.SaidAsync(), n => n["kind"]!.GetValue<string>() == "repeat" && n["state"]!.GetValue<string>() == "withheld" && n["why"]!.GetValue<string>() == "it is acknowledged");
    }

    [Fact]
    public async Task An_escalated_incident_goes_to_the_next_channel_once()
    {
        await using var host = await NotifyHost.StartAsync(Route);
        host.Api.AddAlert("a1");
        await host.StepAsync();
        await host.PassAsync(TimeSpan.FromMinutes(1));
        var shelf = new Waterguard.Api.Live.DocumentShelf(host.Api.Store, host.Time);
        new Waterguard.Api.Live.IncidentWork(host.Api.Server.Parts, shelf).Escalate(host.Incident(), "high", TimeSpan.FromHours(1));
        await host.StepAsync();
        await host.PassAsync(TimeSpan.FromMinutes(10));
        var paged = JsonNode.Parse(Assert.Single(host.Receiver.Requests, r => r.Path == "/pager").Body)!;
        Assert.Equal(("trigger", "error", host.Incident()), (paged["event_action"]!.GetValue<string>(), paged["payload"]!["severity"]!.GetValue<string>(), paged["dedup_key"]!.GetValue<string>()));
        Assert.Contains("nobody has acknowledged: A pod was made", paged["payload"]!["summary"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_fits_no_route_says_why()
    {
        await using var host = await NotifyHost.StartAsync("  routes:\n    - {name: prod, channels: hook, level: high, entity: 'cluster:prod'}\n    - {name: worst, channels: hook, level: critical}\n");
        host.Api.AddAlert("a1");
        await host.StepAsync();
        await host.PassAsync(TimeSpan.FromMinutes(1));
        Assert.Empty(host.Receiver.Requests);
        var said = Assert.Single(await host.SaidAsync());
        Assert.Equal("no route fits it: prod: it names none of its entities; worst: its level is lower", said["why"]!.GetValue<string>());
        Assert.Null(said["channel"]);
    }

    [Fact]
    public async Task What_is_not_taken_is_tried_again_ever_later_and_then_given_up_until_somebody_sends_it_again()
    {
        await using var host = await NotifyHost.StartAsync(Route);
        for (var i = 0; i < ChannelLane.MostAttempts; i++) host.Receiver.Answers.Enqueue((503, "", ""));
        host.Api.AddAlert("a1");
        await host.StepAsync();
        var asked = new List<TimeSpan>();
        for (var i = 0; i < 40 && (await host.SaidAsync())[0]["state"]!.GetValue<string>() == "waiting"; i++)
        {
            var due = (await host.SaidAsync())[0]["due"]!.GetValue<DateTimeOffset>();
            asked.Add(due - host.Time.GetUtcNow());
            await host.PassAsync(due - host.Time.GetUtcNow());
        }

        Assert.Equal(ChannelLane.MostAttempts, host.Receiver.Requests.Count);
        Assert.Single(host.Receiver.Requests.Select(r => r.Headers["Idempotency-Key"]).Distinct(StringComparer.Ordinal));
        Assert.InRange(asked[1], TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(5));
        Assert.InRange(asked[^1], TimeSpan.FromMinutes(30), TimeSpan.FromHours(1));
        var (_, dead) = await host.Api.SendAsync("GET", "notifications?state=dead", key: host.Api.KeyOf(Role.Viewer));
        var given = Assert.Single(dead!["items"]!.AsArray())!;
        Assert.Contains("given up after 20 attempts: it answered 503", given["why"]!.GetValue<string>(), StringComparison.Ordinal);
        var (sent, _) = await host.Api.SendAsync("POST", $"notifications/{given["id"]}/resend", new JsonObject(), host.Api.KeyOf(Role.Responder));
        Assert.Equal(HttpStatusCode.OK, sent.StatusCode);
        await host.StepAsync();
        Assert.Equal("sent", (await host.SaidAsync())[0]["state"]!.GetValue<string>());
        Assert.Equal(HttpStatusCode.Conflict, (await host.Api.SendAsync("POST", $"notifications/{given["id"]}/resend", new JsonObject(), host.Api.KeyOf(Role.Responder))).Response.StatusCode);
    }

    [Fact]
    public async Task A_refusal_is_not_tried_again_and_a_wait_that_is_asked_for_is_kept()
    {
        await using var host = await NotifyHost.StartAsync(Route);
        host.Receiver.Answers.Enqueue((429, "Retry-After", "600"));
        host.Receiver.Answers.Enqueue((410, "", ""));
        host.Api.AddAlert("a1");
        await host.StepAsync();
        await host.PassAsync(TimeSpan.FromSeconds(31));
        Assert.Equal(TimeSpan.FromMinutes(10), (await host.SaidAsync())[0]["due"]!.GetValue<DateTimeOffset>() - host.Time.GetUtcNow());
        await host.PassAsync(TimeSpan.FromMinutes(10));
        Assert.Equal("dead", (await host.SaidAsync())[0]["state"]!.GetValue<string>());
        Assert.Equal(2, host.Receiver.Requests.Count);
    }

    [Fact]
    public async Task More_than_the_channel_may_send_waits_and_is_counted()
    {
        await using var host = await NotifyHost.StartAsync(Route, hook: ", rate: 2");
        foreach (var pod in new[] { "a/1", "a/2", "a/3" }) host.Api.AddAlert("of " + pod, pod: pod);
        await host.StepAsync();
        await host.PassAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(2, host.Receiver.Requests.Count);
        var (_, channels) = await host.Api.SendAsync("GET", "channels", key: host.Api.KeyOf(Role.Viewer));
        Assert.Equal((2, 1), (channels!["items"]![0]!["sent"]!.GetValue<int>(), channels["items"]![0]!["capped"]!.GetValue<int>()));
        await host.PassAsync(TimeSpan.FromHours(1));
        Assert.Equal(3, host.Receiver.Requests.Count);
    }

    [Fact]
    public async Task A_silenced_incident_waits_and_says_so_and_is_told_when_the_silence_is_over()
    {
        await using var host = await NotifyHost.StartAsync(Route);
        var (_, silence) = await host.Api.SendAsync("POST", "silences", JsonNode.Parse("""{"matchers":[{"field":"entity.pod","value":"default/web"}],"until":"2026-11-22T14:00:00Z","reason":"r"}"""), host.Api.KeyOf(Role.Analyst));
        host.Api.AddAlert("a1");
        await host.StepAsync();
        await host.PassAsync(TimeSpan.FromMinutes(1));
        Assert.Empty(host.Receiver.Requests);
        Assert.Equal("silenced by " + silence!["id"]!.GetValue<string>(), (await host.SaidAsync())[0]["why"]!.GetValue<string>());
        await host.PassAsync(TimeSpan.FromHours(2));
        Assert.Single(host.Receiver.Requests);
    }

    [Fact]
    public async Task While_something_worse_shares_an_entity_the_lesser_is_not_told_and_says_so()
    {
        await using var host = await NotifyHost.StartAsync("  routes:\n    - {channels: hook, level: medium, group_wait: 1s}\n  inhibit:\n    - {source_level: critical, target_level: medium, equal: pod}\n");
        host.Api.AddAlert("worse", level: "critical", time: host.Time.GetUtcNow().AddDays(-3));
        host.Api.AddAlert("lesser", level: "medium");
        host.Api.AddAlert("other", pod: "default/other", level: "medium");
        await host.StepAsync();
        await host.PassAsync(TimeSpan.FromSeconds(2));
        var incidents = host.Api.Store.Find(new IncidentQuery());
        Assert.Equal(3, incidents.Count);
        Assert.Equal(2, host.Receiver.Requests.Count);
        var (lesser, worse) = (incidents.Single(i => i.Level == 2 && host.Api.Store.AlertsOf(i.Id, 1)[0].Id == "lesser").Id, incidents.Single(i => i.Level == 4).Id);
        Assert.StartsWith($"inhibited by incident {worse}", Notification.Read(host.Api.Store.NotificationsOf(lesser).Single()).Said.Why, StringComparison.Ordinal);
        var shelf = new Waterguard.Api.Live.DocumentShelf(host.Api.Store, host.Time);
        new Waterguard.Api.Live.IncidentWork(host.Api.Server.Parts, shelf).Change(worse, new JsonObject { ["status"] = "closed", ["reason"] = "done" }, null, Caller.Service);
        await host.PassAsync(TimeSpan.FromMinutes(2));
        Assert.Contains(host.Receiver.Requests, r => JsonNode.Parse(r.Body)!["incident"]!["id"]!.GetValue<string>() == lesser);
    }

    [Fact]
    public async Task An_attempt_that_was_cut_off_is_made_again_under_the_same_id()
    {
        await using var host = await NotifyHost.StartAsync(Route);
        host.Receiver.Answers.Enqueue((0, "", ""));
        host.Api.AddAlert("a1");
        await host.StepAsync();
        host.Time.Advance(TimeSpan.FromMinutes(1));
        using (var cut = new CancellationTokenSource())
        {
            await host.Api.Server.Notifier.StepAsync(cut.Token);
            await Until.True(() => host.Receiver.Requests.Count == 1, "the first attempt is there");
            await cut.CancelAsync();
            await host.Api.Server.Notifier.SettleAsync();
        }

        using var next = host.Api.Server.Parts.NotifierFor((_, _) => null);
        await next.StepAsync(CancellationToken.None);
        await next.SettleAsync();
        Assert.Equal(2, host.Receiver.Requests.Count);
        Assert.Single(host.Receiver.Requests.Select(r => r.Headers["Idempotency-Key"]).Distinct(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_redirect_is_not_followed()
    {
        await using var host = await NotifyHost.StartAsync(Route);
        host.Receiver.Answers.Enqueue((302, "Location", host.Receiver.Address + "elsewhere"));
        host.Api.AddAlert("a1");
        await host.StepAsync();
        await host.PassAsync(TimeSpan.FromMinutes(1));
        Assert.Equal("/hook", Assert.Single(host.Receiver.Requests).Path);
        Assert.Contains("redirects are not followed", (await host.SaidAsync())[0]["why"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_channel_of_this_machine_that_is_not_listed_is_refused_and_counted()
    {
        await using var host = await NotifyHost.StartAsync(Route, allow: "hooks.example.org");
        host.Api.AddAlert("a1");
        await host.StepAsync();
        await host.PassAsync(TimeSpan.FromMinutes(1));
        Assert.Empty(host.Receiver.Requests);
        Assert.Equal("dead", (await host.SaidAsync())[0]["state"]!.GetValue<string>());
    }
}
