using System.Text;
using Waterguard.Strategies.Claims;
using Waterguard.Strategies.Lint;

namespace Waterguard.Strategies.Rendering;

/// <summary>What the original documents claim, and what became of it: a table of every sentence, the claim that answers it, what executes that, its scenarios and their last result.</summary>
public static class AnswersPage
{
    private const int MostShown = 4;

    /// <summary>The page as Markdown.</summary>
    /// <param name="lastResult">The last result of a scenario, or null where it was not run.</param>
    /// <param name="missed">The variants of a strategy's scenarios that nothing catches, each with its reason.</param>
    public static string Render(IEnumerable<Strategy> strategies, DetectionNames names, Func<string, string?> lastResult, Func<string, IReadOnlyList<string>> missed)
    {
        var text = new StringBuilder("# What the strategies claim, and what executes it\n\n");
        text.Append("Generated from `content/strategies` and checked by a test (`WATERGUARD_UPDATE=1` with the tests writes it anew). Each row is a sentence of the document that a strategy was made from,\n");
        text.Append("by its address and a few of its words, with our claim that answers it. *By hand* says why nothing can execute it.\n");
        foreach (var strategy in strategies.Where(s => s.Document.Front.Original is not null))
        {
            text.Append("\n## ").Append(strategy.Name).Append("\n\nMade from *").Append(strategy.Document.Front.Original!.Title).Append("*.\n\n");
            text.Append("| Sentence | Our claim | What executes it | Scenarios | Last result |\n|---|---|---|---|---|\n");
            var rows = strategy.Document.Claims.SelectMany(c => c.Answers.Select(a => (Claim: c, Answer: a))).OrderBy(r => Order(r.Answer.Address), StringComparer.Ordinal);
            foreach (var (claim, answer) in rows)
            {
                var scenarios = ScenariosOf(strategy, claim, names).ToArray();
                var results = scenarios.Select(s => lastResult(s) ?? "not run yet").Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);
                text.Append("| `").Append(answer.Address).Append("` ").Append(Cell(answer.Quote)).Append(" | ").Append(claim.Id).Append(" | ").Append(Cell(Executors(strategy, claim))).Append(" | ")
                    .Append(Shown(scenarios, "none: nothing to detonate")).Append(" | ").Append(scenarios.Length == 0 ? "lint passed" : string.Join(", ", results)).Append(" |\n");
            }

            var past = missed(strategy.Name);
            if (past.Count > 0) text.Append("\n### What gets past\n\nVariants of the scenarios that nothing catches: blind spots that are known.\n\n").AppendJoin("", past.Select(p => $"- {p}\n"));
        }

        return text.ToString();
    }

    /// <summary>The scenarios that a claim is bound to, or that make its detections fire.</summary>
    public static IEnumerable<string> ScenariosOf(Strategy strategy, Claim claim, DetectionNames names)
    {
        var detections = claim.Names(BindingKind.Detections).SelectMany(names.Find).Select(h => h.Id).ToHashSet(StringComparer.Ordinal);
        return strategy.Scenarios.Where(s => claim.Names(BindingKind.Scenarios).Contains(s.Id, StringComparer.Ordinal) || s.Claim == claim.Id || s.Expects.SelectMany(e => names.Find(e.Name)).Any(h => detections.Contains(h.Id)))
            .Select(s => s.Id).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);
    }

    private static string Executors(Strategy strategy, Claim claim)
    {
        var parts = ClaimText.Executors(strategy, claim).Where(e => e.Kind != "scenarios").Select(e => $"{e.Kind}: {Shown(e.Names, "")}").ToList();
        if (claim.Manual is { } manual) parts.Add("by hand: " + manual);
        return string.Join("; ", parts);
    }

    private static string Shown(IReadOnlyList<string> names, string none) => names.Count switch
    {
        0 => none,
        <= MostShown => string.Join(", ", names),
        _ => $"{string.Join(", ", names.Take(MostShown))} and {names.Count - MostShown} more",
    };

    // Sections in the framework's order, sentences by number.
    private static string Order(string address)
    {
        var parts = address.Split('/');
        var section = Documents.AdsSections.All.IndexOf(Documents.AdsSections.All.FirstOrDefault(s => Documents.AdsSections.Slug(s) == parts.ElementAtOrDefault(1)));
        return $"{section:D2} {parts[^1].PadLeft(4, '0')}";
    }

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);
}
