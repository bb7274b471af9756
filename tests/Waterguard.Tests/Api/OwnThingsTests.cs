using System.Net;
using System.Text.Json.Nodes;
using Waterguard.Api.Access;
using Waterguard.Api.Live;
using Waterguard.Sources.Transports;
using Xunit;

namespace Waterguard.Tests.Api;

/// <summary>One's own sessions, silences that are changed, what lists tell of incidents, and inputs that are heard of as they become silent.</summary>
public sealed class OwnThingsTests
{
    [Fact]
    public async Task A_session_that_was_left_somewhere_is_ended_from_another_one()
    {
        await using var host = await ApiHost.StartAsync();
        var (left, here) = (await host.SignInAsync(Role.Viewer), await host.SignInAsync(Role.Viewer));
        var other = await host.SignInAsync(Role.Analyst);
        var (_, mine) = await host.SendAsync("GET", "me/sessions", session: here);
        Assert.Equal(2, mine!["items"]!.AsArray().Count);
        var away = mine["items"]!.AsArray().Single(s => !s!["current"]!.GetValue<bool>())!["id"]!.GetValue<string>();

        Assert.Equal(HttpStatusCode.NotFound, (await host.SendAsync("DELETE", $"me/sessions/{away}", session: other)).Response.StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await host.SendAsync("DELETE", $"me/sessions/{away}", session: here)).Response.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await host.SendAsync("GET", "me", session: left)).Response.StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await host.SendAsync("GET", "me", session: here)).Response.StatusCode);
        Assert.Contains(host.Store.Audit(long.MaxValue, 10), a => a.Entry is { Action: "session.closed", Actor: "viewer-1" });
        Assert.Empty((await host.SendAsync("GET", "me/sessions", key: host.KeyOf(Role.Viewer))).Body!["items"]!.AsArray());
        host.Time.Advance(Sessions.Idle);
        Assert.Empty(host.Server.Access.Sessions.Of(host.Server.Access.Accounts.Find("viewer-1")!));
    }

    [Fact]
    public async Task A_silence_is_made_another_by_who_has_seen_it_and_matches_what_it_says_now()
    {
        await using var host = await ApiHost.StartAsync();
        host.AddAlert("a1", pod: "default/web");
        var key = host.KeyOf(Role.Analyst);
        static JsonObject Body(string pod, string until = "2026-11-23T00:00:00Z") => new() { ["matchers"] = new JsonArray(new JsonObject { ["field"] = "entity.pod", ["value"] = pod }), ["until"] = until, ["reason"] = "r" };
        var (made, silence) = await host.SendAsync("POST", "silences", Body("default/other"), key);
        var path = "silences/" + silence!["id"]!.GetValue<string>();
        async Task<HttpResponseMessage> Put(JsonObject body, string? match) => (await host.SendAsync("PUT", path, body, key, also: r => r.Headers.TryAddWithoutValidation("If-Match", match))).Response;
        async Task<string?> SilencedBy() => (await host.SendAsync("GET", "alerts", key: key)).Body!["items"]![0]!["silenced_by"]?.GetValue<string>();

        Assert.Null(await SilencedBy());
        Assert.Equal(428, (int)(await Put(Body("default/web"), null)).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await Put(Body("default/web", "2020-01-01T00:00:00Z"), "*")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await Put(Body("default/web"), made.Headers.ETag!.Tag)).StatusCode);
        Assert.Equal(silence["id"]!.GetValue<string>(), await SilencedBy());
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await Put(Body("default/other"), made.Headers.ETag!.Tag)).StatusCode);
        var (_, now) = await host.SendAsync("GET", path, key: key);
        Assert.Equal(silence["made_by"]!.GetValue<string>(), now!["made_by"]!.GetValue<string>());
        Assert.NotNull(now["changed_by"]);
        path = "silences/nobody";
        Assert.Equal(HttpStatusCode.NotFound, (await Put(Body("default/web"), "*")).StatusCode);
    }

    [Fact]
    public async Task Lists_of_incidents_tell_whose_they_are_and_whom_they_are_about_and_find_by_it()
    {
        await using var host = await ApiHost.StartAsync();
        host.AddAlert("a1", pod: "default/one");
        host.AddAlert("a2", pod: "default/two");
        var key = host.KeyOf(Role.Viewer);
        var (_, found) = await host.SendAsync("GET", "incidents?entity=pod:default/two&strategy=container-runtime-evasion", key: key);
        var one = Assert.Single(found!["items"]!.AsArray())!;
        Assert.Equal(("container-runtime-evasion", "default/two", false), (one["strategies"]![0]!.GetValue<string>(), one["entities"]!["pod"]![0]!.GetValue<string>(), one["more_entities"]!.GetValue<bool>()));
        Assert.Empty((await host.SendAsync("GET", "incidents?strategy=cloud-container-evasion", key: key)).Body!["items"]!.AsArray());
    }

    [Fact]
    public void An_input_is_told_of_when_it_becomes_silent_when_it_delivers_again_and_when_it_fails_otherwise()
    {
        var (time, hub, input) = (new FakeTime(), new EventHub(), new Still(new FakeTime()));
        var watch = new InputWatch([input], hub, time);
        var listener = hub.Listen("t", null)!;
        string[] Told()
        {
            watch.Look();
            var told = new List<string>();
            while (listener.Waiting.Reader.TryRead(out var one)) told.Add($"{one.Kind} {JsonNode.Parse(one.Json)!["state"]} {JsonNode.Parse(one.Json)!["error"]}".Trim());
            return [.. told];
        }

        Assert.Empty(Told());
        input.Progress.Read();
        Assert.Equal(["source delivers"], Told());
        time.Advance(TimeSpan.FromMinutes(9));
        Assert.Empty(Told());
        time.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(["source silent"], Told());
        Assert.Empty(Told());
        input.Progress.Failed("gone");
        Assert.Equal(["source silent gone"], Told());
        input.Progress.Read();
        Assert.Equal(["source delivers gone"], Told());
    }

    private sealed class Still(TimeProvider time) : ITransport
    {
        public string Name => "still";

        public TransportProgress Progress { get; } = new(time);

        public Task RunAsync(IInputSink sink, CancellationToken stop) => Task.CompletedTask;

        public Task<IReadOnlyList<InputFinding>> CheckAsync(InputProbe probe, CancellationToken cancel) => Task.FromResult<IReadOnlyList<InputFinding>>([]);
    }
}
