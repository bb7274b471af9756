using System.CommandLine;
using Waterguard.Content;
using Waterguard.Output;
using Waterguard.Pipeline;
using Waterguard.Rules;
using Waterguard.Sigma;

namespace Waterguard.Commands;

/// <summary><c>waterguard rules test</c>: run the examples that stand beside rules.</summary>
internal static class RulesTestCommand
{
    public static Command Build()
    {
        var paths = new Argument<string[]>("PATH") { Description = "Rule files or folders; without, the rules that ship with Waterguard", Arity = ArgumentArity.ZeroOrMore };
        var content = ContentArguments.Create();
        var output = RulesCommand.OutputOption();
        var command = new Command("test", "Run each rule's examples") { paths, output, content.Lists, content.Content };
        command.SetAction(parsed => Run(
            parsed.GetValue(paths) ?? [],
            new ContentOptions(false, [.. parsed.GetValue(content.Content) ?? []], [], [.. parsed.GetValue(content.Lists) ?? []]),
            parsed.GetValue(output) == "json"));
        return command;
    }

    private static int Run(string[] paths, ContentOptions options, bool json)
    {
        if (paths.FirstOrDefault(p => !File.Exists(p) && !Directory.Exists(p)) is { } missing) return ExitCodes.Refuse($"{missing}: there is no such file or folder");
        Generation generation;
        try
        {
            generation = GenerationLoader.Load(options with { BuiltIn = paths.Length == 0, Rules = [.. paths] });
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return ExitCodes.Refuse(e.Message);
        }

        var errors = generation.Diagnostics.Where(d => d.Severity == Severity.Error).ToArray();
        var results = new RuleTester(generation, IsOurs).Run().ToArray();
        if (json) RuleTestReport.WriteJson(results, errors);
        else RuleTestReport.Print(results, errors);
        return errors.Length > 0 || results.Any(r => !r.Passed) ? ExitCodes.Failed : ExitCodes.Done;
    }

    // Content laid out as ours is held to what ours is held to.
    private static bool IsOurs(SigmaRule rule) => rule.Header.Location.File.StartsWith("strategies/", StringComparison.Ordinal);
}
