using System.CommandLine;
using Waterguard.Coverage;
using Waterguard.Output;
using Waterguard.Pipeline;

namespace Waterguard.Commands;

/// <summary><c>waterguard sources coverage</c>: what telemetry there is, and what cannot be seen because of what is missing.</summary>
internal static class SourcesCoverageCommand
{
    public static Command Build()
    {
        var paths = new Argument<string[]>("PATH") { Description = "Files or folders; - for standard input", Arity = ArgumentArity.OneOrMore };
        var content = ContentArguments.Create();
        var output = new Option<string>("--output", "-o") { Description = "table or json", HelpName = "FORMAT", DefaultValueFactory = _ => "table" };
        output.AcceptOnlyFromAmong("table", "json");
        var command = new Command("coverage", "Tell what telemetry there is in files, and which detections are blind on it") { paths, output, SourcesCoverageLiveCommand.Build() };
        content.AddTo(command);
        command.SetAction((parsed, cancel) => Task.FromResult(Run(parsed.GetRequiredValue(paths), content.Read(parsed), parsed.GetRequiredValue(output) == "json", cancel)));
        return command;
    }

    private static int Run(string[] paths, ContentOptions content, bool json, CancellationToken cancel)
    {
        try
        {
            var generation = GenerationLoader.Load(content);
            Findings.Print(generation.Diagnostics, onlyErrors: true);
            var telemetry = Telemetry.Load(content.Content);
            var inputs = ScanInput.Of(paths);
            CoverageReport report;
            using (var progress = ScanProgress.Start(inputs)) report = CoverageReport.Make(generation, telemetry, inputs, progress, cancel);
            Write(report, json);
            return ExitCodes.Done;
        }
        catch (OperationCanceledException)
        {
            return ExitCodes.Interrupted;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            return ExitCodes.Refuse(e.Message);
        }
    }

    /// <summary>Prints a report.</summary>
    public static void Write(CoverageReport report, bool json)
    {
        if (!json)
        {
            CoverageText.Write(report, Console.Out);
            return;
        }

        using var stdout = Console.OpenStandardOutput();
        CoverageJson.Write(report, stdout);
    }
}
