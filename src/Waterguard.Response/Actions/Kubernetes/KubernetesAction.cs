using System.Collections.Immutable;
using Waterguard.Platforms.Kubernetes;

namespace Waterguard.Response.Actions.Kubernetes;

/// <summary>What the actions on one cluster have in common.</summary>
public abstract class KubernetesAction(KubernetesApi api) : IResponseAction
{
    /// <summary>The mark of the run on all that was made or changed for it.</summary>
    public const string RunMark = "waterguard/run";

    /// <summary>The input that names a pod: <c>namespace/name</c>, and <c>@uid</c> where it is known.</summary>
    protected const string Pod = "pod";

    /// <inheritdoc/>
    public abstract string Name { get; }

    /// <inheritdoc/>
    public virtual ActionRisk Risk => ActionRisk.High;

    /// <inheritdoc/>
    public abstract string Permissions { get; }

    /// <inheritdoc/>
    public virtual ImmutableArray<string> Inputs => [Pod];

    /// <inheritdoc/>
    public virtual bool CanUndo => true;

    /// <summary>The cluster.</summary>
    protected KubernetesApi Api => api;

    /// <inheritdoc/>
    public Task<ActionPlan> PlanAsync(ActionTarget target, CancellationToken cancel) => Guard.Async(async () =>
    {
        if (!Inputs.Contains(Pod) || !PodSearch.IsBare(target[Pod])) return await LookAsync(target, cancel);
        var (found, how) = await PodSearch.FindAsync(api, target, target[Pod], cancel);
        var plan = await LookAsync(target with { Inputs = target.Inputs.SetItem(Pod, found) }, cancel);
        return plan.Refusal is { } refusal ? plan with { Refusal = $"{refusal} ({how})" } : plan with { Says = $"{plan.Says}; {how}" };
    });

    /// <inheritdoc/>
    public Task ActAsync(ActionPlan plan, CancellationToken cancel) => Guard.Async(() => DoAsync(plan, cancel));

    /// <inheritdoc/>
    public Task<ActionProbe> ProbeAsync(ActionPlan plan, CancellationToken cancel) => Guard.Async(() => SeeAsync(plan, cancel));

    /// <inheritdoc/>
    public Task UndoAsync(ActionPlan plan, CancellationToken cancel) => Guard.Async(() => PutBackAsync(plan, cancel));

    /// <summary>The plan. A change is tried on the server without being made, so that a missing permission shows now.</summary>
    private protected abstract Task<ActionPlan> LookAsync(ActionTarget target, CancellationToken cancel);

    private protected abstract Task DoAsync(ActionPlan plan, CancellationToken cancel);

    private protected abstract Task<ActionProbe> SeeAsync(ActionPlan plan, CancellationToken cancel);

    private protected virtual Task PutBackAsync(ActionPlan plan, CancellationToken cancel) => throw new ActionFailedException($"{Name} cannot be undone");

    private protected static ActionPlan Planned(ActionTarget target, IEnumerable<string> names, string says, IEnumerable<string> shares, params ReadOnlySpan<(string Name, string Value)> memento)
    {
        var known = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in memento) known[name] = value;
        ImmutableArray<string> all = [.. names, .. known.TryGetValue("uid", out var uid) ? [uid] : Array.Empty<string>()];
        // Who may make something in a namespace names it, and its images; which namespace that is the server says.
        var certain = known.TryGetValue("namespace", out var space) ? all.Where(n => n == space || n == uid || n.StartsWith(space + "/", StringComparison.Ordinal)) : all;
        return new ActionPlan(target, all, says, [.. shares], null, known.ToImmutable()) { Certain = [.. certain] };
    }
}
