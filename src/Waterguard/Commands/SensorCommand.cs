using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Waterguard.Content;
using Waterguard.Platforms.Host;
using Waterguard.Sensing;
using Waterguard.Sources.Configuration;

namespace Waterguard.Commands;

/// <summary><c>waterguard sensor</c>: which containers really run on this Linux host.</summary>
internal static class SensorCommand
{
    public static Command Build()
    {
        var to = new Option<string>("--to") { Description = "- for standard output, a file, or the address of a service (https://HOST:8478)", HelpName = "PLACE", DefaultValueFactory = _ => "-" };
        var key = new Option<string?>("--key") { Description = "With a service: where its API key is: file:PATH or env:NAME", HelpName = "SECRET" };
        var every = new Option<string>("--every") { Description = "How often all containers are told", HelpName = "DURATION", DefaultValueFactory = _ => "30s" };
        var look = new Option<string>("--look") { Description = "How often it looks for containers that begin and end", HelpName = "DURATION", DefaultValueFactory = _ => "2s" };
        var once = new Option<bool>("--once") { Description = "One round, then end" };
        var metrics = new Option<bool>("--no-metrics") { Description = "Do not tell what containers use" };
        var flows = new Option<bool>("--no-flows") { Description = "Do not tell whom containers talk to" };
        var proc = new Option<string>("--proc") { Description = "Where the host's /proc is, from inside of a container: /host/proc", HelpName = "DIR", DefaultValueFactory = _ => "/proc" };
        var cgroups = new Option<string>("--cgroups") { Description = "Where the host's control groups are", HelpName = "DIR", DefaultValueFactory = _ => "/sys/fs/cgroup" };
        var name = new Option<string?>("--host-name") { Description = "The name of this host in what is told; its own by default", HelpName = "NAME" };
        var command = new Command("sensor", "Tell which containers really run on this Linux host, whoever started them") { to, key, every, look, once, metrics, flows, proc, cgroups, name };
        command.SetAction((parsed, cancel) => RunAsync(
            new Request(
                parsed.GetRequiredValue(to), parsed.GetValue(key), parsed.GetRequiredValue(every), parsed.GetRequiredValue(look), parsed.GetValue(once), !parsed.GetValue(metrics), !parsed.GetValue(flows),
                new ProcFiles(parsed.GetRequiredValue(proc), parsed.GetRequiredValue(cgroups)), parsed.GetValue(name)), cancel));
        return command;
    }

    private static async Task<int> RunAsync(Request request, CancellationToken cancel)
    {
        if (!OperatingSystem.IsLinux()) return ExitCodes.Refuse("sensor: it looks at a Linux host");
        if (!Duration.TryParse(request.Every, out var every) || every < TimeSpan.FromSeconds(1)) return ExitCodes.Refuse($"--every {request.Every}: is no duration of at least 1s");
        if (!Duration.TryParse(request.Look, out var look) || look < TimeSpan.FromSeconds(1)) return ExitCodes.Refuse($"--look {request.Look}: is no duration of at least 1s");
        if (!Directory.Exists(request.Files.Proc)) return ExitCodes.Refuse($"--proc {request.Files.Proc}: there is no such folder");
        foreach (var blind in Sensor.CannotSee(request.Files)) Console.Error.WriteLine("waterguard: sensor: cannot see " + blind);
        try
        {
            if (Output(request) is not { } output) return ExitCodes.Refuse("--key: a service needs one: file:PATH or env:NAME");
            await using (output)
            {
                using var runtimes = new RuntimeLists(TimeProvider.System);
                var sensor = new Sensor(request.Files, Host(request), new SensorSettings(look, every, request.Metrics, request.Flows), runtimes, output.Tell, () => output.Dropped, TimeProvider.System);
                if (request.Once) await sensor.LookAsync(cancel);
                else await sensor.RunAsync(cancel);
            }

            return ExitCodes.Done;
        }
        catch (OperationCanceledException)
        {
            return ExitCodes.Done; // it was asked to end
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return ExitCodes.Refuse(e.Message);
        }
    }

    private static SensorOutput? Output(Request request)
    {
        if (request.To == "-") return SensorOutput.To(Console.OpenStandardOutput());
        if (!Uri.TryCreate(request.To, UriKind.Absolute, out var service) || service.Scheme is not ("http" or "https"))
            return SensorOutput.To(Appending(request.To));
        if (request.Key is not { } key || !Secret.IsReference(key)) return null;
        var secret = new Secret(key);
        return SensorOutput.To(service, () => secret.Read(out _) ?? "", text => Console.Error.WriteLine("waterguard: sensor: " + text));
    }

    private static FileStream Appending(string file)
    {
        var options = new FileStreamOptions { Mode = FileMode.Append, Access = FileAccess.Write, Share = FileShare.ReadWrite | FileShare.Delete };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead; // command lines may hold secrets
        return new FileStream(file, options);
    }

    // The machine's id must not leave it as it is (machine-id(5)): a hash tells machines apart as well.
    private static SensorHost Host(Request request)
    {
        var id = ProcFiles.TextOf("/etc/machine-id")?.Trim() is { Length: > 0 } machine ? machine : Environment.MachineName;
        var hashed = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes("waterguard " + id)))[..16];
        return new SensorHost(string.Create(CultureInfo.InvariantCulture, $"h-{hashed}"), request.Name ?? Environment.MachineName);
    }

    private sealed record Request(string To, string? Key, string Every, string Look, bool Once, bool Metrics, bool Flows, ProcFiles Files, string? Name);
}
