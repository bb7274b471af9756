using System.CommandLine;
using System.Text.Json;
using Waterguard.Alerting.Output;
using Waterguard.Content;
using Waterguard.Output;
using Waterguard.Pipeline;
using Waterguard.Strategies;
using Waterguard.Strategies.Lint;

namespace Waterguard.Commands;

/// <summary><c>waterguard strategy lint</c>: whether the documents say what is executed.</summary>
internal static class StrategyLintCommand
{
    public static Command Build()
    {
        var names = new Argument<string[]>("NAME|DIR") { Description = "Strategies by name, or a strategy's folder; without, all", Arity = ArgumentArity.ZeroOrMore };
        var (content, output) = (ContentArguments.Create(), RulesCommand.OutputOption());
        var command = new Command("lint", "Check documents, claims, playbooks and what stands beside them") { names, output, content.Content };
        command.SetAction(parsed => Run(parsed.GetValue(names) ?? [], content.Read(parsed), parsed.GetValue(output) == "json"));
        return command;
    }

    private static int Run(string[] names, ContentOptions content, bool json)
    {
        try
        {
            var folders = names.Where(Directory.Exists).ToDictionary(d => Path.GetFileName(Path.GetFullPath(d).TrimEnd('/')), d => d.TrimEnd('/'), StringComparer.Ordinal);
            if (folders.Values.FirstOrDefault(d => !File.Exists(Path.Combine(d, "strategy.md"))) is { } empty) return ExitCodes.Refuse($"{empty}: there is no strategy.md in this folder");
            var catalog = StrategyCatalog.Load(content, folders);
            var wanted = names.Select(n => Directory.Exists(n) ? Path.GetFileName(Path.GetFullPath(n).TrimEnd('/')) : n).ToArray();
            if (wanted.FirstOrDefault(n => catalog.Find(n) is null) is { } missing) return ExitCodes.Refuse($"there is no strategy '{missing}'. There are: {string.Join(", ", catalog.Folders.Select(f => f.Name))}");
            var chosen = catalog.Folders.Where(f => wanted.Length == 0 || wanted.Contains(f.Name, StringComparer.Ordinal)).ToArray();
            var reports = chosen.Select(f => Located(StrategyLint.Check(f, catalog.Surroundings), catalog, folders.GetValueOrDefault(f.Name))).ToArray();
            if (json) WriteJson(reports);
            else Print(reports);
            return reports.Any(r => r.Errors > 0) ? ExitCodes.Failed : ExitCodes.Done;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return ExitCodes.Refuse(e.Message);
        }
    }

    // What is wrong with its detections belongs to a strategy, and a folder's files are told by the path that was given.
    private static LintReport Located(LintReport report, StrategyCatalog catalog, string? folder)
    {
        var prefix = $"strategies/{report.Strategy}/";
        var all = report.Diagnostics.Concat(catalog.Generation.Diagnostics.Where(d => d.Location.File.StartsWith(prefix, StringComparison.Ordinal)));
        return report with
        {
            Diagnostics = [.. all.Select(d => folder is not null && d.Location.File.StartsWith(prefix, StringComparison.Ordinal) ? d with { Location = d.Location with { File = $"{folder}/{d.Location.File[prefix.Length..]}" } } : d)],
        };
    }

    private static void Print(IReadOnlyList<LintReport> reports)
    {
        foreach (var report in reports)
        {
            foreach (var diagnostic in report.Diagnostics) Console.Out.WriteLine(diagnostic);
            Console.Out.WriteLine(
                $"{report.Strategy}: {report.Claims} claims, {report.Bound} executed, {report.Manual} by hand with a reason; {report.Detections} detections, {report.WithScenario} with a scenario, "
                + $"{report.WithQuietTwin} with a quiet twin; {report.Errors} errors, {report.Diagnostics.Count(d => d.Severity == Severity.Warning)} warnings.");
        }
    }

    private static void WriteJson(IReadOnlyList<LintReport> reports)
    {
        using var stream = Console.OpenStandardOutput();
        using var writer = new Utf8JsonWriter(stream, AlertJson.Options with { Indented = true });
        writer.WriteStartArray();
        foreach (var report in reports)
        {
            writer.WriteStartObject();
            writer.WriteString("strategy", report.Strategy);
            writer.WriteNumber("claims", report.Claims);
            writer.WriteNumber("executed", report.Bound);
            writer.WriteNumber("manual", report.Manual);
            writer.WriteNumber("detections", report.Detections);
            writer.WriteNumber("with_scenario", report.WithScenario);
            writer.WriteNumber("with_quiet_twin", report.WithQuietTwin);
            RuleCheckReport.Write(writer, "errors", [.. report.Diagnostics.Where(d => d.Severity == Severity.Error)]);
            RuleCheckReport.Write(writer, "warnings", [.. report.Diagnostics.Where(d => d.Severity != Severity.Error)]);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.Flush();
        stream.WriteByte((byte)'\n');
    }
}
