using System.CommandLine;
using Waterguard.Alerting.Suppression;
using Waterguard.Strategies;
using Waterguard.Strategies.State;

namespace Waterguard.Commands;

/// <summary><c>waterguard strategy status</c>: whether each detection can do what it says, on the telemetry that there is.</summary>
internal static class StrategyStatusCommand
{
    private const int MostReasons = 12;

    public static Command Build()
    {
        var strategy = new Option<string[]>("--strategy") { Description = "Only this strategy (repeatable)", HelpName = "NAME" };
        var output = RulesCommand.OutputOption();
        var command = new Command("status", "Tell which strategies and detections are ARMED, DEGRADED or BLIND, and why") { strategy, output };
        var state = new StateArguments(command, asArgument: true);
        command.SetAction((parsed, cancel) => Task.FromResult(Run(state.Read(parsed), parsed.GetValue(strategy) ?? [], parsed.GetValue(output) == "json", cancel)));
        return command;
    }

    private static int Run(StateRequest request, string[] strategies, bool json, CancellationToken cancel)
    {
        if (!request.IsAsked) return ExitCodes.Refuse("strategy status: either telemetry in files, or --config of a service");
        return StateArguments.With(request, found =>
        {
            if (strategies.FirstOrDefault(s => found.Catalog.Find(s) is null) is { } unknown) return ExitCodes.Refuse($"there is no strategy '{unknown}'. There are: {string.Join(", ", found.Catalog.Folders.Select(f => f.Name))}");
            Write([.. found.States.Where(s => strategies.Length == 0 || strategies.Contains(s.Strategy, StringComparer.Ordinal))], found.Seen, found.Catalog, json);
            return ExitCodes.Done;
        }, cancel);
    }

    private static void Write(StrategyState[] states, Observations seen, StrategyCatalog catalog, bool json)
    {
        if (json)
        {
            using var stdout = Console.OpenStandardOutput();
            StrategyStateJson.Write(states, seen, name => SuppressionsOf(catalog, name), stdout);
            return;
        }

        foreach (var state in states)
        {
            Console.Out.WriteLine($"{StrategyStateJson.Name(state.State),-9} {state.Strategy}: {state.Count(Armament.Armed)} detections armed, {state.Count(Armament.Degraded)} degraded, {state.Count(Armament.Blind)} blind");
            foreach (var reasons in state.Detections.SelectMany(d => d.Reasons).GroupBy(r => (r.State, r.Text)).OrderByDescending(g => g.Key.State).ThenByDescending(g => g.Count()).ThenBy(g => g.Key.Text, StringComparer.Ordinal).Take(MostReasons))
                Console.Out.WriteLine($"  {StrategyStateJson.Name(reasons.Key.State),-9} {reasons.Count(),3} detections: {reasons.Key.Text}");
            foreach (var assumption in state.Assumptions) Console.Out.WriteLine($"  {(assumption.Holds switch { true => "holds", false => "FAILS", _ => "unseen" }),-9} {assumption.Assumption.Id}: {assumption.Observed}");
        }
    }

    private static IEnumerable<KnownBenign> SuppressionsOf(StrategyCatalog catalog, string strategy) =>
        catalog.Generation.Suppressions.Where(s => s.Location.File.StartsWith($"strategies/{strategy}/", StringComparison.Ordinal));
}
