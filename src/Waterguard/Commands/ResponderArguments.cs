using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Waterguard.Configuration;
using Waterguard.Platforms.Kubernetes;
using Waterguard.Responding;
using Waterguard.Response.Actions;
using Waterguard.Response.Actions.Kubernetes;
using Waterguard.Service;
using Waterguard.Sources.Transports;
using Waterguard.Storage;
using Waterguard.Storage.Sqlite;

namespace Waterguard.Commands;

/// <summary>The options of a command that responds: where its runs are kept, and where it acts.</summary>
internal sealed class ResponderArguments
{
    private const string DefaultData = "/var/lib/waterguard", DefaultDocker = "unix:///run/docker.sock";
    private readonly Option<string?> _config = new("--config") { Description = "The service's configuration: where its runs are, what is acted on, and who is told; the other options go before it", HelpName = "FILE" };
    private readonly Option<string?> _data = new("--data") { Description = $"The data folder of the service, or any folder: runs and evidence are kept there; {DefaultData} by default", HelpName = "DIR" };
    private readonly Option<string?> _docker = new("--docker") { Description = $"The engine that is acted on: unix://PATH, or 'none'; {DefaultDocker} by default", HelpName = "ADDRESS" };
    private readonly Option<string?> _kubeconfig = new("--kubeconfig") { Description = "The cluster that is acted on: a kubeconfig, or 'none'; without, the cluster that this runs in", HelpName = "FILE" };
    private readonly Option<string?> _as = new("--as") { Description = "Who acts; the user of this shell by default", HelpName = "NAME" };
    private readonly Option<string[]> _never = new("--never-touch") { Description = "Names, with *, of what must not be touched, besides the usual ones (repeatable)", HelpName = "NAME" };
    private readonly Option<int?> _most = new("--most-per-hour") { Description = "Steps of high risk that may be done in an hour; 10 by default", HelpName = "N" };

    public ResponderArguments(Command command)
    {
        foreach (var option in new Option[] { _config, _data, _docker, _kubeconfig, _as, _never, _most }) command.Add(option);
    }

    /// <summary>Does something with a responder; what goes wrong is said.</summary>
    public async Task<int> WithAsync(ParseResult parsed, Func<Responder, string, Task<int>> act, CancellationToken cancel)
    {
        try
        {
            if (!TryLoad(parsed, out var service)) return ExitCodes.Usage;
            var data = parsed.GetValue(_data) ?? service?.Data ?? DefaultData;
            Directory.CreateDirectory(data);
            // A folder of one's own holds runs of one's own, whatever store the service has.
            using var store = service is not null && parsed.GetValue(_data) is null ? StoreOpening.Open(service) : SqliteStore.Open(data);
            var content = new Lazy<Pipeline.Generation>(() => Pipeline.GenerationLoader.Load((service?.Content ?? Pipeline.ContentOptions.Default) with { Examples = false }));
            var journal = new DocumentRunJournal(store);
            var people = PeopleSteps.Of(service?.Notify ?? Notify.NotifyConfiguration.None, store, store, store, journal, TimeProvider.System);
            using var responder = new Responder(Settings(parsed, service?.Response, data) with
            {
                Content = service?.Content.Content ?? [],
                Verdicts = rule => Posture.PastVerdicts.Of(store, store, rule),
                Alert = id => store.FindAlert(id) is { } stored ? JsonNode.Parse(stored.Json, documentOptions: new JsonDocumentOptions { MaxDepth = 1024 }) as JsonObject : null,
            }, journal, () => content.Value, TimeProvider.System, people);
            return await act(responder, parsed.GetValue(_as) ?? Environment.UserName);
        }
        catch (ActionFailedException e)
        {
            Console.Error.WriteLine("waterguard: " + e.Message);
            return ExitCodes.Failed;
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            return ExitCodes.Interrupted;
        }
        catch (Exception e) when (e is StorageUnavailableException or IOException or UnauthorizedAccessException or JsonException or InvalidDataException or FormatException)
        {
            return ExitCodes.Refuse(e.Message);
        }
    }

    /// <summary>Does something that only asks where would be acted: no store is opened, and none is made.</summary>
    public async Task<int> WithSettingsAsync(ParseResult parsed, Func<ResponderSettings, Notify.NotifyConfiguration, Task<int>> act)
    {
        try
        {
            if (!TryLoad(parsed, out var service)) return ExitCodes.Usage;
            return await act(Settings(parsed, service?.Response, parsed.GetValue(_data) ?? service?.Data ?? DefaultData), service?.Notify ?? Notify.NotifyConfiguration.None);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException)
        {
            return ExitCodes.Refuse(e.Message);
        }
    }

    private bool TryLoad(ParseResult parsed, out ServiceConfiguration? service)
    {
        service = null;
        if (parsed.GetValue(_config) is not { } file) return true;
        if (ConfigurationArguments.Load(file, new TransportSurroundings(TimeProvider.System, (_, _) => { })) is not var (loaded, _)) return false;
        service = loaded;
        return true;
    }

    private ResponderSettings Settings(ParseResult parsed, ResponseConfiguration? response, string data)
    {
        var docker = parsed.GetValue(_docker) ?? (response is null ? DefaultDocker : response.Docker);
        return new ResponderSettings(docker == "none" ? null : docker, Path.Combine(data, "evidence"), [.. response?.NeverTouch ?? [], .. parsed.GetValue(_never) ?? []], parsed.GetValue(_most) ?? response?.MostPerHour ?? ResponseConfiguration.None.MostPerHour)
        {
            Kubernetes = parsed.GetValue(_kubeconfig) is null && response is not null ? response.Kubernetes : Cluster(parsed.GetValue(_kubeconfig)),
            Clouds = response?.Clouds ?? ResponseClouds.None,
        };
    }

    private static KubernetesCluster? Cluster(string? kubeconfig) => kubeconfig switch
    {
        null => KubernetesCluster.Inside(KubernetesCluster.Mounted, Environment.GetEnvironmentVariable),
        "none" => null,
        _ => Kubeconfig.Load(kubeconfig),
    };
}
