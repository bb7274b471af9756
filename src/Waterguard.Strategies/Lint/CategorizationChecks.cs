using Waterguard.Content;
using Waterguard.Sigma;
using Waterguard.Strategies.Attack;
using Waterguard.Strategies.Documents;

namespace Waterguard.Strategies.Lint;

/// <summary>Techniques exist, are in use, fit their tactics and platforms, and are declared or assessed with a reason.</summary>
internal static class CategorizationChecks
{
    public static void Check(StrategyDocument document, IReadOnlyList<RuleHeader> detections, AttackCatalog attack, DiagnosticBag bag)
    {
        var front = document.Front;
        foreach (var platform in front.Platforms.Where(p => attack.Platform(p) != p))
            bag.Error(StrategyCodes.PlatformMisfit, front.Location, $"'{platform}' is no platform of ATT&CK{(attack.Platform(platform) is { } now ? $"; it is called '{now}' now" : "")}.");
        if (front.Name.Length > 0 && front.Assessed.IsEmpty) bag.Error(StrategyCodes.TechniqueReason, front.Location, "No technique is assessed.");
        foreach (var declared in front.Declared) CheckDeclared(declared, attack, bag);
        foreach (var assessed in front.Assessed)
        {
            if (Known(assessed.Technique, attack, assessed.Location, bag) is not { } technique) continue;
            if (string.IsNullOrWhiteSpace(assessed.Reason)) bag.Error(StrategyCodes.TechniqueReason, assessed.Location, $"'{assessed.Technique}' is assessed without a reason.");
            if (!technique.Platforms.Any(p => front.Platforms.Contains(p)))
                bag.Error(StrategyCodes.PlatformMisfit, assessed.Location, $"'{assessed.Technique}' exists on {string.Join(", ", technique.Platforms)}; the strategy is for {string.Join(", ", front.Platforms)}.");
        }

        var listed = front.Assessed.Select(a => attack.Current(a.Technique)).ToHashSet(StringComparer.Ordinal);
        foreach (var header in detections) CheckDetection(header, front, listed, attack, bag);
    }

    // What an original says is kept as it says it; what is wrong with it must be said beside it.
    private static void CheckDeclared(DeclaredTechnique declared, AttackCatalog attack, DiagnosticBag bag)
    {
        if (Known(declared.Technique, attack, declared.Location, bag) is not { } technique) return;
        if (!string.IsNullOrWhiteSpace(declared.Reason)) return;
        bag.Error(StrategyCodes.TechniqueReason, declared.Location, $"'{declared.Technique}' is declared, and nothing says whether it fits.");
        if (declared.Tactic.Length > 0 && !AttackCatalog.Fits(technique, declared.Tactic))
            bag.Error(StrategyCodes.TacticMisfit, declared.Location, $"'{declared.Technique}' belongs to {string.Join(", ", technique.Tactics)}, not to '{declared.Tactic}'.");
        foreach (var platform in declared.Platforms.Where(p => attack.Platform(p) is not { } known || !technique.Platforms.Contains(known)))
            bag.Error(StrategyCodes.PlatformMisfit, declared.Location, $"'{declared.Technique}' exists on {string.Join(", ", technique.Platforms)}, not on '{platform}'.");
    }

    private static void CheckDetection(RuleHeader header, FrontMatter front, HashSet<string> listed, AttackCatalog attack, DiagnosticBag bag)
    {
        var tactics = header.Tags.Where(t => t.StartsWith("attack.", StringComparison.Ordinal)).Select(t => t["attack.".Length..]).Where(attack.IsTactic).ToArray();
        foreach (var id in header.Attack)
        {
            if (Known(id, attack, header.Location, bag) is not { } technique) continue;
            if (!tactics.Any(t => AttackCatalog.Fits(technique, t)))
                bag.Error(StrategyCodes.TacticMisfit, header.Location, $"'{header.Title}' has {id}, which belongs to {string.Join(", ", technique.Tactics)}; its tags say {string.Join(", ", tactics)}.");
        }

        if (header.Custom.Assessed.IsEmpty) bag.Error(StrategyCodes.TechniqueReason, header.Location, $"'{header.Title}' assesses no technique.");
        foreach (var id in header.Custom.Assessed.Where(a => !listed.Contains(attack.Current(a))))
            bag.Error(StrategyCodes.TechniqueReason, header.Location, $"'{header.Title}' assesses {id}, for which the document gives no reason.");
        foreach (var id in header.Custom.Declared.Where(d => front.Declared.All(f => f.Technique != d)))
            bag.Error(StrategyCodes.TechniqueReason, header.Location, $"'{header.Title}' declares {id}, which the document does not.");
    }

    private static Technique? Known(string id, AttackCatalog attack, SourceLocation at, DiagnosticBag bag)
    {
        if (attack.Find(id) is not { } technique)
        {
            bag.Error(StrategyCodes.TechniqueUnknown, at, $"'{id}' is no technique of ATT&CK.");
            return null;
        }

        if (technique.State == TechniqueState.Active) return technique;
        var instead = attack.ReplacementOf(technique) is { } other ? $"; '{other.Id}' has its name now" : "";
        bag.Error(StrategyCodes.TechniqueRevoked, at, $"ATT&CK has {technique.State.ToString().ToLowerInvariant()} '{id}' ({technique.Name}){instead}.");
        return null;
    }
}
