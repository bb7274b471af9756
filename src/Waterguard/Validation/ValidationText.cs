using System.Globalization;
using Waterguard.Emulation;

namespace Waterguard.Validation;

/// <summary>The outcome of a validation for people: what was missed, the known blind spots, and a line for each strategy.</summary>
internal static class ValidationText
{
    public static void Write(ValidationRun run, TextWriter text)
    {
        foreach (var (_, result) in run.Results.Where(r => r.Result.IsMiss)) WriteMiss(result, text);
        var passed = run.Variants.Where(v => !v.Caught && !v.Expected).ToArray();
        if (passed.Length > 0) text.WriteLine("Known blind spots, the variants that are not caught:");
        foreach (var result in run.Run)
        {
            foreach (var variant in result.Variants.Where(v => !v.Caught && !v.Expected)) text.WriteLine($"  {result.Expected.Rule}: {variant.Name}: {variant.Reason}");
        }

        foreach (var variant in run.Run.SelectMany(r => r.Variants.Where(v => v.Caught && !v.Expected).Select(v => (r.Scenario.Id, v.Name)))) text.WriteLine($"  {variant.Id}: '{variant.Name}' is caught by now: remove its mark");
        var notRun = run.Results.Count(r => !r.Result.Ran);
        if (notRun > 0) text.WriteLine($"{notRun} live scenarios are not run here: {string.Join(", ", run.Results.Where(r => !r.Result.Ran).Select(r => r.Result.Scenario.Id).Distinct(StringComparer.Ordinal))}");
        if (run.MedianOfEvents is { } median) text.WriteLine(string.Create(CultureInfo.InvariantCulture, $"What is told at once was found within {median.TotalSeconds:0.00} s, the middle one of {run.Run.Count(r => r.IsEventDriven)}."));
        text.WriteLine();
        text.WriteLine($"{"strategy",-28} {"detections",10} {"fired",6} {"twins",6} {"quiet",6} {"variants",8} {"caught",6}  slowest");
        foreach (var strategy in run.Results.GroupBy(r => r.Strategy, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            Line(strategy.Key, run with { Results = [.. strategy] }, text);
        }

        Line("all", run, text);
        text.WriteLine($"{run.Results.Select(r => r.Result.Scenario.Id).Distinct(StringComparer.Ordinal).Count()} scenarios in {run.Took.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture)} s; 'slowest' is the longest time from a detonation to its alert.");
    }

    private static void Line(string name, ValidationRun run, TextWriter text)
    {
        var slowest = run.Run.Select(r => r.TimeToDetect ?? TimeSpan.Zero).DefaultIfEmpty(TimeSpan.Zero).Max();
        text.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{name,-28} {run.Detections,10} {run.Fired,6} {run.Twins.Count(),6} {run.Twins.Count(t => t.Quiet),6} {run.Variants.Count(),8} {run.Variants.Count(v => v.Caught),6}  {slowest}"));
    }

    private static void WriteMiss(ScenarioResult result, TextWriter text)
    {
        text.WriteLine($"✘ {result.Scenario.Location}: {result.Scenario.Id}: {result.Expected.Rule}");
        foreach (var problem in result.Problems) text.WriteLine($"    {problem}");
        if (!result.Fired) text.WriteLine($"    it did not fire within {result.Expected.Within}{(result.Collateral.IsEmpty ? "" : $"; others did: {string.Join(", ", result.Collateral.Select(c => c.RuleTitle).Take(5))}")}");
        foreach (var twin in result.Twins.Where(t => !t.Quiet)) text.WriteLine($"    the benign twin '{twin.Name}' was not quiet");
        foreach (var variant in result.Variants.Where(v => v.Expected && !v.Caught)) text.WriteLine($"    the variant '{variant.Name}' was not caught");
    }
}
