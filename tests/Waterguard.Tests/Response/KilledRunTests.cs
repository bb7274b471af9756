using System.Diagnostics;
using System.Text.Json;
using Waterguard.Responding;
using Waterguard.Response.Playbooks;
using Waterguard.Storage.Sqlite;
using Waterguard.Tests.CommandLine;
using Waterguard.Tests.Service;
using Xunit;

namespace Waterguard.Tests.Response;

/// <summary>Each step on a real engine, and each undo, ended by force in its middle: at its first change of the engine, and at a request by the seed. The engine's own events say how often a thing was done.</summary>
[Collection(nameof(WholeKernel))]
public sealed class KilledRunTests
{
    private const int MostRequests = 6;
    private static readonly bool s_isLong = Environment.GetEnvironmentVariable("WATERGUARD_LONG") is not null;

    // In an order in which each finds what it needs: what is stopped cannot be paused.
    private static readonly (string Step, string Verb, StepState End, (string Action, int Times)[] Events)[] s_phases =
    [
        ("evidence-docker", "run", StepState.Done, []), ("disconnect", "run", StepState.Done, [("disconnect", 2)]), ("pause", "run", StepState.Done, [("pause", 1)]), ("pause", "undo", StepState.Undone, [("unpause", 1)]),
        ("disconnect", "undo", StepState.Undone, [("connect", 2)]), ("stop", "run", StepState.Done, [("stop", 1)]), ("stop", "undo", StepState.Undone, [("start", 1)]),
    ];

    [Fact]
    public async Task Killed_in_the_middle_of_any_step_or_undo_a_run_goes_on_and_nothing_is_done_twice()
    {
        await using var engine = await RealEngine.StartAsync(hasOwnNetwork: true);
        using var folder = Repository.Folder();
        var data = Path.Combine(folder.Path, "data");
        using var gate = new EngineGate(engine.Socket, Path.Combine(folder.Path, "gate.sock"));
        foreach (var (network, subnet) in new[] { ("quay", "10.77.0.0/24"), ("wharf", "10.78.0.0/24") }) Assert.DoesNotContain("failed", await engine.DockerAsync("network", "create", "--subnet", subnet, network), StringComparison.Ordinal);
        var tells = await TellsAsync(engine);
        var random = new Random(23);
        for (var round = 0; round < (s_isLong ? 10 : 1); round++)
        {
            // It does not heed the signal that asks it to end: to stop it takes the whole grace.
            var id = await engine.DockerAsync("run", "-d", "--network", "quay", "suspicious_image");
            await engine.DockerAsync("network", "connect", "wharf", id);
            var since = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
            await engine.DockerAsync("version"); // what was before is before
            var run = Planned(engine, data, id);
            foreach (var (step, verb, end, events) in s_phases)
            {
                var before = await CountsAsync(engine, since, id);
                var kills = 0;
                for (var kill = 0; kill < (s_isLong ? 4 : 2) && Found(data, run).Find(step)!.State != end; kill++)
                    kills += Killed(gate, data, random, isAtAct: kill == 0 && events.Length > 0, Of(verb, run, step)) ? 1 : 0;
                Assert.True(kills > 0, $"nothing was killed while {verb} of {step}");
                Assert.Equal(0, Tool.Run(["respond", "tick", .. Where(gate, data)]).Code);
                if (Found(data, run).Find(step)!.State != end) Assert.Equal(0, Tool.Run([.. Of(verb, run, step), .. Where(gate, data)]).Code);

                var now = Found(data, run).Find(step)!;
                Assert.True(now.State == end, $"round {round}: {step} is {now.State} after {verb}: {now.Says}");
                var after = await CountsAsync(engine, since, id);
                foreach (var (action, times) in events) Assert.True(after.GetValueOrDefault(action) - before.GetValueOrDefault(action) == times * tells.GetValueOrDefault(action, 1), $"round {round}: {verb} of {step}: {action} {after.GetValueOrDefault(action) - before.GetValueOrDefault(action)} events");
                Assert.Equal(Expected(step, verb), await engine.DockerAsync("inspect", "-f", "{{.State.Status}} {{len .NetworkSettings.Networks}}", id));
            }

            AssertStory(data, run);
            Assert.Equal(0, Tool.Run("evidence", "verify", Assert.Single(Directory.GetFiles(Path.Combine(data, "evidence"), run + "*"))).Code);
            await engine.DockerAsync("rm", "-f", id);
        }
    }

    // What the engine shows afterwards: its state, and on how many networks it is.
    private static string Expected(string step, string verb) => (step, verb) switch
    {
        ("disconnect", "run") or ("pause", "undo") => "running 0", ("pause", "run") => "paused 0", ("stop", "run") => "exited 2", _ => "running 2",
    };

    private static string[] Of(string verb, string run, string step) => step == "evidence-docker" ? ["respond", verb, run, "assess", step] : ["respond", verb, run, step];

    private static string[] Where(EngineGate gate, string data) => ["--docker", "unix://" + gate.Path, "--data", data, "--as", "ann", "--most-per-hour", "1000"];

    private static bool Killed(EngineGate gate, string data, Random random, bool isAtAct, string[] arguments)
    {
        using var process = new Process { StartInfo = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", [Path.Combine(AppContext.BaseDirectory, "waterguard.dll"), .. arguments, .. Where(gate, data)]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true } };
        var moment = (KillMoment)random.Next(3);
        gate.Set(isAtAct ? 1 : random.Next(1, MostRequests + 1), isAtAct ? "POST" : "", moment, process.Kill);
        process.Start();
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        Assert.True(process.WaitForExit(TimeSpan.FromMinutes(1)), string.Join(' ', arguments));
        var killed = gate.HasKilled;
        gate.Set(0, "", moment, () => { });
        return killed;
    }

    private static string Planned(RealEngine engine, string data, string id)
    {
        var alert = $$$"""{"id":"a1","strategy":"container-runtime-evasion","entities":{"container":["{{{id}}}"]}}""";
        using var folder = Repository.Folder();
        var planned = Tool.Run("respond", "plan", folder.Write("alert.json", alert + "\n"), "--execute", "--as", "ann", "--docker", "unix://" + engine.Socket, "--data", data);
        Assert.True(planned.Code == 0, planned.Error);
        var run = planned.Output.Split(':')[0];
        using var store = SqliteStore.Open(data);
        var approving = new ResponseEngine([], new DocumentRunJournal(store), new ResponseLimits([]), TimeProvider.System);
        foreach (var step in new[] { "disconnect", "pause", "stop" }) approving.Approve(run, step, "bob");
        return run;
    }

    private static ResponseRun Found(string data, string run)
    {
        using var store = SqliteStore.Open(data);
        return new DocumentRunJournal(store).Find(run)!;
    }

    private static async Task<Dictionary<string, int>> CountsAsync(RealEngine engine, long since, string id)
    {
        var events = await engine.DockerAsync("events", "--since", $"{since}", "--until", $"{DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 1}", "--format", "{{json .}}");
        return events.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(e => e.Contains(id, StringComparison.Ordinal)).Select(e => JsonDocument.Parse(e).RootElement.GetProperty("Action").GetString()!).GroupBy(a => a, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Count(), StringComparer.Ordinal);
    }

    // Some engines tell of one disconnection twice: how often this one does is seen on a container that nobody else touches.
    private static async Task<Dictionary<string, int>> TellsAsync(RealEngine engine)
    {
        var since = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        var id = await engine.DockerAsync("run", "-d", "--network", "quay", "suspicious_image");
        var before = await CountsAsync(engine, since, id);
        await engine.DockerAsync("network", "connect", "wharf", id);
        await engine.DockerAsync("network", "disconnect", "-f", "wharf", id);
        var after = await CountsAsync(engine, since, id);
        await engine.DockerAsync("rm", "-f", id);
        return after.Where(a => a.Key is "connect" or "disconnect").ToDictionary(a => a.Key, a => a.Value - before.GetValueOrDefault(a.Key), StringComparer.Ordinal);
    }

    // Each step of the run was begun once and ended once, and put back likewise, in this order.
    private static void AssertStory(string data, string run)
    {
        using var store = SqliteStore.Open(data);
        var entries = store.Audit(long.MaxValue, 1000).Select(a => a.Entry).Where(e => e.Subject == run).Reverse().Select(e => (e.Action, Step: JsonDocument.Parse(e.Detail).RootElement.GetProperty("step").GetString())).ToArray();
        string[] done = ["response.acting", "response.done"], undone = [.. done, "response.undoing", "response.undone"];
        foreach (var step in new[] { "evidence-docker", "disconnect", "pause", "stop" })
            Assert.Equal(step == "evidence-docker" ? done : undone, entries.Where(e => e.Step == step && e.Action != "response.approved").Select(e => e.Action));
        Assert.Null(store.CheckAudit().BrokenAt);
    }
}
