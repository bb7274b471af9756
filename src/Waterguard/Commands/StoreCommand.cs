using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Waterguard.Alerting.Output;
using Waterguard.Service;
using Waterguard.Sources.Transports;
using Waterguard.Storage;
using Waterguard.Storage.Backups;
using Waterguard.Storage.Checks;
using Waterguard.Storage.Erasing;
using Waterguard.Storage.Sql;
using Waterguard.Storage.Sqlite;

namespace Waterguard.Commands;

/// <summary><c>waterguard store</c>: what the service keeps.</summary>
internal static class StoreCommand
{
    public static Command Build() => new("store", "What the service keeps: journal, store and archive") { BuildCheck(), BuildBackup(), BuildRestore(), BuildErase() };

    private static Command BuildBackup()
    {
        var (config, data, file) = (ConfigurationArguments.Option(), DataOption(), new Argument<string>("FILE") { Description = "The file to write, such as waterguard.tar.gz" });
        var command = new Command("backup", "Write journal, store and what people made into one file; also while the service runs") { config, data, file };
        command.SetAction((parsed, cancel) => Task.FromResult(Guarded(() =>
        {
            if (Open(parsed.GetRequiredValue(config), parsed.GetValue(data)) is not var (folder, store)) return ExitCodes.Usage;
            store.Dispose();
            var hasStore = File.Exists(Path.Combine(folder, "store.db"));
            var names = DataBackup.Write(folder, parsed.GetRequiredValue(file), hasStore, cancel);
            Console.Out.WriteLine($"{parsed.GetRequiredValue(file)}: {string.Join(", ", names)}{(hasStore ? "" : "; the store is in PostgreSQL: back it up now, by pg_dump")}");
            return ExitCodes.Done;
        })));
        return command;
    }

    private static Command BuildRestore()
    {
        var (data, file) = (new Option<string>("--data") { Description = "The data folder to restore into", HelpName = "DIR", Required = true }, new Argument<string>("FILE") { Description = "What backup has written" });
        var command = new Command("restore", "Put a backup into a data folder that has neither journal nor store") { data, file };
        command.SetAction((parsed, cancel) => Task.FromResult(Guarded(() =>
        {
            var names = DataBackup.Restore(parsed.GetRequiredValue(file), parsed.GetRequiredValue(data), cancel);
            Console.Out.WriteLine($"{parsed.GetRequiredValue(data)}: {string.Join(", ", names)}");
            return ExitCodes.Done;
        })));
        return command;
    }

    private static Command BuildErase()
    {
        var (config, data) = (ConfigurationArguments.Option(), DataOption());
        var identity = new Option<string>("--identity") { Description = "The name of a person or account, as alerts show it", HelpName = "NAME", Required = true };
        var command = new Command("erase", "Take the name of a person out of alerts, incidents and the archive") { config, data, identity };
        command.SetAction((parsed, cancel) => Task.FromResult(Guarded(() =>
        {
            if (parsed.GetRequiredValue(identity).Trim().Length < IdentityErasure.ShortestName) return ExitCodes.Refuse($"--identity: the name has at least {IdentityErasure.ShortestName} characters");
            if (Open(parsed.GetRequiredValue(config), parsed.GetValue(data)) is not var (folder, opened)) return ExitCodes.Usage;
            using var store = opened;
            var report = IdentityErasure.Erase(folder, store, parsed.GetRequiredValue(identity), cancel);
            Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{report.Alerts} alerts of {report.Incidents} incidents and {report.ArchiveFiles} files of the archive say {report.Instead} now"));
            if (report.Documents > 0) Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{report.Documents} documents of people (accounts, notes, suppressions, silences) still name it: change them by the API"));
            if (report.AuditEntries > 0) Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{report.AuditEntries} entries of the audit still name it: they are never changed"));
            Console.Out.WriteLine("What the journal and correlations still hold goes with them: see docs/storage.md");
            return ExitCodes.Done;
        })));
        return command;
    }

    private static Option<string?> DataOption() => new("--data") { Description = "The data folder, in the place of a configuration", HelpName = "DIR" };

    private static int Guarded(Func<int> act)
    {
        try
        {
            return act();
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

    private static Command BuildCheck()
    {
        var config = ConfigurationArguments.Option();
        var data = DataOption();
        var output = RulesCommand.OutputOption();
        var command = new Command("check", "Check journal, store and archive, each in itself and against the others") { config, data, output };
        command.SetAction((parsed, cancel) => Task.FromResult(Check(parsed.GetRequiredValue(config), parsed.GetValue(data), parsed.GetValue(output) == "json", cancel)));
        return command;
    }

    private static int Check(string config, string? data, bool json, CancellationToken cancel) => Guarded(() =>
    {
        if (Open(config, data) is not var (folder, opened)) return ExitCodes.Usage;
        using var store = opened;
        var report = DataCheck.Run(folder, store, cancel);
        if (json) WriteJson(report);
        else Print(report);
        return report.Found == 0 ? ExitCodes.Done : ExitCodes.Failed;
    });

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
