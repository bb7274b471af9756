using System.Collections.Immutable;
using Waterguard.Response.Actions;
using Waterguard.Response.Playbooks;

namespace Waterguard.Tests.Response;

/// <summary>The process ended here.</summary>
internal sealed class Crashed : Exception;

/// <summary>A lamp: an action whose effect can be seen, and that may be cut off before and after.</summary>
internal sealed class Switch : IResponseAction
{
    public bool IsOn { get; set; } = true;

    public bool IsStuck { get; set; }

    /// <summary>Somebody has taken the lamp away.</summary>
    public bool IsGone { get; set; }

    /// <summary>Whether its name is one that whoever hung it up has chosen.</summary>
    public bool IsClaimed { get; set; }

    public int Acts { get; private set; }

    public Action Crash { get; set; } = () => { };

    public string Name => "lamp.off";

    public ActionRisk Risk => ActionRisk.High;

    public string Permissions => "a hand";

    public ImmutableArray<string> Inputs => ["lamp"];

    public bool CanUndo => true;

    public Task<ActionPlan> PlanAsync(ActionTarget target, CancellationToken cancel) => Task.FromResult(new ActionPlan(target, ["lamp"], "switch lamp off", [], null, ImmutableSortedDictionary<string, string>.Empty) { Certain = IsClaimed ? [] : null });

    public Task ActAsync(ActionPlan plan, CancellationToken cancel)
    {
        Crash();
        Acts++;
        if (!IsStuck) IsOn = false;
        Crash();
        return Task.CompletedTask;
    }

    public Task<ActionProbe> ProbeAsync(ActionPlan plan, CancellationToken cancel)
    {
        Crash();
        return Task.FromResult(IsGone ? new ActionProbe(true, "the lamp is gone", Gone: true) : new ActionProbe(!IsOn, IsOn ? "the lamp is on" : "the lamp is off"));
    }

    public Task UndoAsync(ActionPlan plan, CancellationToken cancel)
    {
        if (IsGone) throw new ActionFailedException("there is no lamp");
        IsOn = true;
        return Task.CompletedTask;
    }
}

/// <summary>A journal that may be cut off before and after it writes.</summary>
internal sealed class Shelf : IRunJournal
{
    private readonly SortedDictionary<string, ResponseRun> _runs = new(StringComparer.Ordinal);
    private bool _inside;

    public Action Crash { get; set; } = () => { };

    public Action Before { get; set; } = () => { };

    public ResponseRun? Find(string id) => _runs.GetValueOrDefault(id);

    public IReadOnlyList<ResponseRun> Runs() => [.. _runs.Values];

    public ResponseRun? Put(ResponseRun run, RunEntry entry)
    {
        if (!_inside)
        {
            _inside = true;
            Before();
            _inside = false;
        }

        Crash();
        if ((_runs.GetValueOrDefault(run.Id)?.Revision ?? 0) != run.Revision) return null;
        _runs[run.Id] = run = run with { Revision = run.Revision + 1 };
        return run;
    }
}
