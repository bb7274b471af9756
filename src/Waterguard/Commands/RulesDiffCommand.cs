using System.CommandLine;
using Waterguard.Alerting;
using Waterguard.Output;
using Waterguard.Pipeline;
using Waterguard.Sigma;
using Waterguard.Validation;

namespace Waterguard.Commands;

/// <summary><c>waterguard rules diff</c>: alerts gained and lost by a change of content.</summary>
internal static class RulesDiffCommand
{
    public static Command Build()
    {
        var paths = new Argument<string[]>("PATH") { Description = "Telemetry to compare on: files or folders", Arity = ArgumentArity.ZeroOrMore };
        var against = new Option<string>("--against") { Description = "The content before the change: a folder laid out like ours, or rules", HelpName = "DIR", Required = true };
        var scenarios = new Option<bool>("--scenarios") { Description = "Compare on all scenarios too" };
        var output = RulesCommand.OutputOption();
        var content = ContentArguments.Create();
        var command = new Command("diff", "Alerts gained and lost by a change of rules, lists or suppressions") { paths, against, scenarios, output };
        content.AddTo(command);
        command.SetAction((parsed, cancel) => Task.FromResult(Run(new Request(
            parsed.GetValue(paths) ?? [], parsed.GetRequiredValue(against), parsed.GetValue(scenarios), content.Read(parsed), parsed.GetValue(output) == "json"), cancel)));
        return command;
    }

    private static int Run(Request request, CancellationToken cancel)
    {
        if (request.Paths.Length == 0 && !request.Scenarios) return ExitCodes.Refuse("nothing to compare on: name files or folders, or add --scenarios");
        if (!Directory.Exists(request.Against)) return ExitCodes.Refuse($"--against {request.Against}: there is no such folder");
        try
        {
            var isContent = Directory.Exists(Path.Combine(request.Against, "strategies")) || Directory.Exists(Path.Combine(request.Against, "sources"));
            var old = new ContentOptions(BuiltIn: false, isContent ? [request.Against] : [], isContent ? [] : [request.Against], request.Content.Lists) { Examples = false };
            var current = request.Content with { Examples = false };
            var (before, after) = (GenerationLoader.Load(old), GenerationLoader.Load(current));
            Findings.Print(before.Diagnostics.Concat(after.Diagnostics), onlyErrors: true);
            var difference = request.Scenarios
                ? OnScenarios(request, (before, ScenarioCatalog.Load(before, old)), (after, ScenarioCatalog.Load(after, current)), cancel)
                : ContentDifference.Of(Alerts(before, request, cancel), Alerts(after, request, cancel), null, null);
            if (request.Json) WriteJson(difference);
            else ContentDifferenceReport.Print(difference, Console.Out);
            return difference.LosesTruePositives ? ExitCodes.Failed : ExitCodes.Done;
        }
        catch (OperationCanceledException)
        {
            return ExitCodes.Interrupted;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return ExitCodes.Refuse(e.Message);
        }
    }

    // The scenarios of both sides: one whose rule was taken away is known to the older content only, and its attack is lost.
    private static ContentDifference OnScenarios(Request request, (Generation Content, ScenarioCatalog Catalog) before, (Generation Content, ScenarioCatalog Catalog) after, CancellationToken cancel)
    {
        var all = after.Catalog.Scenarios.Concat(before.Catalog.Scenarios).DistinctBy(s => s.Scenario.Id, StringComparer.Ordinal).ToArray();
        ValidationRun Outcome(Generation content) => ValidationRun.Of(all, new ScanStage(content).Play, Environment.ProcessorCount, TimeProvider.System, cancel);
        return ContentDifference.Of(Alerts(before.Content, request, cancel), Alerts(after.Content, request, cancel), Outcome(before.Content), Outcome(after.Content));
    }

    private static IReadOnlyList<Alert> Alerts(Generation content, Request request, CancellationToken cancel)
    {
        using var spool = new RawSpool();
        var inputs = ScanInput.Of(request.Paths);
        using var progress = ScanProgress.Start(inputs);
        return Scan.Run(content, inputs, new ScanOptions(null, Environment.ProcessorCount, Level.Informational), spool, progress, cancel).Alerts;
    }

    private static void WriteJson(ContentDifference difference)
    {
        using var stdout = Console.OpenStandardOutput();
        ContentDifferenceReport.WriteJson(difference, stdout);
        stdout.WriteByte((byte)'\n');
    }

    private sealed record Request(string[] Paths, string Against, bool Scenarios, ContentOptions Content, bool Json);
}
