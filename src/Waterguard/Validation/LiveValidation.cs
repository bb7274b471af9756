using System.Collections.Immutable;
using System.Diagnostics;
using System.Formats.Tar;
using System.Text.Json;
using Waterguard.Emulation;
using Waterguard.Emulation.Scenarios;
using Waterguard.Pipeline;
using Waterguard.Responding;
using Waterguard.Response.Actions;
using Waterguard.Response.Playbooks;
using Waterguard.Storage.Sqlite;
using Waterguard.Strategies.Playbooks;

namespace Waterguard.Validation;

/// <summary>Runs live scenarios: real containers on a real engine, a real service that must find them, the playbook's response on what was found, and everything put back. Each scenario's mark is the label
/// <c>waterguard.scenario</c>; whatever carries it is removed at the end. Only commands of <c>docker</c> are run.</summary>
/// <param name="engine">The engine's address, <c>unix://PATH</c>.</param>
/// <param name="say">Told of each step, in a sentence.</param>
internal sealed class LiveValidation(Generation generation, Func<string, Playbook?> playbooks, string engine, Action<string> say, TimeProvider time)
{
    private const string Mark = "waterguard.scenario";
    private static readonly string[] s_places = ["/bin/busybox", "/usr/bin/busybox"];
    private static readonly string[] s_applets = ["sh", "sleep", "true"];
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(50);

    /// <exception cref="IOException">The service does not start, or the engine has no image and none can be made.</exception>
    public async Task<ValidationRun> RunAsync(IReadOnlyList<OwnedScenario> scenarios, CancellationToken cancel)
    {
        var begun = time.GetTimestamp();
        var folder = Directory.CreateTempSubdirectory("waterguard-live-").FullName;
        try
        {
            foreach (var image in scenarios.SelectMany(s => s.Scenario.Detonate).SelectMany(s => s.Run).Where(w => w is "busybox" or "suspicious_image").Distinct(StringComparer.Ordinal)) await NeedAsync(image, folder, cancel);
            await using var service = await LiveService.StartAsync(engine, folder, time, cancel);
            var results = new List<OwnedResult>();
            foreach (var (strategy, scenario) in scenarios) results.AddRange((await RunAsync(scenario, strategy, service, folder, cancel)).Select(r => new OwnedResult(strategy, r)));
            return new ValidationRun([.. results], time.GetUtcNow(), time.GetElapsedTime(begun));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private async Task<IReadOnlyList<ScenarioResult>> RunAsync(Scenario scenario, string strategy, LiveService service, string folder, CancellationToken cancel)
    {
        var problems = new List<string>();
        var started = time.GetUtcNow();
        var made = new List<string>();
        var found = new Dictionary<Expectation, (string Json, TimeSpan After)?>();
        try
        {
            foreach (var step in scenario.Detonate)
            {
                var (code, output) = await DockerAsync(step.Run, cancel);
                if (code != 0) problems.Add($"'{string.Join(' ', step.Run)}' failed: {output}");
                else made.Add(output.Split('\n')[^1].Trim());
            }

            // What this machine does not allow cannot be found either: that is said, and is no miss.
            foreach (var expected in made.Count == 0 ? [] : scenario.Expect) found[expected] = await FindAsync(service, expected, made, started, cancel);
            if (found.Values.FirstOrDefault(f => f is not null) is { } first) problems.AddRange(await RespondAsync(first.Json, strategy, service, folder, cancel));
        }
        catch (ActionFailedException e)
        {
            problems.Add(e.Message);
        }
        finally
        {
            problems.AddRange(await RevertAsync(scenario));
        }

        if (made.Count == 0) say($"{scenario.Id}: cannot be run here: {string.Join("; ", problems)}");
        foreach (var (expected, alert) in found) say($"{scenario.Id}: {expected.Rule}: {(alert is { } one ? $"found after {one.After.TotalSeconds:0.0} s" : "not found")}{string.Concat(problems.Select(p => "; " + p))}");
        return [.. scenario.Expect.Select(e => new ScenarioResult(scenario, e, made.Count > 0, found.GetValueOrDefault(e) is not null, found.GetValueOrDefault(e)?.After, [], [], [], [.. problems]))];
    }

    private async Task<(string Json, TimeSpan After)?> FindAsync(LiveService service, Expectation expected, List<string> made, DateTimeOffset started, CancellationToken cancel)
    {
        var ids = generation.Rules.Rules.Select(r => r.Header).Concat(generation.Rules.Correlations.Select(c => c.Header)).Where(h => h.Id == expected.Rule || h.Name == expected.Rule || string.Equals(h.Title, expected.Rule, StringComparison.OrdinalIgnoreCase)).Select(h => h.Id).ToHashSet(StringComparer.Ordinal);
        for (var until = started + expected.Within; time.GetUtcNow() < until; await Task.Delay(s_look, time, cancel))
        {
            foreach (var (json, at) in service.Alerts)
            {
                using var alert = JsonDocument.Parse(json);
                if (ids.Contains(alert.RootElement.GetProperty("rule").GetProperty("id").GetString()!) && made.Any(m => m.Length > 0 && json.Contains(m, StringComparison.Ordinal))) return (json, at - started);
            }
        }

        return null;
    }

    // Evidence first; then whichever way of isolating the container there is. Everything is put back.
    private async Task<IReadOnlyList<string>> RespondAsync(string alert, string strategy, LiveService service, string folder, CancellationToken cancel)
    {
        if (playbooks(strategy) is not { } playbook) return ["the strategy has no playbook"];
        var (id, entities) = PlaybookSteps.Read(alert);
        using var store = SqliteStore.OpenExisting(service.Data);
        using var responder = new Responder(new ResponderSettings(engine, Path.Combine(folder, "evidence"), [], 1000), new DocumentRunJournal(store), () => generation, time);
        var run = await responder.Engine.PlanAsync(id, strategy, PlaybookSteps.Of(playbook, id, entities, alert), "waterguard validate", dryRun: false, cancel);
        var isolating = run.Steps.FirstOrDefault(s => s.Step.Action is "docker.disconnect" or "docker.pause" && s.State == StepState.Waiting)?.Step.Id;
        if (isolating is null) return ["no step of the playbook can isolate it"];
        for (var approver = 1; approver <= run.Find(isolating)!.Step.Approvals; approver++) responder.Engine.Approve(run.Id, isolating, $"waterguard validate, approver {approver}");
        string[] steps = [.. run.Steps.Where(s => s.Step.Action is "assess" or "docker.evidence").Select(s => s.Step.Id), isolating];
        run = await responder.Engine.AdvanceAsync(run.Id, "waterguard validate", steps, cancel);
        var problems = run.Steps.Where(s => steps.Contains(s.Step.Id, StringComparer.Ordinal) && s.State != StepState.Done).Select(s => $"the step '{s.Step.Id}' is {s.State.ToString().ToLowerInvariant()}: {s.Says}").ToList();
        if (problems.Count > 0) return problems;
        run = await responder.Engine.UndoAsync(run.Id, isolating, "waterguard validate", cancel);
        say($"  {string.Join("; ", run.Steps.Where(s => steps.Contains(s.Step.Id, StringComparer.Ordinal)).Select(s => $"{s.Step.Action}: {s.Says}"))}; undone");
        return [];
    }

    private async Task<IReadOnlyList<string>> RevertAsync(Scenario scenario)
    {
        foreach (var step in scenario.Revert) await DockerAsync(step.Run, CancellationToken.None);
        var (_, left) = await DockerAsync(["docker", "ps", "-aq", "--filter", $"label={Mark}={scenario.Id}"], CancellationToken.None);
        if (left.Length == 0) return [];
        foreach (var container in left.Split('\n')) await DockerAsync(["docker", "rm", "-f", container], CancellationToken.None);
        return [$"its own revert left {left.Split('\n').Length} containers behind, which were removed"];
    }

    private async Task<(int Code, string Output)> DockerAsync(IReadOnlyList<string> words, CancellationToken cancel)
    {
        if (words is not ["docker", ..]) return (1, "only commands of docker are run");
        var start = new ProcessStartInfo("docker", words.Skip(1)) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["DOCKER_HOST"] = engine;
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(cancel), process.StandardError.ReadToEndAsync(cancel));
        await process.WaitForExitAsync(cancel);
        return (process.ExitCode, (process.ExitCode == 0 ? await output : await error).Trim());
    }

    // Where the engine has no such image, one is made of this machine's own busybox: nothing is fetched.
    private async Task NeedAsync(string image, string folder, CancellationToken cancel)
    {
        if ((await DockerAsync(["docker", "image", "inspect", image], cancel)).Code == 0) return;
        var busybox = s_places.FirstOrDefault(File.Exists) ?? throw new IOException($"the engine has no image '{image}', and there is no busybox of which one could be made (apt-get install busybox-static)");
        var file = Path.Combine(folder, "image.tar");
        await using (var stream = File.Create(file))
        {
            await using var tar = new TarWriter(stream);
            await using var program = File.OpenRead(busybox);
            await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.Directory, "bin/") { Mode = (UnixFileMode)0x1ED }, cancel);
            await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, "bin/busybox") { DataStream = program, Mode = (UnixFileMode)0x1ED }, cancel);
            foreach (var name in s_applets) await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.SymbolicLink, "bin/" + name) { LinkName = "busybox" }, cancel);
        }

        var (code, output) = await DockerAsync(["docker", "import", "--change", "CMD [\"/bin/sleep\",\"600\"]", file, image], cancel);
        if (code != 0) throw new IOException($"an image '{image}' cannot be made: {output}");
        say($"made the image {image} of this machine's busybox");
    }
}
