using System.CommandLine;
using Waterguard.Events;
using Waterguard.Events.Fields;
using Waterguard.Events.Framing;
using Waterguard.Pipeline;

namespace Waterguard.Commands;

/// <summary><c>waterguard sources</c>: which kinds of telemetry are known, and what a file is.</summary>
internal static class SourcesCommand
{
    public static Command Build() => new("sources", "Known kinds of telemetry") { SourcesCheckCommand.Build(), SourcesConfigCommand.Build(), SourcesCoverageCommand.Build(), Detect(), List() };

    private static Command List()
    {
        var content = ContentArguments.Create();
        var command = new Command("list", "Print the known sources, their forms and log sources") { content.Content };
        command.SetAction(parsed =>
        {
            var generation = GenerationLoader.Load(ContentOptions.Default with { Content = [.. parsed.GetValue(content.Content) ?? []] });
            Output.Findings.Print(generation.Diagnostics, onlyErrors: true);
            foreach (var source in generation.Sources.Sources)
            {
                Console.Out.WriteLine($"{source.Name,-24} {source.Title}");
                Console.Out.WriteLine($"{"",-24}   forms: {string.Join(", ", source.Forms.Select(f => f.Form))}{(source.OnlyWhenNamed ? " (only when named)" : "")}");
                Console.Out.WriteLine($"{"",-24}   rules: {(source.Forms[0].TakesEveryRule ? "every one" : string.Join(", ", source.Forms[0].LogSources))}");
            }

            return ExitCodes.Done;
        });
        return command;
    }

    private static Command Detect()
    {
        var paths = new Argument<string[]>("PATH") { Description = "Files or folders; - for standard input", Arity = ArgumentArity.OneOrMore };
        var command = new Command("detect", "Tell which source the first records of each file are") { paths };
        command.SetAction(parsed =>
        {
            try
            {
                var generation = GenerationLoader.Load(ContentOptions.Default);
                foreach (var input in ScanInput.Of(parsed.GetRequiredValue(paths))) Console.Out.WriteLine($"{input.Name}: {Tell(generation, input)}");
                return ExitCodes.Done;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return ExitCodes.Refuse(e.Message);
            }
        });
        return command;
    }

    private static string Tell(Generation generation, ScanInput input)
    {
        using var records = new RecordReader(input.Open(), input.Name);
        var batch = new RecordBatch();
        records.Read(batch);
        var (reader, fields) = (new EventReader(), new EventBuffer());
        var forms = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (var record in batch.Records)
        {
            var form = generation.Sources.Recogniser.Recognise(reader, batch.Buffer, record.Start, record.Length, fields, out var flaw);
            var name = form is not null ? $"{form.Source} ({form.Form})" : flaw is null ? "unrecognised" : $"malformed: {flaw.Reason}";
            forms[name] = forms.GetValueOrDefault(name) + 1;
        }

        return forms.Count == 0 ? "empty" : string.Join(", ", forms.OrderByDescending(f => f.Value).Select(f => $"{f.Key} × {f.Value}"));
    }
}
