using System.Collections.Immutable;
using Waterguard.Platforms.Docker;

namespace Waterguard.Response.Actions.Docker;

/// <summary>Stops the processes of a container where they stand; its memory stays, as evidence.</summary>
public sealed class DockerPause(DockerControl docker) : DockerAction(docker)
{
    /// <inheritdoc/>
    public override string Name => "docker.pause";

    /// <inheritdoc/>
    public override Task ActAsync(ActionPlan plan, CancellationToken cancel) => Guard.Async(() => Docker.PauseAsync(plan.Memento["id"], cancel));

    /// <inheritdoc/>
    public override Task UndoAsync(ActionPlan plan, CancellationToken cancel) => Guard.Async(async () =>
    {
        // Who has unpaused or stopped it since has undone it.
        if (await DockerTarget.FindAsync(Docker, plan.Memento["id"], cancel) is { Paused: true }) await Docker.UnpauseAsync(plan.Memento["id"], cancel);
    });

    private protected override ActionPlan Plan(ActionTarget target, DockerTarget found, ImmutableArray<string> shares) =>
        !found.Running ? ActionPlan.Refused(target, $"{Called(found)} is {found.Status}", [.. found.Names])
        : found.Paused ? ActionPlan.Refused(target, $"{Called(found)} is paused already, by somebody else", [.. found.Names])
        : Planned(target, found, $"pause {Called(found)}", shares);

    private protected override Task<ActionProbe> ProbeAsync(ActionPlan plan, DockerTarget? now, CancellationToken cancel) =>
        Task.FromResult(new ActionProbe(now?.Paused == true, now is null ? "the container is gone" : $"the container is {now.Status}", Gone: now is null));
}
