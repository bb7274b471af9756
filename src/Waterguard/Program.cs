using System.CommandLine;
using Waterguard.Commands;

namespace Waterguard;

/// <summary>The command line's entry.</summary>
internal static class Program
{
    public static Task<int> Main(string[] arguments)
    {
        var root = new RootCommand("Finds adversaries who use containers to get past security monitoring.")
        {
            CensusCommand.Build(),
            CoverageCommand.Build(),
            ScanCommand.Build(),
            RulesCommand.Build(),
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

        // The service needs longer than the library's two seconds to judge what it has taken in.
        return parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = Service.RunningService.DrainTime * 3 });
    }
}
