using System.CommandLine;
using Waterguard.Strategies;
using Waterguard.Strategies.Attack;
using Waterguard.Strategies.Coverage;
using Waterguard.Strategies.State;

namespace Waterguard.Commands;

/// <summary><c>waterguard coverage</c>: which techniques the detections find, tactic by tactic.</summary>
internal static class CoverageCommand
{
    public static Command Build()
    {
        var navigator = new Option<string?>("--navigator") { Description = "Write a layer for the ATT&CK Navigator", HelpName = "FILE" };
        var command = new Command("coverage", "Print the techniques of ATT&CK that the detections cover, and whether they can do their work on the telemetry that there is") { navigator };
        var state = new StateArguments(command);
        command.SetAction((parsed, cancel) =>
        {
            var (request, file) = (state.Read(parsed), parsed.GetValue(navigator));
            // From content alone nobody has looked.
            return Task.FromResult(request.IsAsked ? StateArguments.With(request, found => Write(found.Catalog, StatesOf(found), file), cancel) : Write(StrategyCatalog.Load(request.Content), [], file));
        });
        return command;
    }

    private static int Write(StrategyCatalog catalog, Dictionary<string, CoverageState> states, string? file)
    {
        var attack = catalog.Surroundings.Attack;
        var coverage = TechniqueCoverage.Of(catalog.Generation.Rules, attack, id => states.GetValueOrDefault(id));
        if (file is null)
        {
            Print(coverage, attack);
            return ExitCodes.Done;
        }

        try
        {
            using (var stream = File.Create(file)) NavigatorLayer.Write(coverage, attack, stream);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return ExitCodes.Refuse(e.Message);
        }

        Console.Error.WriteLine($"{file}: {coverage.Length} techniques: {string.Join(", ", coverage.GroupBy(c => c.State).OrderByDescending(g => g.Key).Select(g => $"{g.Count()} {Words(g.Key)}"))}.");
        return ExitCodes.Done;
    }

    private static Dictionary<string, CoverageState> StatesOf(StatesSeen found) => found.States.SelectMany(s => s.Detections).DistinctBy(d => d.Detection.Id, StringComparer.Ordinal).ToDictionary(d => d.Detection.Id, d => d.State switch
    {
        Armament.Armed => CoverageState.Armed,
        Armament.Degraded => CoverageState.Degraded,
        _ => CoverageState.Blind,
    }, StringComparer.Ordinal);

    private static string Words(CoverageState state) => state == CoverageState.None ? "of unknown state" : state.ToString().ToLowerInvariant();

    private static void Print(IReadOnlyList<TechniqueCoverage> coverage, AttackCatalog attack)
    {
        foreach (var tactic in attack.Tactics)
        {
            var techniques = coverage.Where(c => AttackCatalog.Fits(c.Technique, tactic)).ToArray();
            if (techniques.Length == 0) continue;
            Console.Out.WriteLine($"{tactic}: {techniques.Length} techniques, {techniques.SelectMany(t => t.Detections).DistinctBy(d => d.Id).Count()} detections");
            foreach (var one in techniques) Console.Out.WriteLine($"  {one.Technique.Id,-10} {one.Technique.Name,-48} {one.Detections.Length}{(one.State == CoverageState.None ? "" : $" {Words(one.State)}")}");
        }
    }
}
