using Waterguard.Alerting;
using Waterguard.Content;
using Waterguard.Pipeline;
using Waterguard.Sigma;

namespace Waterguard.Output;

/// <summary>What people read on standard error: what is wrong with content and input, and a summary.</summary>
internal static class Findings
{
    private const int MaxShown = 10;

    public static void Print(IEnumerable<Diagnostic> diagnostics, bool onlyErrors)
    {
        foreach (var diagnostic in diagnostics.Where(d => !onlyErrors || d.Severity == Severity.Error)) Console.Error.WriteLine(diagnostic);
    }

    public static void Summarise(ScanResult result, IReadOnlyList<Alert> alerts)
    {
        var tally = result.Tally;
        foreach (var problem in tally.Problems.OrderBy(p => p.File, StringComparer.Ordinal).ThenBy(p => p.Line).Take(MaxShown))
        {
            Console.Error.WriteLine($"{problem.File}:{problem.Line}: byte {problem.Offset}: {problem.Reason}");
        }

        var bad = tally.MalformedRecords + tally.UnrecognisedRecords;
        if (bad > MaxShown) Console.Error.WriteLine($"… and {bad - MaxShown} more like these; --stats FILE lists the first of them.");
        var levels = Enum.GetValues<Level>().Reverse().Select(l => (Level: l, Count: alerts.Count(a => a.Rule.Level == l))).Where(l => l.Count > 0);
        var byLevel = string.Join(", ", levels.Select(l => $"{l.Count} {Alerting.Output.AlertJson.Name(l.Level)}"));
        Console.Error.WriteLine(
            $"{tally.Events} events ({string.Join(", ", tally.BySource.Select(s => $"{s.Key} {s.Value}"))}), {tally.MalformedRecords} malformed, "
            + $"{tally.UnrecognisedRecords} unrecognised; {alerts.Count} alerts{(byLevel.Length > 0 ? $": {byLevel}" : "")}.");
        if (result.Receipts.Count > 0) Console.Error.WriteLine($"known to be benign: {string.Join(", ", result.Receipts.Select(r => $"{r.Value} by {r.Key}"))}; --include-suppressed shows them.");
        var counts = string.Join(", ", result.Correlations.Counts.Where(c => c.Value > 0 && c.Key != "duplicates").Select(c => $"{c.Value} {c.Key.Replace('_', ' ')}"));
        if (counts.Length > 0) Console.Error.WriteLine($"correlations could not use: {counts}.");
        string[] told = ["undecided", "waiting", "forgotten", "capped", "late", "without_subject", "without_time"];
        var census = string.Join(", ", told.Select(n => (Name: n, Count: result.Census.Census.Counts.All[n])).Where(c => c.Count > 0).Select(c => $"{c.Count} {c.Name.Replace('_', ' ')}"));
        if (census.Length > 0) Console.Error.WriteLine($"census: {census}.");
        foreach (var (id, why) in result.Correlations.NotEvaluated) Console.Error.WriteLine($"correlation {id} was not evaluated: {why}");
    }
}
