using System.Collections.Immutable;
using Waterguard.Platforms.Docker;

namespace Waterguard.Response.Actions.Docker;

/// <summary>Stops a container. Its memory is lost: evidence comes before.</summary>
public sealed class DockerStop(DockerControl docker) : DockerAction(docker)
{
    private const int Grace = 5;

    /// <inheritdoc/>
    public override string Name => "docker.stop";

    /// <inheritdoc/>
    public override TimeSpan Settling => base.Settling + TimeSpan.FromSeconds(Grace);

    /// <inheritdoc/>
    public override Task ActAsync(ActionPlan plan, CancellationToken cancel) => Guard.Async(async () =>
    {
        // A paused container cannot be asked to end, only killed; the engine refuses even that.
        if (await DockerTarget.FindAsync(Docker, plan.Memento["id"], cancel) is { Paused: true }) await Docker.UnpauseAsync(plan.Memento["id"], cancel);
        await Docker.StopAsync(plan.Memento["id"], Grace, cancel);
    });

    /// <inheritdoc/>
    public override Task UndoAsync(ActionPlan plan, CancellationToken cancel) => Guard.Async(() => Docker.StartAsync(plan.Memento["id"], cancel));

    private protected override ActionPlan Plan(ActionTarget target, DockerTarget found, ImmutableArray<string> shares) =>
        !found.Running ? ActionPlan.Refused(target, $"{Called(found)} is {found.Status}", [.. found.Names]) : Planned(target, found, $"stop {Called(found)}", shares);

    private protected override Task<ActionProbe> ProbeAsync(ActionPlan plan, DockerTarget? now, CancellationToken cancel) =>
        Task.FromResult(new ActionProbe(now?.Running != true, now is null ? "the container is gone" : $"the container is {now.Status}", Gone: now is null));
}
