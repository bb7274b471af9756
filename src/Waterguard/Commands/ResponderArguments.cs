using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Waterguard.Configuration;
using Waterguard.Platforms.Kubernetes;
using Waterguard.Responding;
using Waterguard.Response.Actions;
using Waterguard.Response.Actions.Kubernetes;
using Waterguard.Sources.Transports;
using Waterguard.Storage;
using Waterguard.Storage.Sqlite;

namespace Waterguard.Commands;

/// <summary>The options of a command that responds: where its runs are kept, and where it acts.</summary>
internal sealed class ResponderArguments
{
    private readonly Option<string> _data = new("--data") { Description = "The data folder of the service, or any folder: runs and evidence are kept there", HelpName = "DIR", DefaultValueFactory = _ => "/var/lib/waterguard" };
    private readonly Option<string> _docker = new("--docker") { Description = "The engine that is acted on: unix://PATH, or 'none'", HelpName = "ADDRESS", DefaultValueFactory = _ => "unix:///run/docker.sock" };
    private readonly Option<string?> _kubeconfig = new("--kubeconfig") { Description = "The cluster that is acted on: a kubeconfig, or 'none'; without, the cluster that this runs in", HelpName = "FILE" };
    private readonly Option<string?> _config = new("--config") { Description = "A configuration with 'response_azure:' or 'response_google:'; without, nothing is done in a cloud", HelpName = "FILE" };
    private readonly Option<string?> _as = new("--as") { Description = "Who acts; the user of this shell by default", HelpName = "NAME" };
    private readonly Option<string[]> _never = new("--never-touch") { Description = "Names, with *, of what must not be touched, besides the usual ones (repeatable)", HelpName = "NAME" };
    private readonly Option<int> _most = new("--most-per-hour") { Description = "Steps of high risk that may be done in an hour", HelpName = "N", DefaultValueFactory = _ => 10 };

    public ResponderArguments(Command command)
    {
        foreach (var option in new Option[] { _data, _docker, _kubeconfig, _config, _as, _never, _most }) command.Add(option);
    }

    /// <summary>Does something with a responder; what goes wrong is said.</summary>
    public async Task<int> WithAsync(ParseResult parsed, Func<Responder, string, Task<int>> act, CancellationToken cancel)
    {
        try
        {
            var data = parsed.GetRequiredValue(_data);
            if (Clouds(parsed.GetValue(_config)) is not { } clouds) return ExitCodes.Usage;
            Directory.CreateDirectory(data);
            using var store = SqliteStore.Open(data);
            var content = new Lazy<Pipeline.Generation>(() => Pipeline.GenerationLoader.Load(Pipeline.ContentOptions.Default with { Examples = false }));
            var docker = parsed.GetRequiredValue(_docker);
            using var responder = new Responder(new ResponderSettings(docker == "none" ? null : docker, Path.Combine(data, "evidence"), parsed.GetValue(_never) ?? [], parsed.GetRequiredValue(_most)) { Kubernetes = Cluster(parsed.GetValue(_kubeconfig)), Clouds = clouds, Alert = id => store.FindAlert(id) is { } stored ? JsonNode.Parse(stored.Json, documentOptions: new JsonDocumentOptions { MaxDepth = 1024 }) as JsonObject : null }, new DocumentRunJournal(store), () => content.Value, TimeProvider.System);
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

    private static ResponseClouds? Clouds(string? file) =>
        file is null ? ResponseClouds.None : ConfigurationArguments.Load(file, new TransportSurroundings(TimeProvider.System, (_, _) => { }))?.Configuration.Response.Clouds;

    private static KubernetesCluster? Cluster(string? kubeconfig) => kubeconfig switch
    {
        null => KubernetesCluster.Inside(KubernetesCluster.Mounted, Environment.GetEnvironmentVariable),
        "none" => null,
        _ => Kubeconfig.Load(kubeconfig),
    };
}
