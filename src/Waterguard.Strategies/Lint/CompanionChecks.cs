using System.Globalization;
using Waterguard.Content;

namespace Waterguard.Strategies.Lint;

/// <summary>Suppressions have an owner, a reason and an expiry, assumptions a claim; playbook steps, and what names rules, name what is there.</summary>
internal static class CompanionChecks
{
    public static void Check(Strategy strategy, DetectionNames names, DiagnosticBag bag)
    {
        var claims = strategy.Document.Claims.SelectMany(c => new[] { c.Id, c.Text }).ToHashSet(StringComparer.Ordinal);
        foreach (var suppression in strategy.Suppressions)
        {
            foreach (var (key, value) in new[] { ("owner", suppression.Owner), ("reason", suppression.Reason), ("expires", suppression.Expires) })
            {
                if (string.IsNullOrWhiteSpace(value)) bag.Error(StrategyCodes.CompanionIncomplete, suppression.Location, $"The suppression '{suppression.Id}' has no '{key}'.");
            }

            if (suppression.Expires is { Length: > 0 } expires && !DateTimeOffset.TryParse(expires, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out _))
                bag.Error(StrategyCodes.CompanionIncomplete, suppression.Location, $"The suppression '{suppression.Id}' expires '{expires}', which is no date.");
        }

        foreach (var assumption in strategy.Assumptions.Where(a => string.IsNullOrWhiteSpace(a.Claim)))
            bag.Error(StrategyCodes.CompanionIncomplete, assumption.Location, $"The assumption '{assumption.Id}' names no claim of the document.");
        foreach (var assumption in strategy.Assumptions.Where(a => !string.IsNullOrWhiteSpace(a.Claim) && !claims.Contains(a.Claim)))
            bag.Error(StrategyCodes.ReferenceUnknown, assumption.Location, $"The assumption '{assumption.Id}' stands for the claim '{assumption.Claim}', which the document does not make.");
        var companions = strategy.Assumptions.Select(a => (Kind: "assumption", One: a)).Concat(strategy.Suppressions.Select(s => (Kind: "suppression", One: s))).Concat(strategy.Scenarios.Select(s => (Kind: "scenario", One: s)));
        foreach (var (kind, one) in companions)
        {
            foreach (var (name, at) in one.Rules.Concat(one.Expects).Concat(one.Quiet).Where(r => !names.Find(r.Name).Any()))
                bag.Error(StrategyCodes.ReferenceUnknown, at, $"The {kind} '{one.Id}' names the rule '{name}', which does not exist.");
        }

        foreach (var step in strategy.Playbook?.Steps ?? [])
        {
            if (!claims.Contains(step.Claim)) bag.Error(StrategyCodes.ReferenceUnknown, step.Location, $"The step '{step.Id}' executes the claim '{step.Claim}', which the document does not make.");
        }

        if (strategy.Playbook is null) bag.Error(StrategyCodes.CompanionIncomplete, new(strategy.Document.File, 1, 1), "The strategy has no playbook.yml that can be read.");
    }
}
