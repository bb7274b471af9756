using System.Collections.Immutable;
using System.Globalization;
using Waterguard.Detection.Correlations;
using Waterguard.Detection.Matching;
using Waterguard.Sigma;
using Waterguard.Tests.Sigma;

namespace Waterguard.Tests.Detection.Correlations;

/// <summary>Matches and correlations from a short notation, and findings back into it.</summary>
internal static class CorrelationCases
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 2, 12, 0, 0, TimeSpan.Zero);

    /// <summary>The blocks of the table: name, correlation, matches, findings.</summary>
    public static IEnumerable<(string Name, string Correlation, string Matches, string Findings)> Read(string file)
    {
        var lines = File.ReadAllLines(CaseTable.InRepository("tests", "Waterguard.Tests", "Detection", "Correlations", "Cases", file));
        foreach (var block in string.Join('\n', lines.Where(l => !l.StartsWith('#'))).Split("\n= ", StringSplitOptions.RemoveEmptyEntries).Where(b => b.Trim().Length > 0))
        {
            var parts = block.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            yield return (parts[0], parts[1], parts[2], string.Join('\n', parts[3..].Select(f => f[2..])));
        }
    }

    public static RuleCollection RulesOf(params string[] correlations) => Some.Load(
    [
        string.Join("---\n", [Some.Named("r1"), Some.Named("r2"), Some.Named("r3"), .. correlations.Select((c, i) => $"title: c{i}\nname: c{i}\ncorrelation: {{{c}}}\n")]),
    ]);

    public static CorrelationEngine Engine(RuleCollection rules) => new(rules, _ => []);

    public static IReadOnlyList<Match> Matches(RuleCollection rules, string text) =>
        [.. text.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select((m, i) => Match(rules, m, i))];

    public static Match Match(RuleCollection rules, string text, int number)
    {
        var words = text.Split(' ');
        var at = words[0].Split('@');
        var rule = rules.Rules.Single(r => r.Header.Name == at[0]);
        var fields = words[1..].Select(w => w.Split('=')).ToDictionary(w => w[0], w => w[1].Split(',').ToImmutableArray(), StringComparer.Ordinal);
        var id = fields.Remove("id", out var given) ? given[0] : $"{number:000}";
        var time = Noon.AddSeconds(double.Parse(at[1], CultureInfo.InvariantCulture));
        var entities = ImmutableSortedDictionary<string, ImmutableArray<string>>.Empty.Add("identity", fields.GetValueOrDefault("h", []));
        return new Match(rule, id, time, TimeKnown: true, fields.ToImmutableDictionary(StringComparer.Ordinal), entities, new Evidence("test", "f", number, 0, time, null));
    }

    public static string Text(CorrelationOutcome outcome) => string.Join('\n', outcome.Findings.Select(Text));

    public static string Text(CorrelationFinding finding) => string.Create(CultureInfo.InvariantCulture,
        $"{string.Concat(finding.Group.Select(g => $"{g.Key}={g.Value} "))}{Seconds(finding.Start)}..{Seconds(finding.End)} value {finding.Measured} count {finding.Count}");

    private static double Seconds(DateTimeOffset time) => (time - Noon).TotalSeconds;
}
