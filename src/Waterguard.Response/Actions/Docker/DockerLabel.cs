using System.Collections.Immutable;
using Waterguard.Platforms.Docker;

namespace Waterguard.Response.Actions.Docker;

/// <summary>Marks what a container is of as quarantined, for all who look. Of a task of a Swarm its service gets a label; no engine changes the labels of a container, and so any other is renamed.</summary>
public sealed class DockerLabel(DockerControl docker) : DockerAction(docker)
{
    /// <summary>The label of a service: its value is the run.</summary>
    public const string Label = "waterguard/quarantine";

    private const string Infix = ".quarantined-";
    private const int ShortRun = 8;
    private const string Service = "service", Mark = "mark", Before = "name";

    /// <inheritdoc/>
    public override string Name => "docker.label";

    /// <inheritdoc/>
    public override ActionRisk Risk => ActionRisk.Low;

    /// <inheritdoc/>
    public override Task ActAsync(ActionPlan plan, CancellationToken cancel) => Guard.Async(async () =>
    {
        if (plan.Memento.TryGetValue(Service, out var service)) await SwarmService.LabelAsync(Docker, service, Label, plan.Target.Run, cancel);
        else if (await DockerTarget.FindAsync(Docker, plan.Memento["id"], cancel) is { } now && now.Name != plan.Memento[Mark]) await Docker.RenameAsync(now.Id, plan.Memento[Mark], cancel);
    });

    /// <inheritdoc/>
    public override Task UndoAsync(ActionPlan plan, CancellationToken cancel) => Guard.Async(async () =>
    {
        if (plan.Memento.TryGetValue(Service, out var service)) await SwarmService.UnlabelAsync(Docker, service, Label, plan.Target.Run, cancel);
        // Who has renamed it since has taken the mark away: that name stays.
        else if (await DockerTarget.FindAsync(Docker, plan.Memento["id"], cancel) is { } now && now.Name == plan.Memento[Mark]) await Docker.RenameAsync(now.Id, plan.Memento[Before], cancel);
    });

    private protected override Task<ActionPlan> PlanAsync(ActionTarget target, DockerTarget found, ImmutableArray<string> shares, CancellationToken cancel) => Guard.Async(async () =>
    {
        if (!found.Labels.ContainsKey(SwarmService.TaskLabel)) return Plan(target, found, shares);
        var swarm = await SwarmService.StateAsync(Docker, cancel);
        // Its Swarm knows a task's container by its name, and would lose it.
        if (swarm is { IsMember: true, IsManager: false }) return ActionPlan.Refused(target, $"{Called(found)} says that it is of a Swarm, whose services a manager changes; this engine is none", [.. found.Names]);
        if (!swarm.IsMember || await SwarmService.OfAsync(Docker, found, cancel) is not { } service) return Plan(target, found, [.. shares, "its labels say that it is of a Swarm's service, which is not so"]);
        if (service.Labels.TryGetValue(Label, out var run) && run != target.Run) return ActionPlan.Refused(target, $"the service {service.Name} is marked already, by {run}", [.. found.Names, service.Name, service.Id]);
        var plan = Planned(target, found, $"label the service {service.Name}, of which {Called(found)} is a task, with {Label}={target.Run}", shares, (Service, service.Id));
        return plan with { Names = [.. plan.Names, service.Name, service.Id], Certain = [.. plan.Certain ?? [], service.Id] };
    });

    private protected override ActionPlan Plan(ActionTarget target, DockerTarget found, ImmutableArray<string> shares)
    {
        if (found.Name.StartsWith("k8s_", StringComparison.Ordinal)) return ActionPlan.Refused(target, $"{Called(found)} has the name of a pod's container, by which a kubelet may find it", [.. found.Names]);
        var mark = $"{found.Name}{Infix}{target.Run[^Math.Min(ShortRun, target.Run.Length)..]}";
        if (found.Name.Contains(Infix, StringComparison.Ordinal) && found.Name != mark) return ActionPlan.Refused(target, $"{Called(found)} is marked already", [.. found.Names]);
        return Planned(target, found, $"rename {Called(found)} to {mark}", [.. shares, $"whoever looks for {found.Name} by this name does not find it, as on its networks"], (Mark, mark), (Before, found.Name));
    }

    private protected override async Task<ActionProbe> ProbeAsync(ActionPlan plan, DockerTarget? now, CancellationToken cancel)
    {
        if (!plan.Memento.TryGetValue(Service, out var id)) return new ActionProbe(now?.Name == plan.Memento[Mark] || now is null, now is null ? "the container is gone" : $"the container is called {now.Name}", Gone: now is null);
        if (await Guard.Async(() => SwarmService.FindAsync(Docker, id, cancel)) is not { } service) return new ActionProbe(true, "the service is gone", Gone: true);
        return service.Labels.TryGetValue(Label, out var run) && run == plan.Target.Run ? new ActionProbe(true, $"the service {service.Name} has the label {Label}={run}") : new ActionProbe(false, $"the service {service.Name} has no such label of this run");
    }
}
