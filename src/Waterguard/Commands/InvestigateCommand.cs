using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Waterguard.Alerting.Output;
using Waterguard.Investigation;
using Waterguard.Pipeline;
using Waterguard.Sources.Transports;
using Waterguard.Storage;
using Waterguard.Storage.Archives;

namespace Waterguard.Commands;

/// <summary><c>waterguard investigate</c>: what else happened around an alert or an incident.</summary>
internal static class InvestigateCommand
{
    private const int UsualMost = 1000;

    public static Command Build()
    {
        var file = new Argument<string>("FILE") { Description = "An alert or an incident as JSON; - for standard input" };
        var (config, content) = (ConfigurationArguments.Option(), ContentArguments.Create());
        var data = new Option<string?>("--data") { Description = "The data folder, in the place of a configuration", HelpName = "DIR" };
        var most = new Option<int>("--most") { Description = "Records that are printed; the others are counted", HelpName = "N", DefaultValueFactory = _ => UsualMost };
        var output = RulesCommand.OutputOption();
        var command = new Command("investigate", "Tell what else the archive has of those whom an alert names, from an hour before to an hour after; who was silent; and the question for other stores") { file, config, data, most, output };
        content.AddTo(command);
        command.SetAction((parsed, cancel) => Task.FromResult(Run(parsed.GetRequiredValue(file), parsed.GetRequiredValue(config), parsed.GetValue(data), parsed.GetValue(most), parsed.GetValue(output) == "json", content.Read(parsed), cancel)));
        return command;
    }

    private static int Run(string file, string config, string? data, int most, bool json, ContentOptions content, CancellationToken cancel)
    {
        if (most is < 1 or > 100_000) return ExitCodes.Refuse("--most: a number from 1 to 100000 is expected");
        try
        {
            using var document = JsonDocument.Parse(IncidentFile.Read(file), new JsonDocumentOptions { MaxDepth = 1024 });
            var subject = Subject.Read(document.RootElement);
            if (data is null)
            {
                if (ConfigurationArguments.Load(config, new TransportSurroundings(TimeProvider.System, (_, _) => { })) is not var (configuration, _)) return ExitCodes.Usage;
                (data, content) = (configuration.Data, configuration.Content);
            }

            if (!Directory.Exists(Archive.FolderIn(data))) return ExitCodes.Refuse($"{data}: has no archive");
            // Sources are asked when a record was; no rule is judged.
            var generation = GenerationLoader.Load(content with { BuiltIn = false, Examples = false, Rules = [] });
            var look = new ArchiveLook(data, generation.Sources, subject, DateTimeOffset.MaxValue, ArchiveQuery.DefaultMaxBytes);
            var (deliveries, found) = look.Survey(most, cancel);
            if (json) Console.Out.WriteLine(Json(subject, deliveries, found, look).ToJsonString(new JsonSerializerOptions { Encoder = AlertJson.Options.Encoder }));
            else InvestigationText.Print(subject, deliveries, found, look, Console.Out);
            return ExitCodes.Done;
        }
        catch (OperationCanceledException)
        {
            return ExitCodes.Interrupted;
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException or StorageUnavailableException)
        {
            return ExitCodes.Refuse(e is JsonException ? string.Create(CultureInfo.InvariantCulture, $"{file}: {e.Message}") : e.Message);
        }
    }

    private static JsonObject Json(Subject subject, Deliveries deliveries, IReadOnlyList<FoundRecord> found, ArchiveLook look)
    {
        var json = InvestigationJson.Of(subject);
        InvestigationJson.Add(json, deliveries);
        InvestigationJson.Add(json, look);
        (json["events"], json["more"]) = (InvestigationJson.List(found, InvestigationJson.Of), look.More);
        return json;
    }
}
