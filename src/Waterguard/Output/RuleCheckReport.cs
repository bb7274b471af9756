using System.Text.Json;
using Waterguard.Alerting.Output;
using Waterguard.Content;
using Waterguard.Sigma;

namespace Waterguard.Output;

/// <summary>What <c>rules check</c> prints.</summary>
internal static class RuleCheckReport
{
    private const int MaxLogSources = 20;

    public static void WriteJson(RuleCollection rules, IReadOnlyList<Diagnostic> dead)
    {
        using var stream = Console.OpenStandardOutput();
        using var writer = new Utf8JsonWriter(stream, AlertJson.Options with { Indented = true });
        writer.WriteStartObject();
        writer.WriteNumber("files", rules.Files);
        writer.WriteNumber("rules", rules.Rules.Length);
        writer.WriteNumber("correlations", rules.Correlations.Length);
        writer.WriteNumber("filters", rules.Filters);
        writer.WriteNumber("compiled", Compiled(rules));
        Write(writer, "errors", rules.Diagnostics.Where(d => d.Severity == Severity.Error));
        Write(writer, "warnings", rules.Diagnostics.Concat(dead).Where(d => d.Severity != Severity.Error));
        writer.WriteEndObject();
        writer.Flush();
        stream.WriteByte((byte)'\n');
    }

    public static void Print(RuleCollection rules, IReadOnlyList<Diagnostic> dead, bool verbose)
    {
        var ids = rules.Rules.ToLookup(r => r.Header.Location);
        var folded = verbose ? [] : dead.Where(d => d.Code == SigmaCodes.NoSource).ToArray();
        foreach (var diagnostic in rules.Diagnostics.Concat(dead.Except(folded))) Console.Out.WriteLine(diagnostic);
        KeyValuePair<string, int>[] unknown =
        [
            .. folded.SelectMany(d => ids[d.Location].Take(1)).CountBy(r => r.LogSource.ToString(), StringComparer.Ordinal)
                .OrderByDescending(g => g.Value).ThenBy(g => g.Key, StringComparer.Ordinal),
        ];
        foreach (var (source, count) in unknown.Take(MaxLogSources)) Console.Out.WriteLine($"warning {SigmaCodes.NoSource}: no known source delivers {source}: rules {count}");
        if (unknown.Length > MaxLogSources)
        {
            Console.Out.WriteLine($"warning {SigmaCodes.NoSource}: … and {unknown.Length - MaxLogSources} further log sources: rules {unknown.Skip(MaxLogSources).Sum(u => u.Value)}; --verbose names them");
        }

        var errors = rules.Diagnostics.Count(d => d.Severity == Severity.Error);
        Console.Out.WriteLine(
            $"{rules.Files} files: {rules.Rules.Length} rules, {rules.Correlations.Length} correlations and {rules.Filters} filters compile; {errors} errors; "
            + $"{dead.Where(d => d is { Code: SigmaCodes.NeverFires, Severity: Severity.Warning }).Select(d => d.Location).Distinct().Count()} rules can never fire, {dead.Count(d => d.Code == SigmaCodes.NoSource)} reach no known source.");
    }

    /// <summary>Findings as a list of objects.</summary>
    public static void Write(Utf8JsonWriter writer, string name, IEnumerable<Diagnostic> diagnostics)
    {
        writer.WriteStartArray(name);
        foreach (var diagnostic in diagnostics)
        {
            writer.WriteStartObject();
            writer.WriteString("file", diagnostic.Location.File);
            writer.WriteNumber("line", diagnostic.Location.Line);
            writer.WriteNumber("column", diagnostic.Location.Column);
            writer.WriteString("code", diagnostic.Code);
            writer.WriteString("severity", diagnostic.Severity.ToString().ToLowerInvariant());
            writer.WriteString("message", diagnostic.Message);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static int Compiled(RuleCollection rules) => rules.Rules.Length + rules.Correlations.Length + rules.Filters;
}
