using System.Collections.Immutable;
using Waterguard.Platforms.Docker;

namespace Waterguard.Response.Actions.Docker;

/// <summary>What the actions on one container have in common: the target is an id, and must be there.</summary>
public abstract class DockerAction(DockerControl docker) : IResponseAction
{
    /// <summary>The input that names the container.</summary>
    protected const string Container = "container";

    /// <inheritdoc/>
    public abstract string Name { get; }

    /// <inheritdoc/>
    public virtual ActionRisk Risk => ActionRisk.High;

    /// <inheritdoc/>
    public string Permissions => "the engine's socket, or its API with a client certificate";

    /// <inheritdoc/>
    public ImmutableArray<string> Inputs => [Container];

    /// <inheritdoc/>
    public virtual bool CanUndo => true;

    /// <inheritdoc/>
    // An engine goes on with what it was asked, though nobody waits for the answer any more.
    public virtual TimeSpan Settling => TimeSpan.FromSeconds(2);

    /// <summary>The engine.</summary>
    protected DockerControl Docker => docker;

    /// <inheritdoc/>
    public async Task<ActionPlan> PlanAsync(ActionTarget target, CancellationToken cancel)
    {
        if (await DockerTarget.FindAsync(docker, target[Container], cancel) is not { } found) return ActionPlan.Refused(target, $"the engine knows no container {target[Container]}");
        return await PlanAsync(target, found, Risk == ActionRisk.Read ? [] : await found.SharesAsync(docker, cancel), cancel);
    }

    /// <inheritdoc/>
    public abstract Task ActAsync(ActionPlan plan, CancellationToken cancel);

    /// <inheritdoc/>
    public async Task<ActionProbe> ProbeAsync(ActionPlan plan, CancellationToken cancel) => await ProbeAsync(plan, await DockerTarget.FindAsync(docker, plan.Memento["id"], cancel), cancel);

    /// <inheritdoc/>
    public abstract Task UndoAsync(ActionPlan plan, CancellationToken cancel);

    /// <summary>The plan for a container that is there.</summary>
    private protected virtual Task<ActionPlan> PlanAsync(ActionTarget target, DockerTarget found, ImmutableArray<string> shares, CancellationToken cancel) => Task.FromResult(Plan(target, found, shares));

    /// <summary>The plan, where nothing else must be looked at.</summary>
    private protected abstract ActionPlan Plan(ActionTarget target, DockerTarget found, ImmutableArray<string> shares);

    /// <summary>Whether it is in effect.</summary>
    /// <param name="now">The container; null: it is gone.</param>
    private protected abstract Task<ActionProbe> ProbeAsync(ActionPlan plan, DockerTarget? now, CancellationToken cancel);

    /// <summary>A plan that remembers the container by its whole id.</summary>
    private protected static ActionPlan Planned(ActionTarget target, DockerTarget found, string says, ImmutableArray<string> shares, params ReadOnlySpan<(string Name, string Value)> memento)
    {
        var known = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        known["id"] = found.Id;
        foreach (var (name, value) in memento) known[name] = value;
        return new ActionPlan(target, found.Names, says, shares, null, known.ToImmutable()) { Certain = [found.Id, found.ImageId] };
    }

    private protected static string Called(DockerTarget found) => $"{found.Name} ({found.Id[..12]}, image {found.Image})";
}
