using System.Reflection;
using Waterguard.Platforms.Docker;
using Waterguard.Platforms.Host;
using Waterguard.Response.Actions;
using Waterguard.Response.Actions.Docker;
using Waterguard.Response.Playbooks;
using Waterguard.Storage;

namespace Waterguard.Responding;

/// <summary>Where responses act, and what they must not touch.</summary>
/// <param name="Docker">The engine; null: there is none.</param>
/// <param name="Evidence">Where bundles are kept.</param>
internal sealed record ResponderSettings(string? Docker, string Evidence, IReadOnlyList<string> NeverTouch, int MostHighPerHour);

/// <summary>Puts the response together: actions on what there is, the journal in the store, the limits.</summary>
internal sealed class Responder : IDisposable
{
    private const long MostOfFileSystem = 4L << 30;
    private readonly DockerControl? _docker;

    /// <param name="content">The content in use.</param>
    /// <param name="journal">Where runs are kept.</param>
    /// <param name="people">Steps that tell people; empty: nobody can be told.</param>
    public Responder(ResponderSettings settings, IRunJournal journal, Func<Pipeline.Generation> content, TimeProvider time, IEnumerable<IResponseAction>? people = null)
    {
        _docker = settings.Docker is { } address ? new DockerControl(new DockerAddress(address)) : null;
        var isHere = settings.Docker?.StartsWith("unix://", StringComparison.Ordinal) == true && Directory.Exists("/proc/1");
        var tool = "waterguard " + (Assembly.GetExecutingAssembly().GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "");
        IResponseAction[] reading = [new Assess(content), new Investigate(Path.GetDirectoryName(Path.GetFullPath(settings.Evidence))!, settings.Evidence, content)];
        IResponseAction[] actions = _docker is null ? reading :
        [
            .. reading, new DockerEvidence(_docker, settings.Evidence, MostOfFileSystem, tool, time), new DockerDisconnect(_docker, isHere ? new ProcFiles() : null), new DockerPause(_docker), new DockerStop(_docker),
        ];
        Engine = new ResponseEngine([.. actions, .. people ?? []], journal, new ResponseLimits([.. ResponseLimits.Usual, .. settings.NeverTouch], settings.MostHighPerHour), time, ThisProcess.Holder);
        Journal = journal;
    }

    public ResponseEngine Engine { get; }

    public IRunJournal Journal { get; }

    public void Dispose() => _docker?.Dispose();
}
