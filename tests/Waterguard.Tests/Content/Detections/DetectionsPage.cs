using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Waterguard.Sigma;

namespace Waterguard.Tests.Content.Detections;

/// <summary>Renders docs/detections.md from the content and from what its examples do under other audit policies.</summary>
internal static class DetectionsPage
{
    public static string Render(RuleBench bench, string blindSpots)
    {
        var text = new StringBuilder();
        text.Append("""
            # Detections

            Generated from `content/strategies` and checked by a test (`WATERGUARD_UPDATE=1` with `dotnet test` writes it anew). *Variants* are the events that a
            rule is tested with. The last columns say what is left of a Kubernetes rule when its example events are logged differently: at
            level **Metadata** (no bodies), and under the **stock** policy that Google publishes for its own clusters; `yes` all examples still match, `some` a part,
            `no` none. Logs with **all stages** change nothing: a request that has only arrived is not judged done, and that is tested for every example.

            Correlations survive what the rules survive that they count; those stand below them, marked ↳.

            """.ReplaceLineEndings("\n"));
        foreach (var strategy in new[] { "cloud-container-evasion", "container-runtime-evasion" })
        {
            var headers = bench.Generation.Rules.Rules.Select(r => r.Header).Concat(bench.Generation.Rules.Correlations.Select(c => c.Header))
                .Where(h => bench.Generation.StrategyOf(h.Id) == strategy).ToArray();
            text.Append(CultureInfo.InvariantCulture, $"\n## {strategy}\n");
            foreach (var goal in headers.GroupBy(h => h.Custom.Serves ?? "", StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal))
            {
                text.Append(CultureInfo.InvariantCulture, $"\n### {goal.Key.TrimEnd('.')}\n\n| Rule | Level | ATT&CK | Variants | Metadata | Stock |\n|---|---|---|---|---|---|\n");
                foreach (var header in goal.OrderByDescending(h => h.Level).ThenBy(h => h.Title, StringComparer.Ordinal))
                {
                    text.Append(Row(bench, header)).Append('\n');
                }
            }
        }

        return text.Append('\n').Append(blindSpots.ReplaceLineEndings("\n").TrimEnd()).Append('\n').ToString();
    }

    private static string Row(RuleBench bench, RuleHeader header)
    {
        var rule = bench.Generation.Rules.Rules.FirstOrDefault(r => r.Header.Id == header.Id);
        var counted = rule is not null && header.Name is not null && !bench.Generation.UseOf(rule).Alerts;
        var variants = rule is null ? "counted over time" : string.Join("; ", rule.Examples.Where(e => e.MustMatch).Select(e => e.Why ?? "as described").Distinct(StringComparer.Ordinal));
        var examples = rule is null ? [] : bench.AuditExamples(rule).ToArray();
        return $"| {(counted ? "↳ " : "")}{Cell(header.Title)} | {(counted ? "counted" : header.Level.ToString().ToLowerInvariant())} | {string.Join(" ", header.Attack)} | {Cell(variants)} | "
            + $"{Survives(bench, rule, examples, AuditPolicy.Metadata)} | {Survives(bench, rule, examples, AuditPolicy.Stock)} |";
    }

    private static string Survives(RuleBench bench, SigmaRule? rule, JsonObject[] examples, Func<JsonObject, JsonObject?> policy)
    {
        if (examples.Length == 0) return "–";
        var left = examples.Count(e => policy(e) is { } record && bench.Matches(rule!, record));
        return left == examples.Length ? "yes" : left == 0 ? "no" : "some";
    }

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);
}
