using System.CommandLine;
using Waterguard.Content;
using Waterguard.Output;
using Waterguard.Pipeline;
using Waterguard.Rules;
using Waterguard.Sigma;
using Waterguard.Sigma.Parsing;

namespace Waterguard.Commands;

/// <summary><c>waterguard rules</c>: check, test, explain and compare rules.</summary>
internal static class RulesCommand
{
    public static Command Build() => new("rules", "Check, test, explain and compare Sigma rules") { Check(), RulesTestCommand.Build(), RulesExplainCommand.Build(), RulesDiffCommand.Build() };

    internal static Option<string?> OutputOption()
    {
        var output = new Option<string?>("--output", "-o") { Description = "text or json", HelpName = "FORMAT" };
        output.AcceptOnlyFromAmong("text", "json");
        return output;
    }

    private static Command Check()
    {
        var paths = new Argument<string[]>("PATH") { Description = "Rule files or folders", Arity = ArgumentArity.OneOrMore };
        var output = OutputOption();
        var verbose = new Option<bool>("--verbose") { Description = "Every rule that no known source reaches, instead of a count for each log source" };
        var command = new Command("check", "Parse and compile rules, and find those that can never fire") { paths, output, verbose };
        command.SetAction(parsed => RunCheck(parsed.GetRequiredValue(paths), parsed.GetValue(output) == "json", parsed.GetValue(verbose)));
        return command;
    }

    private static int RunCheck(string[] paths, bool json, bool verbose)
    {
        if (paths.FirstOrDefault(p => !File.Exists(p) && !Directory.Exists(p)) is { } missing) return ExitCodes.Refuse($"{missing}: there is no such file or folder");
        var lists = ListFiles.Load(new ContentFiles(builtIn: false, []), [], new DiagnosticBag(), TimeProvider.System);
        var rules = RuleLoader.Load(paths.SelectMany(RuleFiles.Below), RuleLoadOptions.Default with { Placeholders = lists.Texts });
        var sources = GenerationLoader.Load(ContentOptions.Default with { BuiltIn = false }).Sources;
        var dead = new DeadRules(sources).Find(rules.Rules).ToArray();
        if (json) RuleCheckReport.WriteJson(rules, dead);
        else RuleCheckReport.Print(rules, dead, verbose);
        return rules.Diagnostics.Any(d => d.Severity == Severity.Error) ? ExitCodes.Failed : ExitCodes.Done;
    }
}
