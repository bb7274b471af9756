using System.CommandLine;
using System.Runtime.InteropServices;
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
        // Until a command has first waited, the library ends the process at a signal without letting it finish: a stop just after the start would be no orderly one.
        await Task.Yield();
        using var log = new ServiceLog(TimeProvider.System, Console.Error);
        var surroundings = new TransportSurroundings(TimeProvider.System, (input, text) => log.Warn(text, ("input", input)));
        if (ConfigurationArguments.Load(file, surroundings) is not var (configuration, transports)) return ExitCodes.Usage;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        using var term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => Stop(context, stop));
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => Stop(context, stop));
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

            await new RunningService(configuration, generation, TimeProvider.System, log).RunAsync(transports, stop.Token);
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

    private static void Stop(PosixSignalContext context, CancellationTokenSource stop)
    {
        context.Cancel = true;
        stop.Cancel();
    }
}
