using System.CommandLine;
using Waterguard.Content;
using Waterguard.Coverage;
using Waterguard.Output;
using Waterguard.Pipeline;
using Waterguard.Sources.Transports;
using Waterguard.Storage;

namespace Waterguard.Commands;

/// <summary><c>waterguard sources coverage live</c>: the same report of what the service received, by its journal.</summary>
internal static class SourcesCoverageLiveCommand
{
    public static Command Build()
    {
        var config = ConfigurationArguments.Option();
        var last = new Option<string>("--last") { Description = "How far back: 30m, 24h, 7d", HelpName = "DURATION", DefaultValueFactory = _ => "24h" };
        var output = new Option<string>("--output", "-o") { Description = "table or json", HelpName = "FORMAT", DefaultValueFactory = _ => "table" };
        output.AcceptOnlyFromAmong("table", "json");
        var command = new Command("live", "The same of what the service received: reads the journal of the configured data folder, also while the service runs") { config, last, output };
        command.SetAction((parsed, cancel) => Task.FromResult(Run(parsed.GetRequiredValue(config), parsed.GetRequiredValue(last), parsed.GetRequiredValue(output) == "json", cancel)));
        return command;
    }

    private static int Run(string file, string last, bool json, CancellationToken cancel)
    {
        if (!Duration.TryParse(last, out var span)) return ExitCodes.Refuse($"--last {last}: is no duration such as 30m, 24h or 7d");
        if (ConfigurationArguments.Load(file, new TransportSurroundings(TimeProvider.System, (_, _) => { })) is not var (configuration, _)) return ExitCodes.Usage;
        try
        {
            var generation = GenerationLoader.Load(configuration.Content with { Lowest = configuration.MinLevel, Examples = false });
            Findings.Print(generation.Diagnostics, onlyErrors: true);
            var now = TimeProvider.System.GetUtcNow();
            SourcesCoverageCommand.Write(new LiveCoverage(generation, Telemetry.Load(configuration.Content.Content), configuration).Make(now - span, now, cancel), json);
            return ExitCodes.Done;
        }
        catch (OperationCanceledException)
        {
            return ExitCodes.Interrupted;
        }
        catch (Exception e) when (e is StorageUnavailableException or IOException or UnauthorizedAccessException or InvalidDataException)
        {
            return ExitCodes.Refuse(e.Message);
        }
    }
}
