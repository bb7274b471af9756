using System.Collections.Immutable;
using Waterguard.Platforms.Docker;
using Waterguard.Response.Evidence;

namespace Waterguard.Response.Actions.Docker;

/// <summary>Inspect, changes, processes, logs and file system of a container, as a bundle with hashes. It only reads.</summary>
/// <param name="folder">Where bundles are kept.</param>
/// <param name="mostOfFileSystem">How much of the file system is taken; what is beyond is cut, and the manifest says so.</param>
/// <param name="tool">The name and version of this program, for the manifest.</param>
public sealed class DockerEvidence(DockerControl docker, string folder, long mostOfFileSystem, string tool, TimeProvider time) : DockerAction(docker)
{
    private const long MostLogs = 256L << 20;

    /// <inheritdoc/>
    public override string Name => "docker.evidence";

    /// <inheritdoc/>
    public override ActionRisk Risk => ActionRisk.Read;

    /// <inheritdoc/>
    public override bool CanUndo => false;

    /// <inheritdoc/>
    public override async Task ActAsync(ActionPlan plan, CancellationToken cancel)
    {
        var id = plan.Memento["id"];
        try
        {
            var info = await Guard.Async(() => Docker.Engine.InfoAsync(cancel));
            using var bundle = new EvidenceBundle(plan.Memento["bundle"], time);
            (string Name, string Path, long Most)[] parts =
            [
                ("inspect.json", $"containers/{id}/json", MostLogs), ("changes.json", $"containers/{id}/changes", MostLogs), ("processes.json", $"containers/{id}/top?ps_args=-ef", MostLogs),
                ("logs.raw", $"containers/{id}/logs?stdout=1&stderr=1&timestamps=1", MostLogs), ("filesystem.tar", $"containers/{id}/export", mostOfFileSystem),
            ];
            foreach (var (name, path, most) in parts) await AddAsync(bundle, name, path, most, cancel);
            await bundle.CloseAsync(new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["container"] = id, ["run"] = plan.Target.Run, ["engine"] = info.Id, ["engine_name"] = info.Name, ["engine_version"] = info.Version, ["tool"] = tool,
                ["collected"] = EvidenceBundle.Time(time.GetUtcNow()),
            }, cancel);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ActionFailedException($"evidence cannot be kept: {e.Message}", e);
        }
    }

    /// <inheritdoc/>
    public override Task UndoAsync(ActionPlan plan, CancellationToken cancel) => throw new ActionFailedException("evidence is not undone");

    private protected override ActionPlan Plan(ActionTarget target, DockerTarget found, ImmutableArray<string> shares) =>
        Planned(target, found, $"collect evidence of {Called(found)}", shares, ("bundle", Path.Combine(folder, $"{target.Run}-{target.Step}-{found.Id[..12]}.tar.gz")));

    private protected override Task<ActionProbe> ProbeAsync(ActionPlan plan, DockerTarget? now, CancellationToken cancel) => EvidenceProbe.RunAsync(plan.Memento["bundle"], cancel);

    // A stopped container has no processes to show, and an image without ps cannot: what cannot be had is said in its place.
    private async Task AddAsync(EvidenceBundle bundle, string name, string path, long most, CancellationToken cancel)
    {
        Stream content;
        try
        {
            content = await Docker.ReadAsync(path, cancel);
        }
        catch (HttpRequestException e) when (e.StatusCode is not null)
        {
            content = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(e.Message + "\n"));
            name += ".unavailable.txt";
        }
        catch (HttpRequestException e)
        {
            throw new ActionFailedException(e.Message, e);
        }

        await using (content) await bundle.AddAsync(name, "GET /" + path, content, most, cancel);
    }
}
