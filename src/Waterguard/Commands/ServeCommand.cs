using System.CommandLine;
using Waterguard.Output;
using Waterguard.Pipeline;
using Waterguard.Service;
using Waterguard.Sources.Transports;
using Waterguard.Storage;

namespace Waterguard.Commands;

/// <summary><c>waterguard serve</c>: the service.</summary>
internal static class ServeCommand
{
    public static Command Build()
    {
        var config = ConfigurationArguments.Option();
        var output = new Option<string>("--output", "-o") { Description = "json: one alert a line on standard output", HelpName = "FORMAT", DefaultValueFactory = _ => "json" };
        output.AcceptOnlyFromAmong("json");
        var command = new Command("serve", "Run as a service: take in what the configured inputs bring, and tell alerts") { config, output };
        command.SetAction((parsed, cancel) => RunAsync(parsed.GetRequiredValue(config), cancel));
        return command;
    }

    private static async Task<int> RunAsync(string file, CancellationToken cancel)
    {
        using var log = new ServiceLog(TimeProvider.System, Console.Error);
        var surroundings = new TransportSurroundings(TimeProvider.System, (input, text) => log.Warn(text, ("input", input)));
        if (ConfigurationArguments.Load(file, surroundings) is not var (configuration, transports)) return ExitCodes.Usage;
        try
        {
            // What people make by the API is content too, the last word of it.
            var own = Directory.CreateDirectory(Api.Live.OwnSuppressions.FolderOf(configuration.Data)).FullName;
            configuration = configuration with { Content = configuration.Content with { Content = configuration.Content.Content.Add(own) } };
            var generation = GenerationLoader.Load(configuration.Content with { Lowest = configuration.MinLevel, Examples = false });
            Findings.Print(generation.Diagnostics, onlyErrors: true);
            foreach (var input in configuration.Inputs)
            {
                if (input.Source is { } source && generation.Sources.Find(source) is null) return ExitCodes.Refuse(SourceText.Unknown(input, generation.Sources));
            }

            await new RunningService(configuration, generation, TimeProvider.System, log).RunAsync(transports, cancel);
            return ExitCodes.Done;
        }
        catch (Exception e) when (e is StorageUnavailableException or IOException or UnauthorizedAccessException)
        {
            return ExitCodes.Refuse(e.Message);
        }
        catch (ServiceFailedException e)
        {
            Console.Error.WriteLine("waterguard: " + e.Message);
            return ExitCodes.Failed;
        }
    }
}
