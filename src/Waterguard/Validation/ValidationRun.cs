using System.Collections.Immutable;
using Waterguard.Emulation;
using Waterguard.Emulation.Scenarios;

namespace Waterguard.Validation;

/// <summary>A result and the strategy that it is about.</summary>
internal sealed record OwnedResult(string Strategy, ScenarioResult Result);

/// <summary>What the scenarios say about the detections. The same whatever the number of threads.</summary>
/// <param name="Ran">When it was done.</param>
internal sealed record ValidationRun(ImmutableArray<OwnedResult> Results, DateTimeOffset Ran, TimeSpan Took)
{
    public IEnumerable<ScenarioResult> Run => Results.Select(r => r.Result).Where(r => r.Ran);

    /// <summary>Detections that were asked for.</summary>
    public int Detections => Run.Select(r => r.Expected.Rule).Distinct(StringComparer.Ordinal).Count();

    /// <summary>Detections that every one of their scenarios raised.</summary>
    public int Fired => Run.GroupBy(r => r.Expected.Rule, StringComparer.Ordinal).Count(g => g.All(r => r.Fired));

    public IEnumerable<TwinResult> Twins => Run.SelectMany(r => r.Twins);

    public IEnumerable<VariantResult> Variants => Run.SelectMany(r => r.Variants);

    /// <summary>Of live scenarios: how long what is told at once took to be found, the middle one. Null: there is none.</summary>
    public TimeSpan? MedianOfEvents => Run.Where(r => r.IsEventDriven).Select(r => r.TimeToDetect!.Value).Order().ToArray() is { Length: > 0 } times ? times[times.Length / 2] : null;

    public bool HasMisses => Run.Any(r => r.IsMiss);

    public static ValidationRun Of(IReadOnlyList<OwnedScenario> scenarios, PlayAndObserve play, int jobs, TimeProvider time, CancellationToken cancel)
    {
        var start = time.GetTimestamp();
        var results = new ImmutableArray<ScenarioResult>[scenarios.Count];
        Parallel.For(0, scenarios.Count, new ParallelOptions { MaxDegreeOfParallelism = jobs, CancellationToken = cancel }, i => results[i] = ScenarioRunner.Run(scenarios[i].Scenario, play));
        var owned = results.SelectMany((r, i) => r.Select(one => new OwnedResult(scenarios[i].Strategy, one)));
        return new ValidationRun([.. owned], time.GetUtcNow(), time.GetElapsedTime(start));
    }
}
