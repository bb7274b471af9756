using System.Collections.Immutable;
using Waterguard.Events.Shapes;
using Waterguard.Rules;
using Waterguard.Sigma;

namespace Waterguard.Output;

/// <summary>What <c>rules explain</c> prints.</summary>
internal static class ExplainReport
{
    private const string Green = "\e[32m";
    private const string Red = "\e[31m";
    private const string Dim = "\e[2m";
    private const string Reset = "\e[0m";

    public static bool MayColour() => !Console.IsOutputRedirected && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));

    public static void Print(TextWriter output, SigmaRule rule, EventShape form, ImmutableArray<ExplainedLine> lines, bool colours)
    {
        output.WriteLine($"{Printable(rule.Header.Title)} ({rule.Header.Id})");
        output.WriteLine($"read as {form.Source} ({form.Form}): {(lines[0].Holds ? "the rule matches" : "the rule does not match")}");
        if (!form.Takes(rule.LogSource)) output.WriteLine($"but a scan does not evaluate it there: the rule is for {rule.LogSource}");
        foreach (var line in lines)
        {
            var mark = line.Holds ? "✔" : "✘";
            if (colours) mark = (line.Holds ? Green : Red) + mark + Reset;
            var found = line.Found.Length == 0 ? "" : colours ? $"   {Dim}{Printable(line.Found)}{Reset}" : $"   {Printable(line.Found)}";
            output.WriteLine($"{new string(' ', line.Depth * 2)}{mark} {Printable(line.Text)}{found}");
        }
    }

    // Log text may hold control sequences that would drive the terminal.
    private static string Printable(string text) => string.Concat(text.Select(c => char.IsControl(c) ? '\uFFFD' : c));
}
