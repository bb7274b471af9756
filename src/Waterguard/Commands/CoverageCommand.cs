using System.CommandLine;
using Waterguard.Strategies;
using Waterguard.Strategies.Attack;
using Waterguard.Strategies.Coverage;

namespace Waterguard.Commands;

/// <summary><c>waterguard coverage</c>: which techniques the detections find, tactic by tactic.</summary>
internal static class CoverageCommand
{
    public static Command Build()
    {
        var navigator = new Option<string?>("--navigator") { Description = "Write a layer for the ATT&CK Navigator", HelpName = "FILE" };
        var content = ContentArguments.Create();
        var command = new Command("coverage", "Print the techniques of ATT&CK that the detections cover") { navigator };
        content.AddTo(command);
        command.SetAction(parsed =>
        {
            try
            {
                var catalog = StrategyCatalog.Load(content.Read(parsed));
                var attack = catalog.Surroundings.Attack;
                // A state is known where the service runs; from content alone nobody has looked.
                var coverage = TechniqueCoverage.Of(catalog.Generation.Rules, attack, _ => CoverageState.None);
                if (parsed.GetValue(navigator) is not { } file)
                {
                    Print(coverage, attack);
                    return ExitCodes.Done;
                }

                using (var stream = File.Create(file)) NavigatorLayer.Write(coverage, attack, stream);
                Console.Error.WriteLine($"{file}: {coverage.Length} techniques.");
                return ExitCodes.Done;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return ExitCodes.Refuse(e.Message);
            }
        });
        return command;
    }

    private static void Print(IReadOnlyList<TechniqueCoverage> coverage, AttackCatalog attack)
    {
        foreach (var tactic in attack.Tactics)
        {
            var techniques = coverage.Where(c => AttackCatalog.Fits(c.Technique, tactic)).ToArray();
            if (techniques.Length == 0) continue;
            Console.Out.WriteLine($"{tactic}: {techniques.Length} techniques, {techniques.SelectMany(t => t.Detections).DistinctBy(d => d.Id).Count()} detections");
            foreach (var one in techniques) Console.Out.WriteLine($"  {one.Technique.Id,-10} {one.Technique.Name,-48} {one.Detections.Length}");
        }
    }
}
