using System.Text.Json;
using Waterguard.Emulation;
using Waterguard.Emulation.Scenarios;
using Waterguard.Response.Actions;

namespace Waterguard.Validation.Live;

/// <summary>One scenario on the real engine: done, found or not, responded to, put back.</summary>
/// <param name="named">The ids of the rules that an expectation names.</param>
/// <param name="respond">Plays the playbook on an alert and a container, with what is asked while it is isolated.</param>
internal sealed class LiveScenario(
    Scenario scenario, LivePlace place, LiveTools tools, LiveService service, LiveSensor sensor, LiveAudit audit, Func<Expectation, IReadOnlySet<string>> named, Func<string, string, Func<string, Task<string?>>, Task<LiveResponse>> respond, TimeProvider time)
{
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan s_between = TimeSpan.FromSeconds(1);
    private readonly LiveOutside _outside = new(scenario.Id, tools);
    private readonly List<string> _made = [];
    private readonly List<string> _problems = [];
    private DateTimeOffset _acted;

    public async Task<IReadOnlyList<ScenarioResult>> RunAsync(CancellationToken cancel)
    {
        var found = new Dictionary<Expectation, Found?>();
        var (ran, response) = (false, LiveResponse.None);
        try
        {
            if (await MissingAsync(cancel) is { } missing) return NotRun(missing);
            place.Open();
            ran = await DetonateAsync(cancel);
            if (!ran && !IsForbidden()) ran = true; // that a step went wrong is no matter of the machine
            foreach (var expected in ran ? scenario.Expect : []) found[expected] = await FindAsync(expected, cancel);
            if (found.Values.FirstOrDefault(f => f?.Alert is not null) is { } first && await ContainerAsync(cancel) is { } container) response = await respond(first.Alert!, container, action => StillReachesAsync(action, container, cancel));
            _problems.AddRange(response.Problems);
        }
        catch (Exception e) when (e is ActionFailedException or IOException)
        {
            _problems.Add(e.Message);
        }
        finally
        {
            await _outside.CloseAsync();
            if (place.IsLeft) _problems.AddRange(await RevertAsync(scenario, place, tools));
            if (await LeftAsync() is { } left) _problems.Add(left);
        }

        return [.. scenario.Expect.Select(e => new ScenarioResult(scenario, e, ran, found.GetValueOrDefault(e) is not null, found.GetValueOrDefault(e)?.After, [], [], [], [.. _problems]) { Response = response.Says, IsEventDriven = found.GetValueOrDefault(e) is { IsEvent: true } })];
    }

    /// <summary>Puts back what a scenario made, and says what its own steps left behind. Done also for what an earlier run left.</summary>
    public static async Task<IReadOnlyList<string>> RevertAsync(Scenario scenario, LivePlace place, LiveTools tools)
    {
        foreach (var step in scenario.Revert.Select(s => s.Act).OfType<RunTool>()) await tools.RunAsync([.. step.Words.Select(place.Fill)], CancellationToken.None);
        var (_, left) = await tools.RunAsync(["docker", "ps", "-aq", "--filter", $"label={LiveValidation.Mark}={scenario.Id}"], CancellationToken.None);
        var containers = left.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        foreach (var container in containers) await tools.RunAsync(["docker", "rm", "-f", container], CancellationToken.None);
        await LiveOutside.RemoveAsync(scenario.Id, tools);
        place.Close();
        return containers.Length == 0 ? [] : [$"its own revert left {containers.Length} containers behind, which were removed"];
    }

    private async Task<string?> MissingAsync(CancellationToken cancel)
    {
        foreach (var need in scenario.Needs)
        {
            if ((need == "audit" ? audit.Missing : await LiveNeeds.MissingAsync(need, tools, cancel)) is { } missing) return missing;
        }

        return null;
    }

    private IReadOnlyList<ScenarioResult> NotRun(string why) => [.. scenario.Expect.Select(e => new ScenarioResult(scenario, e, false, false, null, [], [], [], [why]))];

    private bool IsForbidden() => _problems.Any(p => p.Contains("not permitted", StringComparison.OrdinalIgnoreCase) || p.Contains("permission denied", StringComparison.OrdinalIgnoreCase));

    // What bears the scenario's mark after all has been put back.
    private async Task<string?> LeftAsync()
    {
        var left = new List<string>();
        foreach (string[] list in new string[][] { ["container", "ls", "-aq"], ["network", "ls", "-q"], ["volume", "ls", "-q"] })
        {
            var (_, found) = await tools.RunAsync(["docker", .. list, "--filter", $"label={LiveValidation.Mark}={scenario.Id}"], CancellationToken.None);
            left.AddRange(found.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(f => $"{list[0]} {f}"));
        }

        if (File.Exists($"/run/netns/{scenario.Id}")) left.Add("the network namespace");
        return left.Count == 0 ? null : $"left behind: {string.Join(", ", left)}";
    }

    // False: the machine does not allow it, and so it cannot be found either.
    private async Task<bool> DetonateAsync(CancellationToken cancel)
    {
        foreach (var act in scenario.WarmUp.Concat(scenario.Detonate).Select(s => s.Act))
        {
            if (act is not Pause) _acted = time.GetUtcNow();
            switch (act)
            {
                case RunTool run when !await RunAsync(run, cancel): return false;
                case WriteFile file: place.Write(file); break;
                case Call call: await _outside.CallAsync(call, place.Fill(call.From), time, cancel); break;
                case Pause pause: await WaitAsync(pause, cancel); break;
                case StopWitness { What: "audit" }: await audit.CutAsync(); break;
                case StopWitness: await sensor.StopAsync(); break;
            }
        }

        return true;
    }

    // A machine that is busy measures less often: what is learnt from samples is waited for by samples.
    private async Task WaitAsync(Pause pause, CancellationToken cancel)
    {
        await Task.Delay(pause.For, time, cancel);
        for (var waited = TimeSpan.Zero; _made.Any(m => sensor.Samples(m) < pause.Samples); waited += s_between)
        {
            if (waited >= Pause.Longest) throw new IOException($"the sensor has not measured it {pause.Samples} times within {Pause.Longest.TotalMinutes} minutes");
            await Task.Delay(s_between, time, cancel);
        }
    }

    private async Task<bool> RunAsync(RunTool run, CancellationToken cancel)
    {
        string[] words = [.. run.Words.Select(place.Fill)];
        for (var i = 0; i < run.Repeat; i++)
        {
            var (code, output) = await tools.RunAsync(words, cancel);
            if (code != 0 && !run.Ends)
            {
                _problems.Add($"'{string.Join(' ', words)}' failed: {output}");
                return false;
            }

            if (output.Split('\n')[^1].Trim() is { Length: >= 12 } id) _made.Add(id);
        }

        return true;
    }

    private async Task<Found?> FindAsync(Expectation expected, CancellationToken cancel)
    {
        var rules = named(expected);
        string[] marks = expected.Shows is { } shows ? [place.Fill(shows)] : [.. _made, scenario.Id];
        var until = _acted + expected.Within;
        for (var isLast = false; !isLast; await Task.Delay(s_look, time, cancel))
        {
            isLast = time.GetUtcNow() >= until; // what was told while a long step went on is looked at too
            if (service.Ended is { } last) throw new IOException($"the service has ended: {last}");
            if (expected.Becomes is { } wanted)
            {
                if (await service.StateAsync(rules, cancel) is { } state && string.Equals(state.State, wanted, StringComparison.OrdinalIgnoreCase)) return new Found(null, time.GetUtcNow() - _acted, false);
                continue;
            }

            foreach (var (json, at) in service.Alerts.Where(a => a.At <= until && marks.Any(m => a.Json.Contains(m, StringComparison.Ordinal))))
            {
                using var alert = JsonDocument.Parse(json);
                var rule = alert.RootElement.GetProperty("rule");
                if (rules.Contains(rule.GetProperty("id").GetString()!)) return new Found(json, at > _acted ? at - _acted : TimeSpan.Zero, json.Contains("\"docker.events\"", StringComparison.Ordinal) && rule.GetProperty("kind").GetString() == "rule");
            }
        }

        return null;
    }

    // The one on which a response can be tried: it is the scenario's, and it lives.
    private async Task<string?> ContainerAsync(CancellationToken cancel)
    {
        var (code, living) = await tools.RunAsync(["docker", "ps", "-q", "--no-trunc", "--filter", $"label={LiveValidation.Mark}={scenario.Id}"], cancel);
        return code == 0 && living.Length > 0 ? living.Split('\n')[0] : null;
    }

    // Whoever is isolated reaches nothing: tried from inside its network, by somebody else than the action.
    private async Task<string?> StillReachesAsync(string action, string container, CancellationToken cancel) =>
        action == "docker.disconnect" && scenario.Detonate.Select(s => s.Act).OfType<Call>().FirstOrDefault() is { } call && await _outside.IsReachedAsync(call, container, cancel) ? $"{call.To} is still reached from inside of the container" : null;

    private sealed record Found(string? Alert, TimeSpan After, bool IsEvent);
}
