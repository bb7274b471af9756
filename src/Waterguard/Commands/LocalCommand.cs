using System.CommandLine;
using System.Text;
using Waterguard.Service;
using Waterguard.Sources.Transports;

namespace Waterguard.Commands;

/// <summary><c>waterguard local</c>: the service for this machine, without a configuration to write.</summary>
internal static class LocalCommand
{
    private const string Socket = "/var/run/docker.sock";

    public static Command Build()
    {
        var data = new Option<string>("--data") { Description = "Folder of everything that is kept", HelpName = "DIR", DefaultValueFactory = _ => "data" };
        var listen = new Option<string>("--listen") { Description = "Address and port of the HTTP interface", HelpName = "ADDRESS:PORT", DefaultValueFactory = _ => "127.0.0.1:8478" };
        var command = new Command("local", "Run as a service for this machine: watches its Docker engine, if there is one, and takes what is posted") { data, listen };
        command.SetAction((parsed, cancel) => RunAsync(Path.GetFullPath(parsed.GetRequiredValue(data)), parsed.GetRequiredValue(listen), cancel));
        return command;
    }

    private static async Task<int> RunAsync(string data, string listen, CancellationToken cancel)
    {
        await Task.Yield();
        try
        {
            Directory.CreateDirectory(data);
            var file = Path.Combine(data, "service.log");
            await using var lines = new StreamWriter(new FileStream(file, FileMode.Append, FileAccess.Write, FileShare.ReadWrite));
            using var log = new ServiceLog(TimeProvider.System, lines);
            var watches = File.Exists(Socket);
            var surroundings = new TransportSurroundings(TimeProvider.System, (input, text) => log.Warn(text, ("input", input)));
            if (ConfigurationArguments.Load("local", Encoding.UTF8.GetBytes(Text(data, listen, watches)), surroundings) is not var (configuration, transports)) return ExitCodes.Usage;
            return await Serving.RunAsync(configuration, transports, log, cancel, new AlertWords(Console.Out).Write, address => Welcome(address!, data, file, watches));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return ExitCodes.Refuse(e.Message);
        }
    }

    /// <summary>The configuration; a good start for one's own.</summary>
    public static string Text(string data, string listen, bool watches) =>
        $"data: {Quoted(data)}\nhttp: {{listen: {Quoted(listen)}, open_metrics: true}}\ninputs: {(watches ? "\n  - {name: engine, transport: docker, stats: 30s}" : "[]")}\n";

    private static void Welcome(string address, string data, string log, bool watches)
    {
        var first = Path.Combine(data, "first-run-token");
        Console.Error.WriteLine($"Waterguard is at {address}   (Ctrl-C stops it)");
        Console.Error.WriteLine(File.Exists(first)
            ? $"Nobody can sign in yet. Make the first admin with the token {File.ReadAllText(first).Trim()}:\n  curl -s {address}/api/v1/setup -H 'Content-Type: application/json' -d '{{\"token\": \"TOKEN\", \"name\": \"root\", \"password\": \"a long enough passphrase\"}}'"
            : $"Sign in with the account that you made ({data} has it); docs/operating.md says what to do when its password is forgotten.");
        Console.Error.WriteLine(watches ? "The Docker engine of this machine is watched." : $"There is no Docker engine to watch ({Socket} is not there). Records can be posted: docs/api.md.");
        Console.Error.WriteLine($"Data: {data}   Log: {log}\nAlerts:");
    }

    private static string Quoted(string text) => "'" + text.Replace("'", "''", StringComparison.Ordinal) + "'";
}
