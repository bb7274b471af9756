using System.Collections.Immutable;

namespace Waterguard.Strategies.Attack;

/// <summary>The techniques of ATT&amp;CK as shipped (v18), and where v19 has others in their place. Both vocabularies are understood. Immutable.</summary>
public sealed class AttackCatalog
{
    private static readonly string[] Evasion = ["stealth", "defense-impairment"];

    // Names that earlier versions gave to platforms.
    private static readonly ImmutableDictionary<string, string> FormerPlatforms = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
    {
        ["Azure AD"] = "Identity Provider", ["Entra ID"] = "Identity Provider", ["Office 365"] = "Office Suite", ["Google Workspace"] = "Office Suite",
        ["AWS"] = "IaaS", ["Azure"] = "IaaS", ["GCP"] = "IaaS", ["Network"] = "Network Devices",
    }.ToImmutableDictionary(StringComparer.OrdinalIgnoreCase);

    private readonly ImmutableDictionary<string, Technique> _techniques;
    private readonly ImmutableDictionary<string, string> _next;

    private AttackCatalog(ImmutableDictionary<string, Technique> techniques, ImmutableDictionary<string, string> next)
    {
        _techniques = techniques;
        _next = next;
        Platforms = [.. techniques.Values.Where(t => t.State == TechniqueState.Active).SelectMany(t => t.Platforms).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        Tactics =
        [
            "reconnaissance", "resource-development", "initial-access", "execution", "persistence", "privilege-escalation", "stealth", "defense-impairment",
            "credential-access", "discovery", "lateral-movement", "collection", "command-and-control", "exfiltration", "impact",
        ];
    }

    /// <summary>The tactics of the current version, in its order.</summary>
    public ImmutableArray<string> Tactics { get; }

    /// <summary>The platforms that some technique has.</summary>
    public ImmutableArray<string> Platforms { get; }

    /// <summary>Reads <c>techniques.tsv</c> and <c>crosswalk.tsv</c>.</summary>
    public static AttackCatalog Parse(string techniques, string crosswalk)
    {
        var found = ImmutableDictionary.CreateBuilder<string, Technique>(StringComparer.Ordinal);
        foreach (var row in Rows(techniques, 5)) found[row[0]] = new(row[0], row[1], [.. row[2].Split(',')], [.. row[3].Split(',').Where(p => p.Length > 0)], StateOf(row[4]));
        var next = ImmutableDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var row in Rows(crosswalk, 3).Where(r => !r[0].StartsWith("TA", StringComparison.Ordinal)))
        {
            if (!found.TryGetValue(row[0], out var former)) continue;
            next[row[0]] = row[1];
            var platforms = found.TryGetValue(row[1], out var other) ? other.Platforms.Union(former.Platforms, StringComparer.Ordinal) : former.Platforms;
            found[row[1]] = new(row[1], row[2], [.. former.Tactics.SelectMany(t => t == "defense-evasion" ? Evasion : [t])], [.. platforms], TechniqueState.Active);
        }

        return new(found.ToImmutable(), next.ToImmutable());
    }

    /// <summary>The technique, of either version; null where there is none.</summary>
    public Technique? Find(string id) => _techniques.GetValueOrDefault(id);

    /// <summary>The id by which the current version knows the technique.</summary>
    public string Current(string id) => _next.GetValueOrDefault(id, id);

    /// <summary>The ids that the current version has replaced by this one.</summary>
    public IEnumerable<string> Former(string id) => _next.Where(n => n.Value == id).Select(n => n.Key).Order(StringComparer.Ordinal);

    /// <summary>What took the place of a revoked technique: the one in use that kept its name. Null where none did.</summary>
    public Technique? ReplacementOf(Technique revoked) =>
        _techniques.Values.Where(t => t.State == TechniqueState.Active && t.Id != revoked.Id && t.Name.Equals(revoked.Name, StringComparison.OrdinalIgnoreCase)).OrderBy(t => t.Id, StringComparer.Ordinal).FirstOrDefault();

    /// <summary>Whether the technique belongs to the tactic, in the words of either version.</summary>
    public static bool Fits(Technique technique, string tactic)
    {
        var name = TacticName(tactic);
        return technique.Tactics.Any(t => t == name || (t == "defense-evasion" && Evasion.Contains(name, StringComparer.Ordinal)) || (name == "defense-evasion" && Evasion.Contains(t, StringComparer.Ordinal)));
    }

    /// <summary>A tactic as ids write it: <c>Credential Access</c> is <c>credential-access</c>.</summary>
    public static string TacticName(string tactic) => tactic.Trim().ToLowerInvariant().Replace(' ', '-').Replace("&", "and", StringComparison.Ordinal);

    /// <summary>Whether there is such a tactic, in either version.</summary>
    public bool IsTactic(string tactic) => TacticName(tactic) is var name && (name == "defense-evasion" || Tactics.Contains(name));

    /// <summary>The platform's name today; null where there never was such a platform.</summary>
    public string? Platform(string name) =>
        Platforms.FirstOrDefault(p => p.Equals(name.Trim(), StringComparison.OrdinalIgnoreCase)) ?? FormerPlatforms.GetValueOrDefault(name.Trim());

    private static TechniqueState StateOf(string text) => text switch { "revoked" => TechniqueState.Revoked, "deprecated" => TechniqueState.Deprecated, _ => TechniqueState.Active };

    private static IEnumerable<string[]> Rows(string text, int columns) =>
        text.Split('\n').Skip(1).Select(l => l.TrimEnd('\r').Split('\t')).Where(r => r.Length >= columns);
}
