using System.Net;
using System.Text.Json.Nodes;
using Waterguard.Api.Access;
using Xunit;

namespace Waterguard.Tests.Api;

/// <summary>Suppressions that people make: seen before, refused where they would hide what is proven, and kept as content.</summary>
public sealed class SuppressionTests
{
    [Fact]
    public async Task One_that_hides_a_scenarios_true_positive_is_refused_unless_it_is_forced()
    {
        await using var host = await ApiHost.StartAsync();
        var key = host.KeyOf(Role.Analyst);
        // All day, every day: a window that covers whatever its rule finds.
        var (rule, _) = AnyProven(host);
        var body = new JsonObject
        {
            ["id"] = "hides-all", ["strategy"] = host.Server.Parts.Generation.StrategyOf(rule), ["reason"] = "r", ["owner"] = "o", ["expires"] = "2099-01-01", ["applies_to"] = new JsonArray(rule),
            ["during"] = new JsonObject { ["cron"] = "0 0 * * *", ["duration"] = "1d" },
        };
        var (refused, problem) = await host.SendAsync("POST", "suppressions", body, key);
        Assert.Equal(HttpStatusCode.Conflict, refused.StatusCode);
        Assert.NotEmpty(problem!["scenarios"]!.AsArray());
        Assert.Empty(host.Store.List("suppression", null, 10));

        body["force"] = true;
        var (made, shown) = await host.SendAsync("POST", "suppressions", body, key);
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        Assert.NotEmpty(shown!["hides_when_made"]!["scenarios"]!.AsArray());
        var file = Path.Combine(host.Data, "content", "strategies", body["strategy"]!.GetValue<string>(), "suppressions", "own-hides-all.yml");
        Assert.Contains("hides-all", await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NoContent, (await host.SendAsync("DELETE", "suppressions/hides-all", key: key, also: r => r.Headers.TryAddWithoutValidation("If-Match", "*"))).Response.StatusCode);
        Assert.False(File.Exists(file));
    }

    [Fact]
    public async Task One_that_a_response_has_applied_is_shown_as_such_and_removed_with_an_entry_in_the_audit_log()
    {
        await using var host = await ApiHost.StartAsync();
        var key = host.KeyOf(Role.Analyst);
        var (rule, _) = AnyProven(host);
        var strategy = host.Server.Parts.Generation.StrategyOf(rule);
        var folder = Path.Combine(host.Data, "content");
        var file = Path.Combine(folder, "strategies", strategy!, "suppressions", "posture-0a1b2c3d.yml");
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        await File.WriteAllTextAsync(file, $"id: posture-0a1b2c3d\nreason: r\nowner: o\nexpires: '2099-01-01'\napplies_to: [{rule}]\nwhen: {{user.name: cruise}}\n", TestContext.Current.CancellationToken);
        var before = host.Server.Parts.Generation;
        host.Server.Parts.Become(Waterguard.Pipeline.GenerationLoader.Load(Waterguard.Pipeline.ContentOptions.Default with { Content = [folder], Examples = false }));
        Assert.True((await host.SendAsync("GET", "suppressions/posture-0a1b2c3d", key: key)).Body!["applied"]!.GetValue<bool>());

        async Task<HttpStatusCode> Remove(string id, Role role) => (await host.SendAsync("DELETE", "suppressions/" + id, key: host.KeyOf(role), also: r => r.Headers.TryAddWithoutValidation("If-Match", "*"))).Response.StatusCode;
        Assert.Equal(HttpStatusCode.Forbidden, await Remove("posture-0a1b2c3d", Role.Viewer));
        Assert.Equal(HttpStatusCode.NotFound, await Remove(before.Suppressions[0].Id, Role.Analyst)); // a part of the content
        Assert.True(File.Exists(file));
        Assert.Equal(HttpStatusCode.NoContent, await Remove("posture-0a1b2c3d", Role.Analyst));
        Assert.False(File.Exists(file));
        Assert.Equal(HttpStatusCode.NotFound, await Remove("posture-0a1b2c3d", Role.Analyst));
        Assert.Single(host.Store.Audit(long.MaxValue, 100), a => a is { Entry: { Action: "suppression.removed", Subject: "posture-0a1b2c3d" } });
    }

    [Fact]
    public async Task A_preview_names_the_stored_alerts_that_it_would_hide_and_changes_nothing()
    {
        await using var host = await ApiHost.StartAsync();
        var rule = host.Server.Parts.Generation.Rules.Rules.First(r => host.Server.Parts.Generation.StrategyOf(r.Header.Id) is not null).Header.Id;
        host.AddAlert("a1", pod: "default/hidden", rule: rule);
        host.AddAlert("a2", pod: "default/other", rule: rule);
        var body = new JsonObject
        {
            ["id"] = "one", ["strategy"] = host.Server.Parts.Generation.StrategyOf(rule), ["reason"] = "r", ["owner"] = "o", ["expires"] = "2099-01-01", ["applies_to"] = new JsonArray(rule), ["when"] = new JsonObject { ["entity.pod"] = "default/hidden" },
        };
        var (response, preview) = await host.SendAsync("POST", "suppressions/preview", body, host.KeyOf(Role.Analyst));

        Assert.True(response.StatusCode == HttpStatusCode.OK, preview?.ToJsonString());
        Assert.Equal("a1", preview!["alerts"]!.AsArray().Single()!["id"]!.GetValue<string>());
        Assert.Equal((1, 2), (preview["count"]!.GetValue<int>(), preview["looked_at"]!.GetValue<int>()));
        Assert.Empty(host.Store.List("suppression", null, 10));
    }

    [Fact]
    public async Task A_silence_marks_what_it_matches_as_long_as_it_lasts()
    {
        await using var host = await ApiHost.StartAsync();
        host.AddAlert("a1", pod: "default/loud");
        host.AddAlert("a2", pod: "default/other");
        var key = host.KeyOf(Role.Analyst);
        var (made, silence) = await host.SendAsync("POST", "silences", JsonNode.Parse("""{"matchers":[{"field":"entity.pod","value":"default/loud"}],"until":"2026-11-22T13:00:00Z","reason":"load test"}"""), key);
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        async Task<string[]> Marked() => [.. (await host.SendAsync("GET", "alerts", key: key)).Body!["items"]!.AsArray().Where(a => a!["silenced_by"] is not null).Select(a => a!["id"]!.GetValue<string>())];

        Assert.Equal(["a1"], await Marked());
        host.Time.Advance(TimeSpan.FromHours(2));
        Assert.Empty(await Marked());
        Assert.Equal("load test", silence!["reason"]!.GetValue<string>());
        Assert.Equal(HttpStatusCode.BadRequest, (await host.SendAsync("POST", "silences", JsonNode.Parse("""{"matchers":[],"until":"2026-11-23","reason":"r"}"""), key)).Response.StatusCode);
    }

    private static (string Rule, string Scenario) AnyProven(ApiHost host)
    {
        var headers = host.Server.Parts.Generation.Rules.Rules.Select(r => r.Header).Where(h => host.Server.Parts.Generation.StrategyOf(h.Id) is not null);
        var rules = headers.SelectMany(h => new[] { h.Id, h.Title, h.Name }.OfType<string>().Select(n => (Name: n, h.Id))).DistinctBy(n => n.Name, StringComparer.Ordinal).ToDictionary(n => n.Name, n => n.Id, StringComparer.Ordinal);
        using var board = new Waterguard.Api.Live.ValidationBoard(host.Server.Parts);
        return board.Loaded.Catalog.Scenarios.Where(s => !s.Scenario.IsLive).SelectMany(s => s.Scenario.Expect.Select(e => (e.Rule, s.Scenario.Id))).Where(e => rules.ContainsKey(e.Rule)).Select(e => (rules[e.Rule], e.Id)).First();
    }
}
