using System.CommandLine;
using Waterguard.Service;
using Waterguard.Sources.Transports;

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
        return await Serving.RunAsync(configuration, transports, log, cancel);
    }
}
