using System.Text.Json;
using Waterguard.Alerting.Output;
using Waterguard.Content;
using Waterguard.Rules;

namespace Waterguard.Output;

/// <summary>What <c>rules test</c> prints.</summary>
internal static class RuleTestReport
{
    public static void Print(IReadOnlyList<RuleTestResult> results, IReadOnlyList<Diagnostic> errors)
    {
        foreach (var error in errors) Console.Out.WriteLine(error);
        foreach (var result in results)
        {
            // Rules without any example are counted below: a public collection has thousands.
            foreach (var finding in result.Examples > 0 ? result.Failures.Concat(result.Warnings) : result.Failures) Console.Out.WriteLine(finding);
            if (result is { Passed: true, Examples: > 0 }) Console.Out.WriteLine($"{result.Rule.Header.Location}: passed: '{result.Rule.Header.Title}', {result.Examples} examples");
        }

        Console.Out.WriteLine(
            $"{results.Count} rules with {results.Sum(r => r.Examples)} examples: {results.Count(r => r is { Passed: true, Examples: > 0 })} passed, "
            + $"{results.Count(r => !r.Passed)} failed, {results.Count(r => r is { Passed: true, Examples: 0 })} have no examples; {errors.Count} errors in content.");
    }

    public static void WriteJson(IReadOnlyList<RuleTestResult> results, IReadOnlyList<Diagnostic> errors)
    {
        using var stream = Console.OpenStandardOutput();
        using var writer = new Utf8JsonWriter(stream, AlertJson.Options with { Indented = true });
        writer.WriteStartObject();
        writer.WriteNumber("rules", results.Count);
        writer.WriteNumber("examples", results.Sum(r => r.Examples));
        writer.WriteNumber("passed", results.Count(r => r is { Passed: true, Examples: > 0 }));
        writer.WriteNumber("failed", results.Count(r => !r.Passed));
        writer.WriteNumber("without_examples", results.Count(r => r is { Passed: true, Examples: 0 }));
        RuleCheckReport.Write(writer, "errors", errors);
        writer.WriteStartArray("results");
        foreach (var result in results)
        {
            writer.WriteStartObject();
            writer.WriteString("id", result.Rule.Header.Id);
            writer.WriteString("title", result.Rule.Header.Title);
            writer.WriteString("file", result.Rule.Header.Location.File);
            writer.WriteNumber("line", result.Rule.Header.Location.Line);
            writer.WriteString("status", !result.Passed ? "failed" : result.Examples > 0 ? "passed" : "no_examples");
            writer.WriteNumber("examples", result.Examples);
            RuleCheckReport.Write(writer, "failures", result.Failures);
            RuleCheckReport.Write(writer, "warnings", result.Warnings);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.Flush();
        stream.WriteByte((byte)'\n');
    }
}
