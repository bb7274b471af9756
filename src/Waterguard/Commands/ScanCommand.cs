using System.Collections.Immutable;
using System.CommandLine;
using Waterguard.Alerting;
using Waterguard.Alerting.Grouping;
using Waterguard.Content;
using Waterguard.Output;
using Waterguard.Pipeline;
using Waterguard.Sigma;
using Waterguard.Triage;

namespace Waterguard.Commands;

/// <summary><c>waterguard scan</c>: run over files or folders and print alerts.</summary>
internal static class ScanCommand
{
    private static readonly string[] Formats = ["table", "json", "ocsf", "incidents"];

    public static Command Build()
    {
        var paths = new Argument<string[]>("PATH") { Description = "Files or folders; - for standard input", Arity = ArgumentArity.OneOrMore };
        var source = new Option<string?>("--source") { Description = "Read every record as this source instead of recognising it", HelpName = "NAME" };
        var content = ContentArguments.Create();
        var output = new Option<string?>("--output", "-o") { Description = "table, json, ocsf or incidents (alerts grouped by what they share); table on a terminal, json otherwise", HelpName = "FORMAT" };
        output.AcceptOnlyFromAmong(Formats);
        var failOn = new Option<Level?>("--fail-on") { Description = "Exit with 1 when an alert of that level or above is found", HelpName = "LEVEL" };
        var minLevel = new Option<Level>("--min-level") { Description = "Leave out alerts below", HelpName = "LEVEL", DefaultValueFactory = _ => Level.Low };
        var suppressed = new Option<bool>("--include-suppressed") { Description = "Suppressed alerts too" };
        var labels = new Option<string[]>("--label") { Description = "Constant ECS field of every event, e.g. orchestrator.cluster.name=prod", HelpName = "KEY=VALUE" };
        var jobs = new Option<int?>("--jobs") { Description = "Worker threads; all cores by default", HelpName = "N" };
        var stats = new Option<string?>("--stats") { Description = "Write what was read and found as JSON", HelpName = "FILE" };
        var command = new Command("scan", "Run over files or folders and print alerts") { paths, source, output, failOn, minLevel, suppressed, labels, jobs, stats };
        content.AddTo(command);
        command.SetAction((parsed, cancel) => Task.FromResult(Run(new Request(
            parsed.GetRequiredValue(paths), parsed.GetValue(source), content.Read(parsed), parsed.GetValue(output), parsed.GetValue(failOn), parsed.GetValue(minLevel),
            parsed.GetValue(labels) ?? [], parsed.GetValue(jobs), parsed.GetValue(stats)) { IncludeSuppressed = parsed.GetValue(suppressed) }, cancel)));
        return command;
    }

    private static int Run(Request request, CancellationToken cancel)
    {
        var watch = new RunWatch(TimeProvider.System);
        if (request.Jobs is < 1 or > 1024) return ExitCodes.Refuse("--jobs: a number from 1 to 1024");
        if (request.Labels.FirstOrDefault(l => l.IndexOf('=', StringComparison.Ordinal) <= 0) is { } wrong) return ExitCodes.Refuse($"--label {wrong}: KEY=VALUE is expected");
        var labels = request.Labels.Select(l => l.Split('=', 2)).GroupBy(l => l[0], StringComparer.Ordinal).ToImmutableDictionary(g => g.Key, g => g.Last()[1], StringComparer.Ordinal);
        var lowest = request.FailOn is { } failOn && failOn < request.MinLevel ? failOn : request.MinLevel;
        Generation generation;
        IReadOnlyList<ScanInput> inputs;
        try
        {
            generation = GenerationLoader.Load(request.Content with { Labels = labels, Lowest = lowest, Examples = false });
            inputs = ScanInput.Of(request.Paths);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return ExitCodes.Refuse(e.Message);
        }

        Findings.Print(generation.Diagnostics, onlyErrors: true);
        if (request.Source is { } name && generation.Sources.Find(name) is null)
        {
            return ExitCodes.Refuse($"--source {name}: unknown; known are {string.Join(", ", generation.Sources.Sources.Select(s => s.Name))}");
        }

        watch.Loaded();
        var options = new ScanOptions(request.Source, request.Jobs ?? Environment.ProcessorCount, lowest);
        using var spool = new RawSpool();
        ScanResult result;
        try
        {
            using var progress = ScanProgress.Start(inputs);
            result = Scan.Run(generation, inputs, options, spool, progress, cancel);
        }
        catch (OperationCanceledException)
        {
            return ExitCodes.Interrupted;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return ExitCodes.Refuse(e.Message);
        }

        watch.Ran();
        var shown = result.Alerts.Where(a => a.Rule.Level >= request.MinLevel && (request.IncludeSuppressed || a.SuppressedBy is null)).ToArray();
        Write(request.Output ?? (Console.IsOutputRedirected ? "json" : "table"), shown, result);
        if (request.Stats is { } file) StatsFile.Write(file, generation, result, shown.Length, watch);
        return request.FailOn is { } level && result.Alerts.Any(a => a.Rule.Level >= level && a.SuppressedBy is null) ? ExitCodes.Failed : ExitCodes.Done;
    }

    private static void Write(string format, IReadOnlyList<Alert> alerts, ScanResult result)
    {
        switch (format)
        {
            case "json": JsonLines.Write(alerts, Alerting.Output.AlertJson.Write); break;
            case "ocsf": JsonLines.Write(alerts, Alerting.Output.OcsfJson.Write); break;
            case "incidents":
                var incidents = Dossiers.Fill(IncidentGrouping.Group(alerts, result.Tally.Delivered), result.Census.Census);
                // People get a report, programs get the contract.
                if (Console.IsOutputRedirected) JsonLines.Write(incidents, Alerting.Output.IncidentJson.Write);
                else IncidentText.Write(incidents, Console.Out);
                break;

            default: AlertTable.Print(alerts); break;
        }

        Findings.Summarise(result, alerts);
    }

    private sealed record Request(
        string[] Paths, string? Source, ContentOptions Content, string? Output, Level? FailOn, Level MinLevel, string[] Labels, int? Jobs, string? Stats)
    {
        public bool IncludeSuppressed { get; init; }
    }
}
