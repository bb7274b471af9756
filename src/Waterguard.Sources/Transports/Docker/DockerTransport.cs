using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text.Json;
using Waterguard.Content;
using Waterguard.Events.Framing;
using Waterguard.Platforms.Docker;
using Waterguard.Sources.Configuration;

namespace Waterguard.Sources.Transports.Docker;

/// <summary>Reads the events of a Docker engine, with what it says of each new container before that can vanish, and their statistics.</summary>
internal sealed class DockerTransport(InputDefinition input, TransportSurroundings surroundings) : ITransport
{
    private readonly DockerSettings _settings = DockerSettings.From(input.Settings);

    public static TransportKind Kind { get; } = new("docker", "The events of a Docker engine, Swarm's too, by its socket; each new container with its inspect document.", DockerSettings.Keys, Create);

    public string Name => input.Name;

    public TransportProgress Progress { get; } = new(surroundings.Time);

    public async Task RunAsync(IInputSink sink, CancellationToken stop)
    {
        var backoff = Backoff.Of(surroundings.Time);
        string? told = null;
        while (!stop.IsCancellationRequested)
        {
            try
            {
                using var engine = _settings.Connect();
                var info = await engine.InfoAsync(stop);
                if (told is not null) surroundings.Say(Name, $"the engine {info.Name} is there again");
                told = null;
                Progress.Note("connections");
                using var over = CancellationTokenSource.CreateLinkedTokenSource(stop);
                var stats = _settings.Stats > TimeSpan.Zero ? new DockerStatistics(engine, _settings.Stats, Progress, surroundings.Time).RunAsync(sink, over.Token) : Task.CompletedTask;
                var events = new DockerEvents(engine, info.Id, _settings, Progress, surroundings, Name);
                await events.RunAsync(sink, backoff, stop);
                await over.CancelAsync();
                await stats;
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is HttpRequestException or IOException or SocketException or UnauthorizedAccessException or JsonException or CryptographicException)
            {
                Progress.Failed(e.Message);
                if (told != e.Message) surroundings.Say(Name, $"{_settings.Host}: {e.Message}; trying again");
                told = e.Message;
            }

            await backoff.WaitAsync(stop);
        }
    }

    public async Task<IReadOnlyList<InputFinding>> CheckAsync(InputProbe probe, CancellationToken cancel)
    {
        var path = _settings.Host.StartsWith("unix://", StringComparison.Ordinal) ? _settings.Host["unix://".Length..] : null;
        if (path is not null && !Path.Exists(path)) return [InputFinding.Lacks($"{path}: there is no such socket; is the engine running (systemctl status docker), and is its socket there?")];
        try
        {
            using var engine = _settings.Connect();
            var info = await engine.InfoAsync(cancel);
            var running = await engine.ContainersAsync(all: false, cancel);
            return [InputFinding.Says($"engine {info.Name}, version {info.Version}, {running.Count} containers running")];
        }
        catch (HttpRequestException e) when (e.InnerException is SocketException { SocketErrorCode: SocketError.AccessDenied })
        {
            return [InputFinding.Lacks($"{path}: may not be opened; run waterguard as a user in the socket's group (mostly 'docker'), or give that user access")];
        }
        catch (HttpRequestException e) when (e.StatusCode is { } status)
        {
            return [InputFinding.Lacks($"{_settings.Host}: the engine (or a proxy before it) refuses with {(int)status}; a socket proxy must allow GET /events, /info and /containers")];
        }
        catch (Exception e) when (e is HttpRequestException or IOException or UnauthorizedAccessException or CryptographicException)
        {
            return [InputFinding.Lacks($"{_settings.Host}: {e.Message}")];
        }
    }

    private static DockerTransport? Create(InputDefinition input, TransportSurroundings surroundings, DiagnosticBag bag)
    {
        var (host, at) = (input.Settings.Text("host") ?? "", input.Settings.LocationOf("host"));
        var errors = bag.ErrorCount;
        if (!host.StartsWith("unix:///", StringComparison.Ordinal) && !(Uri.TryCreate(host, UriKind.Absolute, out var uri) && uri.Scheme is "tcp" or "https"))
        {
            bag.Error(ConfigurationCodes.Unusable, at, $"'{host}' is neither unix:///PATH, tcp://HOST:PORT nor https://HOST:PORT.");
        }

        if (input.Settings.Text("certificate") is null != input.Settings.Secret("certificate_key") is null) bag.Error(ConfigurationCodes.Unusable, input.Settings.LocationOf("certificate"), "'certificate' and 'certificate_key' go together.");
        if (input.Source is not (null or "docker.events")) bag.Error(ConfigurationCodes.Unusable, input.Settings.LocationOf("source"), "The docker transport brings docker.events (and docker.stats); leave 'source' out.");
        return bag.ErrorCount > errors ? null : new DockerTransport(input, surroundings);
    }
}
