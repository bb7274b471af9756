using System.CommandLine;
using System.Text;
using Waterguard.Api.Access;
using Waterguard.Service;
using Waterguard.Sources.Transports;

namespace Waterguard.Commands;

/// <summary><c>waterguard demo</c>: the service on a folder of its own, with an adversary who is only told of. Nothing leaves this machine.</summary>
internal static class DemoCommand
{
    public static Command Build()
    {
        var port = new Option<int>("--port") { Description = "Port on this machine; 0 takes a free one", HelpName = "PORT", DefaultValueFactory = _ => 8478 };
        var pace = new Option<int>("--pace") { Description = "Milliseconds between two acts", HelpName = "MS", DefaultValueFactory = _ => 1500 };
        var command = new Command("demo", "Run as a service on a fresh folder, and play scenarios of both strategies to it") { port, pace };
        command.SetAction((parsed, cancel) => RunAsync(parsed.GetValue(port), TimeSpan.FromMilliseconds(Math.Clamp(parsed.GetValue(pace), 0, 60_000)), cancel));
        return command;
    }

    private static async Task<int> RunAsync(int port, TimeSpan pace, CancellationToken cancel)
    {
        await Task.Yield();
        if (port is < 0 or > 65535) return ExitCodes.Refuse($"{port} is no port");
        var folder = Directory.CreateTempSubdirectory("waterguard-demo-").FullName;
        try
        {
            return await RunAsync(folder, port, pace, cancel);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return ExitCodes.Refuse(e.Message);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<int> RunAsync(string folder, int port, TimeSpan pace, CancellationToken cancel)
    {
        var data = Path.Combine(folder, "data");
        await using var lines = new StreamWriter(Path.Combine(folder, "service.log"));
        using var log = new ServiceLog(TimeProvider.System, lines);
        var surroundings = new TransportSurroundings(TimeProvider.System, (input, text) => log.Warn(text, ("input", input)));
        Environment.SetEnvironmentVariable("WATERGUARD_DEMO_KEY", Tokens.Make());
        var text = $"data: '{data}'\nhttp: {{listen: '127.0.0.1:{port}', open_metrics: true}}\ntime: {{lateness: 1s, idle_after: 2s}}\ninputs:\n" + string.Concat(DemoPlay.Sources.Select(s => $"  - {{name: '{s}', transport: http, source: '{s}', key: 'env:WATERGUARD_DEMO_KEY', labels: {{orchestrator.cluster.name: harbour}}}}\n"));
        if (ConfigurationArguments.Load("demo", Encoding.UTF8.GetBytes(text), surroundings) is not var (configuration, transports)) return ExitCodes.Usage;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        Task? playing = null;
        var failed = false;
        async Task PlayAsync(Uri address)
        {
            try
            {
                await DemoPlay.RunAsync(address, data, pace, stop.Token);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                // It was enough.
            }
            catch (HttpRequestException e)
            {
                failed = true;
                Console.Error.WriteLine("waterguard: the demo could not go on: " + e.Message);
                await stop.CancelAsync();
            }
        }

        var code = await Serving.RunAsync(configuration, transports, log, stop.Token, new AlertWords(Console.Out).Write, address => playing = Task.Run(() => PlayAsync(new Uri(address!)), CancellationToken.None));
        await stop.CancelAsync();
        if (playing is not null) await playing;
        return failed ? ExitCodes.Failed : code;
    }
}
