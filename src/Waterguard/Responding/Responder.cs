using System.Collections.Immutable;
using System.Reflection;
using System.Text.Json.Nodes;
using Waterguard.Configuration;
using Waterguard.Platforms.Docker;
using Waterguard.Platforms.Host;
using Waterguard.Platforms.Kubernetes;
using Waterguard.Posture;
using Waterguard.Response.Actions;
using Waterguard.Response.Actions.Azure;
using Waterguard.Response.Actions.Docker;
using Waterguard.Response.Actions.Google;
using Waterguard.Response.Actions.Kubernetes;
using Waterguard.Response.Playbooks;
using Waterguard.Storage;

namespace Waterguard.Responding;

/// <summary>Where responses act, and what they must not touch.</summary>
/// <param name="Docker">The engine; null: there is none.</param>
/// <param name="Evidence">Where bundles are kept.</param>
internal sealed record ResponderSettings(string? Docker, string Evidence, IReadOnlyList<string> NeverTouch, int MostHighPerHour)
{
    /// <summary>The cluster; null: there is none.</summary>
    public KubernetesCluster? Kubernetes { get; init; }

    /// <summary>Where traffic is denied in the clouds.</summary>
    public ResponseClouds Clouds { get; init; } = ResponseClouds.None;

    /// <summary>Folders of content besides ours.</summary>
    public ImmutableArray<string> Content { get; init; } = [];

    /// <summary>Finds an alert by its id, for incidents that only name theirs; null: nothing can.</summary>
    public Func<string, JsonObject?>? Alert { get; init; }

    /// <summary>What people have said of incidents with alerts of a rule; null: nobody can tell.</summary>
    public Func<string, PastVerdicts>? Verdicts { get; init; }
}

/// <summary>Puts the response together: actions on what there is, the journal in the store, the limits.</summary>
internal sealed class Responder : IDisposable
{
    private const long MostOfFileSystem = 4L << 30;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan CloudPatience = TimeSpan.FromMinutes(2);
    private readonly DockerControl? _docker;
    private readonly KubernetesApi? _kubernetes;
    private readonly AzureNetwork? _azure;
    private readonly GoogleFirewall? _google;

    /// <param name="content">The content in use.</param>
    /// <param name="journal">Where runs are kept.</param>
    /// <param name="people">Steps that tell people; empty: nobody can be told.</param>
    public Responder(ResponderSettings settings, IRunJournal journal, Func<Pipeline.Generation> content, TimeProvider time, IEnumerable<IResponseAction>? people = null)
    {
        _docker = settings.Docker is { } address ? new DockerControl(new DockerAddress(address)) : null;
        _kubernetes = settings.Kubernetes is { } cluster ? new KubernetesApi(cluster, time) : null;
        _azure = settings.Clouds.Azure?.Invoke(time);
        _google = settings.Clouds.Google?.Invoke(time, CloudPatience);
        var tool = "waterguard " + (Assembly.GetExecutingAssembly().GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "");
        var data = Path.GetDirectoryName(Path.GetFullPath(settings.Evidence))!;
        IResponseAction[] actions = [new Assess(content), new Investigate(data, settings.Evidence, content), .. PostureActions(settings, data, content, time), .. DockerActions(settings, tool, time), .. KubernetesActions(settings, tool, time), .. CloudActions(time)];
        Engine = new ResponseEngine([.. actions, .. people ?? []], journal, new ResponseLimits([.. ResponseLimits.Usual, .. settings.NeverTouch], settings.MostHighPerHour), time, ThisProcess.Holder);
        Journal = journal;
    }

    public ResponseEngine Engine { get; }

    public IRunJournal Journal { get; }

    public void Dispose()
    {
        _docker?.Dispose();
        _kubernetes?.Dispose();
        _azure?.Dispose();
        _google?.Dispose();
    }

    private IEnumerable<IResponseAction> PostureActions(ResponderSettings settings, string data, Func<Pipeline.Generation> content, TimeProvider time)
    {
        var own = Api.Live.OwnSuppressions.FolderOf(data);
        var postures = new Postures(content, data, [.. settings.Content, own], time, settings.Alert, settings.Verdicts);
        return [new ProposePosture(postures, settings.Evidence), new ApplyPosture(postures, _kubernetes is null ? null : new PostureInCluster(_kubernetes, time, Patience), new PostureInContent(own))];
    }

    private IEnumerable<IResponseAction> DockerActions(ResponderSettings settings, string tool, TimeProvider time)
    {
        if (_docker is null) return [];
        var isHere = settings.Docker!.StartsWith("unix://", StringComparison.Ordinal) && Directory.Exists("/proc/1");
        return [new DockerEvidence(_docker, settings.Evidence, MostOfFileSystem, tool, time), new DockerDisconnect(_docker, isHere ? new ProcFiles() : null), new DockerLabel(_docker), new DockerPause(_docker), new DockerStop(_docker)];
    }

    private IEnumerable<IResponseAction> CloudActions(TimeProvider time)
    {
        if (_azure is not null) yield return new AzureDenyTraffic(_azure, time, CloudPatience);
        if (_google is not null) yield return new GoogleDenyTraffic(_google);
    }

    private IEnumerable<IResponseAction> KubernetesActions(ResponderSettings settings, string tool, TimeProvider time) => _kubernetes is null ? [] :
    [
        new KubernetesCordon(_kubernetes), new KubernetesDeletePod(_kubernetes, time, Patience), new KubernetesDenyAll(_kubernetes), new KubernetesEvidence(_kubernetes, settings.Evidence, tool, time),
        new KubernetesRevokeTokens(_kubernetes, time, Patience), new KubernetesScaleToZero(_kubernetes, time, Patience),
    ];
}
