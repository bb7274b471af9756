using Waterguard.Emulation;
using Waterguard.Emulation.Scenarios;
using Waterguard.Pipeline;
using Waterguard.Strategies.Playbooks;

namespace Waterguard.Validation.Live;

/// <summary>Runs live scenarios: real containers on a real engine, a real service that must find them, the playbook's response on what was found, and everything put back. Each scenario's mark is the label
/// <c>waterguard.scenario</c>, or its id as a name; what an earlier run left is removed first.</summary>
/// <param name="say">Told of each scenario, in a sentence.</param>
internal sealed class LiveValidation(Generation generation, Func<string, Playbook?> playbooks, LiveSettings settings, Action<string> say, TimeProvider time)
{
    /// <summary>The label of what scenarios make.</summary>
    public const string Mark = "waterguard.scenario";

    // Longer ones wait beside the others.
    private static readonly TimeSpan s_short = TimeSpan.FromSeconds(45);
    private readonly LiveTools _tools = new(settings.Engine, settings.Containerd) { IsPatient = settings.IsPatient };

    /// <param name="all">All scenarios that there are: what one of them left earlier is removed, whether it is run now or not.</param>
    /// <exception cref="IOException">Somebody else is at it, the service does not start, or the engine has no image and none can be made.</exception>
    public async Task<ValidationRun> RunAsync(IReadOnlyList<OwnedScenario> scenarios, IReadOnlyList<OwnedScenario> all, CancellationToken cancel)
    {
        var begun = time.GetTimestamp();
        if (OperatingSystem.IsWindows()) throw new IOException("live scenarios are run on Linux");
        Directory.CreateDirectory(settings.Home, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        using var alone = new FileStream(Path.Combine(settings.Home, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        await CleanAsync(all);
        var folder = Directory.CreateTempSubdirectory("waterguard-live-").FullName;
        try
        {
            Directory.CreateDirectory(Path.Combine(folder, "content"));
            foreach (var image in LiveImages.Named(scenarios.SelectMany(s => s.Scenario.WarmUp.Concat(s.Scenario.Detonate)).Select(s => s.Act).OfType<RunTool>().SelectMany(r => r.Words)).Distinct(StringComparer.Ordinal)) await LiveImages.NeedAsync(image, _tools, folder, say, cancel);
            foreach (var (_, scenario) in scenarios.Where(s => s.Scenario.Learn is not null || s.Scenario.Look is not null)) settings.Hasten(scenario.Expect.SelectMany(Named).ToHashSet(StringComparer.Ordinal), scenario.Learn, scenario.Look, folder);
            await using var audit = new LiveAudit(folder, _tools);
            if (scenarios.Any(s => s.Scenario.Needs.Contains("audit"))) await audit.StartAsync(cancel);
            await using var service = await LiveService.StartAsync(settings, folder, hasAudit: audit.Missing is null, time, cancel);
            await using var sensor = new LiveSensor(folder);
            if (scenarios.Any(s => s.Scenario.Needs.Contains("sensor"))) sensor.Start();
            var results = await InOrderAsync(scenarios, service, sensor, audit, cancel);
            return new ValidationRun([.. results], time.GetUtcNow(), time.GetElapsedTime(begun));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    // The long ones wait while the others are done one after the other; who stops a witness comes last.
    private async Task<IReadOnlyList<OwnedResult>> InOrderAsync(IReadOnlyList<OwnedScenario> scenarios, LiveService service, LiveSensor sensor, LiveAudit audit, CancellationToken cancel)
    {
        var last = scenarios.Where(s => s.Scenario.Detonate.Any(d => d.Act is StopWitness)).ToArray();
        var waiting = scenarios.Except(last).Where(s => s.Scenario.Expect.Any(e => e.Within > s_short)).ToArray();
        var lasting = waiting.Select(s => OneAsync(s, service, sensor, audit, cancel)).ToArray();
        var results = new List<OwnedResult>();
        foreach (var scenario in scenarios.Except(last).Except(waiting)) results.AddRange(await OneAsync(scenario, service, sensor, audit, cancel));
        foreach (var one in lasting) results.AddRange(await one);
        foreach (var scenario in last) results.AddRange(await OneAsync(scenario, service, sensor, audit, cancel));
        return results;
    }

    private async Task<IEnumerable<OwnedResult>> OneAsync(OwnedScenario owned, LiveService service, LiveSensor sensor, LiveAudit audit, CancellationToken cancel)
    {
        var (strategy, scenario) = owned;
        var live = new LiveScenario(
            scenario, new LivePlace(settings.Home, scenario), _tools, service, sensor, audit, e => Named(e).ToHashSet(StringComparer.Ordinal),
            (alert, container, isolated) => playbooks(strategy) is { } playbook ? LiveResponse.PlayAsync(alert, container, strategy, playbook, service, settings, generation, isolated, time, cancel) : Task.FromResult(new LiveResponse(null, ["the strategy has no playbook"])),
            time);
        var results = await live.RunAsync(cancel);
        foreach (var result in results) say(LiveText.Of(result));
        return results.Select(r => new OwnedResult(strategy, r));
    }

    private async Task CleanAsync(IReadOnlyList<OwnedScenario> all)
    {
        foreach (var (_, scenario) in all.Where(s => s.Scenario.IsLive))
        {
            var place = new LivePlace(settings.Home, scenario);
            if (!place.IsLeft) continue;
            say($"{scenario.Id}: an earlier run was cut off; what it left is removed");
            await LiveScenario.RevertAsync(scenario, place, _tools);
        }
    }

    private IEnumerable<string> Named(Expectation expected) => generation.Rules.Rules.Select(r => r.Header).Concat(generation.Rules.Correlations.Select(c => c.Header))
        .Where(h => h.Id == expected.Rule || h.Name == expected.Rule || string.Equals(h.Title, expected.Rule, StringComparison.OrdinalIgnoreCase)).Select(h => h.Id);
}
