using Waterguard.Content;
using Waterguard.Sigma;
using Waterguard.Strategies.Documents;

namespace Waterguard.Strategies.Lint;

/// <summary>Every detection serves a sentence of the goal, and every such sentence is served.</summary>
internal static class GoalChecks
{
    public static void Check(StrategyDocument document, IReadOnlyList<RuleHeader> detections, DiagnosticBag bag)
    {
        var sentences = document.GoalSentences.ToHashSet(StringComparer.Ordinal);
        foreach (var header in detections.Where(h => h.Custom.Serves is not { } serves || !sentences.Contains(serves)))
        {
            var says = header.Custom.Serves is { } other ? $"serves \"{other}\", which is no sentence of the goal" : "serves no sentence of the goal";
            bag.Error(StrategyCodes.GoalUnserved, header.Location, $"'{header.Title}' {says}.");
        }

        var served = detections.Select(h => h.Custom.Serves).OfType<string>().ToHashSet(StringComparer.Ordinal);
        if (document.Section(AdsSection.Goal) is not { } goal) return;
        foreach (var unit in goal.Units.Where(u => u.Kind == BlockKind.Item && !served.Contains(u.Text)))
            bag.Error(StrategyCodes.GoalUnserved, unit.Location, $"No detection serves \"{unit.Text}\".");
    }
}
