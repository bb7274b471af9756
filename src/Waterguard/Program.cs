using System.CommandLine;
using System.Runtime.InteropServices;
using Waterguard.Commands;

namespace Waterguard;

/// <summary>The command line's entry.</summary>
internal static class Program
{
    private static PosixSignalRegistration[] s_signals = [];

    public static Task<int> Main(string[] arguments)
    {
        var root = new RootCommand("Finds adversaries who use containers to get past security monitoring.")
        {
            CensusCommand.Build(),
            CoverageCommand.Build(),
            DemoCommand.Build(),
            EvidenceCommand.Build(),
            InvestigateCommand.Build(),
            LocalCommand.Build(),
            PostureCommand.Build(),
            RespondCommand.Build(),
            ScanCommand.Build(),
            RulesCommand.Build(),
            SensorCommand.Build(),
            ServeCommand.Build(),
            SourcesCommand.Build(),
            StoreCommand.Build(),
            StrategyCommand.Build(),
            ValidateCommand.Build(),
        };
        var parsed = root.Parse(arguments);
        if (parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors) Console.Error.WriteLine($"waterguard: {error.Message}");
            Console.Error.WriteLine("Try 'waterguard --help'.");
            return Task.FromResult(ExitCodes.Usage);
        }

        return parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null }, Stopped());
    }

    // The first signal asks the command to end, however long it takes to end in order; the second ends the process. The library's own handling ends it after some seconds, and can meet what it has disposed of.
    private static CancellationToken Stopped()
    {
        var stop = new CancellationTokenSource(); // as long as the process
        void Ask(PosixSignalContext context)
        {
            context.Cancel = !stop.IsCancellationRequested;
            stop.Cancel();
        }

        s_signals = [PosixSignalRegistration.Create(PosixSignal.SIGINT, Ask), PosixSignalRegistration.Create(PosixSignal.SIGTERM, Ask)];
        return stop.Token;
    }
}
