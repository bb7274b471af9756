using Waterguard.Content;
using Waterguard.Sigma;
using Waterguard.Strategies.Claims;

namespace Waterguard.Strategies.Lint;

/// <summary>Checks a strategy as a whole. Every check goes on after an error, so that one run tells everything.</summary>
public static class StrategyLint
{
    /// <summary>Checks one strategy against what is loaded.</summary>
    public static LintReport Check(StrategyFolder folder, StrategySurroundings surroundings)
    {
        var bag = new DiagnosticBag();
        if (Strategy.Read(folder, bag) is not { } strategy)
        {
            bag.Error(StrategyCodes.HeadingMissing, new(folder.Name + "/strategy.md", 1, 1), "The folder has no strategy.md.");
            return new(folder.Name, 0, 0, 0, 0, 0, 0, bag.ToSorted());
        }

        var names = new DetectionNames(surroundings.Rules);
        // What finds our own markers is no detection of an adversary.
        var own = names.All.Where(h => surroundings.StrategyOf.GetValueOrDefault(h.Id) == folder.Name && !h.Custom.IsCanary).ToArray();
        HeadingChecks.Check(strategy.Document, folder.Name, bag);
        LinkChecks.Check(strategy.Document, bag);
        PlaceholderChecks.Check(strategy.Document, bag);
        ClaimChecks.Check(strategy, surroundings, names, bag);
        CategorizationChecks.Check(strategy.Document, own, surroundings.Attack, bag);
        GoalChecks.Check(strategy.Document, own, bag);
        CompanionChecks.Check(strategy, names, bag);
        var (withScenario, withTwin) = ScenarioChecks.Check(strategy, own.Where(names.Alerts), names, bag);
        var claims = strategy.Document.Claims.ToArray();
        return new(folder.Name, claims.Length, claims.Count(IsBound), claims.Count(c => !IsBound(c) && c.Manual is not null), own.Count(names.Alerts), withScenario, withTwin, bag.ToSorted());

        // What stands beside the document may bind a claim from its own side.
        bool IsBound(Claim claim) => !claim.Bindings.IsEmpty || ClaimChecks.BoundFromOutside(strategy, claim);
    }
}
