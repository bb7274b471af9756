using System.CommandLine;
using Waterguard.Output;
using Waterguard.Pipeline;
using Waterguard.Rules;
using Waterguard.Sigma;

namespace Waterguard.Commands;

/// <summary><c>waterguard rules explain</c>: why a rule does or does not match an event.</summary>
internal static class RulesExplainCommand
{
    public static Command Build()
    {
        var rule = new Argument<string>("RULE") { Description = "A rule file, or the id, name or title of a loaded rule" };
        var input = new Argument<string>("EVENT") { Description = "A file with the event as JSON, FILE:LINE, or - for standard input" };
        var source = new Option<string?>("--source") { Description = "Read the event as this source instead of recognising it", HelpName = "NAME" };
        var plain = new Option<bool>("--no-color") { Description = "No colours; so does the variable NO_COLOR" };
        var content = ContentArguments.Create();
        var command = new Command("explain", "Say clause by clause why a rule does or does not match an event") { rule, input, source, plain };
        content.AddTo(command);
        command.SetAction(parsed => Run(parsed.GetRequiredValue(rule), parsed.GetRequiredValue(input), parsed.GetValue(source), content.Read(parsed), parsed.GetValue(plain)));
        return command;
    }

    private static int Run(string name, string input, string? source, ContentOptions options, bool plain)
    {
        try
        {
            var isFile = File.Exists(name);
            var generation = GenerationLoader.Load(isFile ? options with { BuiltIn = false, Rules = [name] } : options);
            Findings.Print(generation.Diagnostics, onlyErrors: true);
            SigmaRule[] rules = [.. generation.Rules.Rules.Where(r => isFile ? r.Header.Location.File == name : IsNamed(r, name))];
            if (rules.Length == 0) return ExitCodes.Refuse(isFile ? $"{name}: no rule in it can be used" : $"{name}: neither a file nor a loaded rule's id, name or title");
            if (SingleEvent.Read(input, out var problem) is not { } json) return ExitCodes.Refuse(problem!);
            foreach (var rule in rules)
            {
                if (Explain(generation, rule, json, source, plain) is { } refusal) return ExitCodes.Refuse(refusal);
            }

            return ExitCodes.Done;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return ExitCodes.Refuse(e.Message);
        }
    }

    private static bool IsNamed(SigmaRule rule, string name) =>
        string.Equals(rule.Header.Id, name, StringComparison.OrdinalIgnoreCase) || rule.Header.Name == name || string.Equals(rule.Header.Title, name, StringComparison.OrdinalIgnoreCase);

    private static string? Explain(Generation generation, SigmaRule rule, byte[] json, string? source, bool plain)
    {
        var records = new RecordForms(generation).Read(json, rule, source, out var problem);
        if (problem is not null) return problem;
        if (records.Length == 0) return "the event is an empty envelope";
        var explainer = new RuleExplainer(generation);
        foreach (var record in records) ExplainReport.Print(Console.Out, rule, record.Form, explainer.Explain(rule, record), colours: !plain && ExplainReport.MayColour());
        return null;
    }
}
