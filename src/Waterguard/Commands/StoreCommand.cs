using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Waterguard.Alerting.Output;
using Waterguard.Service;
using Waterguard.Sources.Transports;
using Waterguard.Storage;
using Waterguard.Storage.Checks;
using Waterguard.Storage.Sql;
using Waterguard.Storage.Sqlite;

namespace Waterguard.Commands;

/// <summary><c>waterguard store</c>: what the service keeps.</summary>
internal static class StoreCommand
{
    public static Command Build() => new("store", "What the service keeps: journal, store and archive") { BuildCheck() };

    private static Command BuildCheck()
    {
        var config = ConfigurationArguments.Option();
        var data = new Option<string?>("--data") { Description = "The data folder, in the place of a configuration", HelpName = "DIR" };
        var output = RulesCommand.OutputOption();
        var command = new Command("check", "Check journal, store and archive, each in itself and against the others") { config, data, output };
        command.SetAction((parsed, cancel) => Task.FromResult(Check(parsed.GetRequiredValue(config), parsed.GetValue(data), parsed.GetValue(output) == "json", cancel)));
        return command;
    }

    private static int Check(string config, string? data, bool json, CancellationToken cancel)
    {
        try
        {
            if (Open(config, data) is not var (folder, opened)) return ExitCodes.Usage;
            using var store = opened;
            var report = DataCheck.Run(folder, store, cancel);
            if (json) WriteJson(report);
            else Print(report);
            return report.Found == 0 ? ExitCodes.Done : ExitCodes.Failed;
        }
        catch (OperationCanceledException)
        {
            return ExitCodes.Interrupted;
        }
        catch (Exception e) when (e is StorageUnavailableException or IOException or UnauthorizedAccessException)
        {
            return ExitCodes.Refuse(e.Message);
        }
    }

    private static (string Folder, SqlStore Store)? Open(string config, string? data)
    {
        if (data is not null) return (data, SqliteStore.OpenExisting(data));
        if (ConfigurationArguments.Load(config, new TransportSurroundings(TimeProvider.System, (_, _) => { })) is not var (configuration, _)) return null;
        return (configuration.Data, configuration.Store.Postgres is null ? SqliteStore.OpenExisting(configuration.Data) : StoreOpening.Open(configuration));
    }

    private static void Print(CheckReport report)
    {
        foreach (var (part, place, what) in report.Findings) Console.Out.WriteLine($"{part}: {place}: {what}");
        if (report.Found > report.Findings.Count) Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"and {report.Found - report.Findings.Count} more"));
        Console.Out.WriteLine(string.Join(", ", report.Looked.Select(l => string.Create(CultureInfo.InvariantCulture, $"{l.Value} {l.Key}"))) + (report.Found == 0 ? ": all is well" : string.Create(CultureInfo.InvariantCulture, $": {report.Found} findings")));
    }

    private static void WriteJson(CheckReport report)
    {
        using var stdout = Console.OpenStandardOutput();
        using var writer = new Utf8JsonWriter(stdout, AlertJson.Options with { Indented = true });
        writer.WriteStartObject();
        writer.WriteBoolean("ok", report.Found == 0);
        writer.WriteStartObject("looked");
        foreach (var (what, number) in report.Looked) writer.WriteNumber(what.Replace(' ', '_'), number);
        writer.WriteEndObject();
        writer.WriteNumber("found", report.Found);
        writer.WriteStartArray("findings");
        foreach (var (part, place, what) in report.Findings)
        {
            writer.WriteStartObject();
            writer.WriteString("part", part);
            writer.WriteString("place", place);
            writer.WriteString("what", what);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }
}
