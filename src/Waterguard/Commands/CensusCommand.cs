using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using Waterguard.Detection.Census;
using Waterguard.Output;
using Waterguard.Pipeline;
using Waterguard.Sigma;

namespace Waterguard.Commands;

/// <summary><c>waterguard census</c>: which containers there were, who says so, and where the witnesses disagree.</summary>
internal static class CensusCommand
{
    public static Command Build()
    {
        var paths = new Argument<string[]>("PATH") { Description = "Files or folders; - for standard input; without any, what the service's journal has kept", Arity = ArgumentArity.ZeroOrMore };
        var content = ContentArguments.Create();
        var config = ConfigurationArguments.Option();
        var output = new Option<string?>("--output", "-o") { Description = "table or json; table on a terminal, json otherwise", HelpName = "FORMAT" };
        output.AcceptOnlyFromAmong("table", "json");
        var at = new Option<string?>("--at") { Description = "Only what was there at a time, such as 2026-11-02T08:00:00Z", HelpName = "TIME" };
        var host = new Option<string?>("--host") { Description = "Only what was on a host", HelpName = "NAME" };
        var space = new Option<string?>("--namespace") { Description = "Only what was in a namespace", HelpName = "NAME" };
        var image = new Option<string?>("--image") { Description = "Only images whose name or digest contains a text", HelpName = "TEXT" };
        var unclaimed = new Option<bool>("--unclaimed") { Description = "Only what nobody claims" };
        var labels = new Option<string[]>("--label") { Description = "Constant ECS field of every event, e.g. orchestrator.cluster.name=prod", HelpName = "KEY=VALUE" };
        var command = new Command("census", "Tell which containers there were, who says so, and where the witnesses disagree") { paths, config, output, at, host, space, image, unclaimed, labels };
        content.AddTo(command);
        command.SetAction((parsed, cancel) => Task.FromResult(Run(
            parsed.GetValue(paths) ?? [], parsed.GetRequiredValue(config), content.Read(parsed), parsed.GetValue(labels) ?? [], parsed.GetValue(at), parsed.GetValue(output),
            new Filter(parsed.GetValue(host), parsed.GetValue(space), parsed.GetValue(image), parsed.GetValue(unclaimed)), cancel)));
        return command;
    }

    private static int Run(string[] paths, string config, ContentOptions content, string[] labels, string? at, string? output, Filter filter, CancellationToken cancel)
    {
        DateTimeOffset? time = null;
        if (at is not null)
        {
            if (!DateTimeOffset.TryParse(at, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var read)) return ExitCodes.Refuse($"--at {at}: a time is expected, such as 2026-11-02T08:00:00Z");
            time = read;
        }

        if (labels.FirstOrDefault(l => l.IndexOf('=', StringComparison.Ordinal) <= 0) is { } wrong) return ExitCodes.Refuse($"--label {wrong}: KEY=VALUE is expected");
        try
        {
            // Facts are read, and no rule is judged.
            var options = content with
            {
                BuiltIn = false, Examples = false, Rules = [], Lowest = Level.Critical,
                Labels = labels.Select(l => l.Split('=', 2)).GroupBy(l => l[0], StringComparer.Ordinal).ToImmutableDictionary(g => g.Key, g => g.Last()[1], StringComparer.Ordinal),
            };
            var stage = paths.Length == 0 ? JournalCensus.Read(config, options, cancel) : Scanned(paths, options, cancel);
            if (stage is null) return ExitCodes.Usage;
            var (census, disagreements, witnesses) = stage.Value;
            var report = CensusReport.Of(census, witnesses, time);
            report = report with { Entries = [.. report.Entries.Where(filter.Takes)] };
            census.CountCapped();
            if ((output ?? (Console.IsOutputRedirected ? "json" : "table")) == "table")
            {
                CensusTable.Print(report, disagreements);
                return ExitCodes.Done;
            }

            using var stdout = Console.OpenStandardOutput();
            CensusJson.Write(report, disagreements, census.Counts, stdout);
            return ExitCodes.Done;
        }
        catch (OperationCanceledException)
        {
            return ExitCodes.Interrupted;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or Storage.StorageUnavailableException)
        {
            return ExitCodes.Refuse(e.Message);
        }
    }

    private static (ContainerCensus, IReadOnlyList<Disagreement>, ImmutableArray<Witness>)? Scanned(string[] paths, ContentOptions options, CancellationToken cancel)
    {
        var generation = GenerationLoader.Load(options);
        Findings.Print(generation.Diagnostics, onlyErrors: true);
        var inputs = ScanInput.Of(paths);
        using var spool = new RawSpool();
        using var progress = ScanProgress.Start(inputs);
        var result = Scan.Run(generation, inputs, new ScanOptions(null, Environment.ProcessorCount, Level.Critical), spool, progress, cancel);
        return (result.Census.Census, result.Census.Disagreements, generation.Readings.Witnesses);
    }

    private sealed record Filter(string? Host, string? Namespace, string? Image, bool Unclaimed)
    {
        public bool Takes(CensusEntry entry) =>
            (Host is null || entry.Subject.Host.Equals(Host, StringComparison.OrdinalIgnoreCase)) && (Namespace is null || entry.Subject.Namespace == Namespace)
            && (Image is null || entry.Subject.Image.Contains(Image, StringComparison.Ordinal) || entry.Subject.Digest.Contains(Image, StringComparison.Ordinal))
            && (!Unclaimed || entry.Subject.ClaimedBy.IsEmpty);
    }
}
