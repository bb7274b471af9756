using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Waterguard.Content;
using Waterguard.Strategies.Attack;
using Waterguard.Strategies.Documents;

namespace Waterguard.Strategies.Import;

/// <summary>Techniques, tactics and platforms out of a categorization in anybody's words, and what is wrong with them.</summary>
internal sealed partial class CategorizationReading
{
    private const int MostTechniques = 100;

    private CategorizationReading(ImmutableArray<string> techniques, ImmutableArray<string> tactics, ImmutableArray<string> platforms) =>
        (Techniques, Tactics, Platforms) = (techniques, tactics, platforms);

    public ImmutableArray<string> Techniques { get; }

    public ImmutableArray<string> Tactics { get; }

    public ImmutableArray<string> Platforms { get; }

    public static CategorizationReading Read(StrategyDocument document, AttackCatalog attack, DiagnosticBag bag)
    {
        if (document.Section(AdsSection.Categorization) is not { } section) return new([], [], []);
        var techniques = new List<string>();
        var tactics = new List<string>();
        var platforms = new List<string>();
        foreach (var unit in section.Units)
        {
            var found = TechniqueId().Matches(unit.Text).Select(m => m.Value.ToUpperInvariant().Replace('/', '.')).Distinct(StringComparer.Ordinal).Where(id => !techniques.Contains(id)).Take(MostTechniques).ToArray();
            var named = attack.Tactics.Append("defense-evasion").Where(t => unit.Text.Contains(t.Replace('-', ' '), StringComparison.OrdinalIgnoreCase)).ToArray();
            techniques.AddRange(found);
            tactics.AddRange(named.Where(t => !tactics.Contains(t)));
            if (PlatformLine().Match(unit.Text) is { Success: true } line) platforms.AddRange(ReadPlatforms(line.Groups["names"].Value, attack, unit.Location, bag));
            foreach (var id in found) CheckTechnique(id, document, attack, unit.Location, bag);
        }

        foreach (var technique in techniques.Select(attack.Find).OfType<Technique>())
        {
            if (tactics.Count > 0 && !tactics.Any(t => AttackCatalog.Fits(technique, t)))
                bag.Warning(StrategyCodes.TacticMisfit, section.Location, $"{technique.Id} belongs to {string.Join(", ", technique.Tactics)}; the document says {string.Join(", ", tactics)}.");
            foreach (var platform in platforms.Where(p => !technique.Platforms.Contains(p, StringComparer.Ordinal)))
                bag.Warning(StrategyCodes.PlatformMisfit, section.Location, $"{technique.Id} does not exist on {platform}: only on {string.Join(", ", technique.Platforms)}.");
        }

        if (techniques.Count == 0) bag.Warning(StrategyCodes.TechniqueUnknown, section.Location, "No technique of ATT&CK is named.");
        return new([.. techniques], [.. tactics], [.. platforms.Distinct(StringComparer.Ordinal)]);
    }

    private static IEnumerable<string> ReadPlatforms(string names, AttackCatalog attack, SourceLocation at, DiagnosticBag bag)
    {
        if (Expansion().Match(names) is { Success: true } expansion && !expansion.Groups["as"].Value.Contains("compromise", StringComparison.OrdinalIgnoreCase))
            bag.Warning(StrategyCodes.PlatformMisfit, at, $"PRE means 'before compromise', not '{expansion.Groups["as"].Value.Trim()}'.");
        foreach (var name in Brackets().Replace(names, "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(n => n.Trim('*', '.', ' ')))
        {
            if (attack.Platform(name) is not { } known)
            {
                bag.Warning(StrategyCodes.PlatformMisfit, at, $"'{name}' is no platform of ATT&CK.");
                continue;
            }

            if (known != name) bag.Warning(StrategyCodes.PlatformMisfit, at, $"ATT&CK has no platform '{name}' any more: it is part of '{known}'.");
            yield return known;
        }
    }

    private static void CheckTechnique(string id, StrategyDocument document, AttackCatalog attack, SourceLocation at, DiagnosticBag bag)
    {
        if (attack.Find(id) is not { } technique)
        {
            bag.Warning(StrategyCodes.TechniqueUnknown, at, $"'{id}' is no technique of ATT&CK.");
            return;
        }

        if (technique.State != TechniqueState.Active)
        {
            var instead = attack.ReplacementOf(technique) is { } other ? $"; {other.Id} has its name now" : "";
            bag.Warning(StrategyCodes.TechniqueRevoked, at, $"ATT&CK has {technique.State.ToString().ToLowerInvariant()} {id} ({technique.Name}){instead}.");
        }
        else if (attack.Current(id) is var current && current != id)
        {
            bag.Warning(StrategyCodes.TechniqueRevoked, at, $"ATT&CK v19 has {current} ({attack.Find(current)!.Name}) in the place of {id}.");
        }

        if (technique.Tactics.All(t => t is "reconnaissance" or "resource-development"))
            bag.Warning(StrategyCodes.BeforeCompromise, at, $"{id} ({technique.Name}) happens before anything of yours is touched: nothing that watches at run time can show it.");
        var elsewhere = document.Headings.Where(s => s.Section is not AdsSection.Categorization).SelectMany(s => s.Units).Select(u => u.Text).ToArray();
        var head = technique.Name.Split(' ', '/')[^1].ToLowerInvariant();
        if (!elsewhere.Any(t => t.Contains(head.TrimEnd('s'), StringComparison.OrdinalIgnoreCase)))
            bag.Warning(StrategyCodes.TechniqueForeign, at, $"Nothing else in the document speaks of what {id} is about: {technique.Name}.");
        if (!technique.Platforms.Contains("Containers", StringComparer.Ordinal) && elsewhere.Count(t => t.Contains("container", StringComparison.OrdinalIgnoreCase)) >= 3)
            bag.Warning(StrategyCodes.PlatformMisfit, at, $"The document is about containers, and {id} does not exist there: only on {string.Join(", ", technique.Platforms)}.");
    }

    [GeneratedRegex(@"\bT\d{4}(?:[./]\d{3})?\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex TechniqueId();

    [GeneratedRegex(@"^\**Platforms?\**:\**(?<names>.*)$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex PlatformLine();

    [GeneratedRegex(@"\bPRE\s*\((?<as>[^)]*)\)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Expansion();

    [GeneratedRegex(@"\([^)]*\)", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Brackets();
}
