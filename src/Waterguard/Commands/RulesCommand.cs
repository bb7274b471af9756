using System.CommandLine;
using System.Text.Json;
using Waterguard.Content;
using Waterguard.Pipeline;
using Waterguard.Sigma.Parsing;

namespace Waterguard.Commands;

/// <summary><c>waterguard rules</c>: check, test and explain rules.</summary>
internal static class RulesCommand
{
    public static Command Build() => new("rules", "Check, test and explain Sigma rules") { Check() };

    private static Command Check()
    {
        var paths = new Argument<string[]>("PATH") { Description = "Rule files or folders", Arity = ArgumentArity.OneOrMore };
        var output = new Option<string?>("--output", "-o") { Description = "text or json", HelpName = "FORMAT" };
        output.AcceptOnlyFromAmong("text", "json");
        var command = new Command("check", "Parse and compile rules") { paths, output };
        command.SetAction(parsed => RunCheck(parsed.GetRequiredValue(paths), parsed.GetValue(output) == "json"));
        return command;
    }

    private static int RunCheck(string[] paths, bool json)
    {
        if (paths.FirstOrDefault(p => !File.Exists(p) && !Directory.Exists(p)) is { } missing) return ExitCodes.Refuse($"{missing}: there is no such file or folder");
        var rules = RuleLoader.Load(paths.SelectMany(RuleFiles.Below));
        var errors = rules.Diagnostics.Where(d => d.Severity == Severity.Error).ToArray();
        var compiled = rules.Rules.Length + rules.Correlations.Length + rules.Filters;
        if (json)
        {
            using var writer = new Utf8JsonWriter(Console.OpenStandardOutput(), new JsonWriterOptions { Indented = true });
            writer.WriteStartObject();
            writer.WriteNumber("files", rules.Files);
            writer.WriteNumber("rules", rules.Rules.Length);
            writer.WriteNumber("correlations", rules.Correlations.Length);
            writer.WriteNumber("filters", rules.Filters);
            writer.WriteNumber("compiled", compiled);
            writer.WriteStartArray("errors");
            foreach (var error in errors)
            {
                writer.WriteStartObject();
                writer.WriteString("file", error.Location.File);
                writer.WriteNumber("line", error.Location.Line);
                writer.WriteNumber("column", error.Location.Column);
                writer.WriteString("code", error.Code);
                writer.WriteString("message", error.Message);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }
        else
        {
            foreach (var diagnostic in rules.Diagnostics) Console.Out.WriteLine(diagnostic);
            Console.Out.WriteLine($"{rules.Files} files: {rules.Rules.Length} rules, {rules.Correlations.Length} correlations and {rules.Filters} filters compile; {errors.Length} errors.");
        }

        return errors.Length > 0 ? ExitCodes.Failed : ExitCodes.Done;
    }
}
