using System.CommandLine;
using System.Text.Json;
using Waterguard.Pipeline;
using Waterguard.Posture;
using Waterguard.Storage;

namespace Waterguard.Commands;

/// <summary><c>waterguard posture</c>: what would have prevented or sharpened an incident.</summary>
internal static class PostureCommand
{
    public static Command Build() => new("posture", "Propose policies, settings, suppressions and lists that would have prevented or sharpened an incident") { Propose() };

    private static Command Propose()
    {
        var file = new Argument<string>("FILE") { Description = "An alert or an incident with its alerts as JSON; - for standard input" };
        var output = new Option<string>("-o", "--output") { Description = "yaml: documents with what speaks for them as comments; json: everything", HelpName = "yaml|json", DefaultValueFactory = _ => "yaml" };
        output.AcceptOnlyFromAmong("yaml", "json");
        var data = new Option<string?>("--data") { Description = "The data folder of the service: what its archive has is what proposals must leave alone", HelpName = "DIR" };
        var content = ContentArguments.Create();
        var command = new Command("propose", "Print proposals, each tried on the incident's own events and on the others at hand; nothing is changed") { file, output, data };
        content.AddTo(command);
        command.SetAction((parsed, cancel) => Task.FromResult(Run(parsed.GetRequiredValue(file), parsed.GetRequiredValue(output) == "json", parsed.GetValue(data), content.Read(parsed), cancel)));
        return command;
    }

    private static int Run(string file, bool json, string? data, ContentOptions content, CancellationToken cancel)
    {
        try
        {
            if (data is not null && !Directory.Exists(data)) return ExitCodes.Refuse($"--data {data}: there is no such folder");
            var text = IncidentFile.Read(file);
            var generation = GenerationLoader.Load(content with { Examples = false });
            var report = new Postures(() => generation, data, content.Content, TimeProvider.System).Of(text, cancel);
            Console.Out.Write(json ? report.Json() : report.Text());
            return ExitCodes.Done;
        }
        catch (OperationCanceledException)
        {
            return ExitCodes.Interrupted;
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException or StorageUnavailableException)
        {
            return ExitCodes.Refuse(e is JsonException ? $"{file}: {e.Message}" : e.Message);
        }
    }
}
