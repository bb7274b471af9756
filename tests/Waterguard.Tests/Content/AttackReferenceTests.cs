using System.Text.RegularExpressions;
using Waterguard.Pipeline;
using Xunit;

namespace Waterguard.Tests.Content;

/// <summary>Every technique and tactic that our content names exists, in ATT&amp;CK as shipped or in the crosswalk to its next version.</summary>
public sealed partial class AttackReferenceTests
{
    private static readonly HashSet<string> Tactics =
    [
        "reconnaissance", "resource-development", "initial-access", "execution", "persistence", "privilege-escalation", "stealth", "defense-impairment",
        "credential-access", "discovery", "lateral-movement", "collection", "command-and-control", "exfiltration", "impact",
    ];

    [Fact]
    public void Every_technique_of_a_rule_or_strategy_is_known()
    {
        var known = Techniques();
        var text = Directory.EnumerateFiles(Repository.PathOf("content", "strategies"), "*.*", SearchOption.AllDirectories)
            .SelectMany(f => Technique().Matches(File.ReadAllText(f)).Select(m => (File: Path.GetFileName(f), Id: m.Groups["id"].Value.ToUpperInvariant())));

        Assert.DoesNotContain(text, t => !known.Contains(t.Id));
    }

    [Fact]
    public void Every_tactic_of_a_rule_is_one_of_the_current_version()
    {
        var generation = GenerationLoader.Load(ContentOptions.Default);
        var tags = generation.Rules.Rules.SelectMany(r => r.Header.Tags).Concat(generation.Rules.Correlations.SelectMany(c => c.Header.Tags));

        Assert.Empty(tags.Where(t => t.StartsWith("attack.", StringComparison.Ordinal) && !Technique().IsMatch(t)).Select(t => t["attack.".Length..]).Distinct().Except(Tactics));
    }

    [Fact]
    public void The_crosswalk_leads_from_known_techniques()
    {
        var shipped = Rows("techniques.tsv").Select(r => r[0]).ToHashSet();

        Assert.DoesNotContain(Rows("crosswalk.tsv"), r => r[0].StartsWith('T') && !r[0].StartsWith("TA", StringComparison.Ordinal) && !shipped.Contains(r[0]));
        Assert.True(shipped.Count > 600);
        Assert.Contains("MITRE", File.ReadAllText(Repository.PathOf("content", "attack", "NOTICE.txt")), StringComparison.Ordinal);
    }

    private static HashSet<string> Techniques() => [.. Rows("techniques.tsv").Select(r => r[0]), .. Rows("crosswalk.tsv").Select(r => r[1])];

    private static IEnumerable<string[]> Rows(string file) => File.ReadLines(Repository.PathOf("content", "attack", file)).Skip(1).Select(l => l.Split('\t'));

    [GeneratedRegex(@"attack\.(?<id>t\d{4}(\.\d{3})?)\b", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Technique();
}
