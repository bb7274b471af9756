using System.Globalization;
using Waterguard.Emulation;

namespace Waterguard.Validation.Live;

/// <summary>The outcome of a live scenario in a sentence.</summary>
internal static class LiveText
{
    public static string Of(ScenarioResult result)
    {
        var problems = string.Concat(result.Problems.Select(p => "; " + p));
        if (!result.Ran) return $"{result.Scenario.Id}: cannot be run here{problems}";
        var found = result.TimeToDetect is { } after ? string.Create(CultureInfo.InvariantCulture, $"found after {after.TotalSeconds:0.00} s") : "not found";
        var hastened = result.Scenario.Learn is { } learn ? string.Create(CultureInfo.InvariantCulture, $" (it learnt for {learn.TotalSeconds:0} s, in place of what it says)") : "";
        if (result.Scenario.Look is { } look) hastened += string.Create(CultureInfo.InvariantCulture, $" (it looked {look.TotalSeconds:0} s around, in place of what it says)");
        return $"{result.Scenario.Id}: {result.Expected.Rule}: {found}{hastened}{(result.Response is { } response ? "\n  " + response : "")}{problems}{(problems.Contains("left behind: ", StringComparison.Ordinal) ? "" : "; left behind: nothing")}";
    }
}
