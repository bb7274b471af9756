using Waterguard.Content;
using Waterguard.Sigma;

namespace Waterguard.Strategies.Lint;

/// <summary>Every detection that alerts has a scenario that makes it fire, and a benign twin that must not. Warnings until the strategy has scenarios.</summary>
internal static class ScenarioChecks
{
    public static (int WithScenario, int WithTwin) Check(Strategy strategy, IEnumerable<RuleHeader> detections, DetectionNames names, DiagnosticBag bag)
    {
        var all = detections.ToArray();
        var expected = strategy.Scenarios.SelectMany(s => s.Expects).SelectMany(r => names.Find(r.Name)).Select(h => h.Id).ToHashSet(StringComparer.Ordinal);
        var quiet = strategy.Scenarios.SelectMany(s => s.Quiet).SelectMany(r => names.Find(r.Name)).Select(h => h.Id).ToHashSet(StringComparer.Ordinal);
        var (fired, twins) = (all.Count(h => expected.Contains(h.Id)), all.Count(h => quiet.Contains(h.Id)));
        if (strategy.Scenarios.IsEmpty)
        {
            if (all.Length > 0) bag.Warning(StrategyCodes.NoScenario, new(strategy.Document.File, 1, 1), $"The strategy has no scenarios: none of its {all.Length} detections is known to fire or to keep quiet.");
            return (fired, twins);
        }

        foreach (var header in all.Where(h => !expected.Contains(h.Id))) bag.Error(StrategyCodes.NoScenario, header.Location, $"No scenario makes '{header.Title}' fire.");
        foreach (var header in all.Where(h => expected.Contains(h.Id) && !quiet.Contains(h.Id))) bag.Error(StrategyCodes.NoScenario, header.Location, $"'{header.Title}' has no quiet twin.");
        return (fired, twins);
    }
}
