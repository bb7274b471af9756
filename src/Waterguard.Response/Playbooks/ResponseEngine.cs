using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;
using Waterguard.Response.Actions;

namespace Waterguard.Response.Playbooks;

/// <summary>Runs playbooks. Nothing is done before it stands in the journal that it will be, and nothing counts as done before a probe has shown that it took effect; so a run that was cut off anywhere goes on from what is, not
/// from what was meant. Thread-safe: within one process a run is gone on with by one at a time; what another process is at is left to it for as long as it lives.</summary>
/// <param name="holder">This process, as the journal names it; null: nobody else goes on with runs.</param>
public sealed partial class ResponseEngine(IEnumerable<IResponseAction> actions, IRunJournal journal, ResponseLimits limits, TimeProvider time, RunHolder? holder = null)
{
    // A claimed name may be true: one person's word is not enough.
    private const int ApprovalsDespite = 2;

    private readonly ConcurrentDictionary<string, SemaphoreSlim> _gates = new(StringComparer.Ordinal);
    private readonly ImmutableDictionary<string, IResponseAction> _actions = actions.ToImmutableDictionary(a => a.Name, StringComparer.Ordinal);

    /// <summary>The actions that there are, by name.</summary>
    public IReadOnlyDictionary<string, IResponseAction> Actions => _actions;

    /// <summary>Begins a run: plans each step by looking at what it would be done to. Nothing is changed.</summary>
    public async Task<ResponseRun> PlanAsync(string incident, string strategy, IEnumerable<ResponseStep> steps, string requestedBy, bool dryRun, CancellationToken cancel)
    {
        var now = time.GetUtcNow();
        var id = $"run-{now.UtcDateTime.ToString("yyyyMMddHHmmss", CultureInfo.InvariantCulture)}-{Guid.NewGuid().ToString("N")[..8]}";
        var run = new ResponseRun(id, incident, strategy, requestedBy, now, dryRun, [.. steps.Select(s => new StepRun(s, StepState.Waiting, [], null, "", null, null))], 0);
        foreach (var step in run.Steps) run = run.With(await PlannedAsync(run, step, cancel));
        return Put(run, requestedBy, dryRun ? "response.planned_dry" : "response.planned", "", $"{run.Steps.Length} steps for {incident}");
    }

    /// <summary>Somebody agrees to a step.</summary>
    /// <param name="despite">A name on the list of what is never touched, of which they say that it is only claimed; null: none.</param>
    /// <exception cref="ActionFailedException">They must not, or there is nothing to agree to; the message says why.</exception>
    public ResponseRun Approve(string run, string step, string by, string? despite = null)
    {
        var known = Known(run);
        var one = known.Find(step) ?? throw new ActionFailedException($"the run {run} has no step '{step}'");
        if (one.Step.Approvals == 0 || one.State != StepState.Waiting) throw new ActionFailedException($"the step '{step}' waits for nobody's approval");
        if (by == known.RequestedBy) throw new ActionFailedException($"{by} asked for this run, and so cannot approve it");
        if (one.Despite != despite) throw new ActionFailedException(one.Despite is { } claimed ? $"'{claimed}' is on the list of what is never touched: whoever approves the step '{step}' says --despite '{claimed}'" : $"the step '{step}' is done despite of nothing");
        if (one.Approvals.Any(a => a.By == by && a.Despite == despite)) throw new ActionFailedException($"{by} has approved the step '{step}' already");
        return Put(known.With(one with { Approvals = one.Approvals.Add(new StepApproval(by, time.GetUtcNow()) { Despite = despite }) }), by, "response.approved", step, despite is null ? "" : $"despite the name {despite}");
    }

    /// <summary>Does all that can be done now: steps whose needs are done, and that enough have agreed to. What was cut off before is finished first.</summary>
    /// <param name="only">Only these steps; empty: all.</param>
    public async Task<ResponseRun> AdvanceAsync(string run, string actor, IReadOnlyCollection<string> only, CancellationToken cancel)
    {
        using var entered = await EnterAsync(run, cancel);
        var known = await RecoverAsync(Known(run), cancel);
        if (known.IsDryRun) return known;
        while (known.Steps.FirstOrDefault(s => IsNext(known, s, only)) is { } next) known = await DoAsync(known, next, actor, cancel);
        return known;
    }

    /// <summary>Puts a step back.</summary>
    /// <exception cref="ActionFailedException">It is not in effect, or cannot be put back.</exception>
    public async Task<ResponseRun> UndoAsync(string run, string step, string actor, CancellationToken cancel)
    {
        using var entered = await EnterAsync(run, cancel);
        var known = await RecoverAsync(Known(run), cancel);
        var one = known.Find(step) ?? throw new ActionFailedException($"the run {run} has no step '{step}'");
        if (one.State != StepState.Done || !_actions[one.Step.Action].CanUndo) throw new ActionFailedException($"the step '{step}' is {one.State.ToString().ToLowerInvariant()}: there is nothing to undo");
        return await UndoneAsync(known, one, actor, cancel);
    }

    /// <summary>Keeps a step in effect: it is not undone by itself any more.</summary>
    public ResponseRun Keep(string run, string step, string actor)
    {
        var known = Known(run);
        var one = known.Find(step) is { UndoAt: not null } found ? found : throw new ActionFailedException($"the step '{step}' is not going to be undone");
        return Put(known.With(one with { UndoAt = null }), actor, "response.kept", step, "");
    }

    /// <summary>Finishes what was cut off, and undoes what is due, in all runs.</summary>
    /// <returns>Runs that were changed, or could not be: with what went wrong.</returns>
    public async Task<IReadOnlyList<(ResponseRun Run, string? Problem)>> TickAsync(CancellationToken cancel)
    {
        var touched = new List<(ResponseRun, string?)>();
        foreach (var listed in journal.Runs().Where(IsOpen))
        {
            // What somebody is at is not cut off.
            if (!GateOf(listed.Id).Wait(0, CancellationToken.None)) continue;
            using var entered = new Entered(GateOf(listed.Id));
            var run = Known(listed.Id);
            var known = run;
            try
            {
                known = await RecoverAsync(known, cancel);
                foreach (var due in known.Steps.Where(s => s.State == StepState.Done && s.UndoAt <= time.GetUtcNow()).Reverse()) known = await UndoneAsync(known, due, "waterguard", cancel);
                if (known.Revision != run.Revision) touched.Add((known, null));
            }
            catch (ActionFailedException e)
            {
                touched.Add((known, e.Message));
            }
        }

        return touched;
    }

    // Something was cut off in it, or will have to be undone.
    private static bool IsOpen(ResponseRun run) => !run.IsDryRun && run.Steps.Any(s => s.State is StepState.Acting or StepState.Undoing || s.UndoAt is not null);

    private SemaphoreSlim GateOf(string run) => _gates.GetOrAdd(run, _ => new SemaphoreSlim(1));

    private async Task<Entered> EnterAsync(string run, CancellationToken cancel)
    {
        _ = Known(run);
        await GateOf(run).WaitAsync(cancel);
        return new Entered(GateOf(run));
    }

    private bool IsNext(ResponseRun run, StepRun step, IReadOnlyCollection<string> only) =>
        step.State == StepState.Waiting && step.IsApproved && (only.Count == 0 || only.Contains(step.Step.Id)) && step.Step.Needs.All(n => run.Find(n) is null or { State: StepState.Done });

    private async Task<StepRun> PlannedAsync(ResponseRun run, StepRun step, CancellationToken cancel)
    {
        if (!_actions.TryGetValue(step.Step.Action, out var action)) return step with { State = StepState.Refused, Says = $"nothing here can do '{step.Step.Action}'" };
        if (action.Inputs.FirstOrDefault(i => string.IsNullOrEmpty(step.Step.Inputs.GetValueOrDefault(i))) is { } missing) return step with { State = StepState.Refused, Says = $"the incident names no {missing}" };
        if (action.Inputs.FirstOrDefault(i => i != "incident" && step.Step.Inputs[i].Contains(',', StringComparison.Ordinal)) is { } several) return step with { State = StepState.Refused, Says = $"the incident names several: {step.Step.Inputs[several]}; choose one {several}" };
        try
        {
            var plan = await action.PlanAsync(new ActionTarget(run.Id, step.Step.Id, step.Step.Inputs), cancel);
            if (Other(step.Plan, plan) is { } other) return step with { State = StepState.Refused, Says = other };
            if (plan.Refusal is { } refusal) return step with { State = StepState.Refused, Plan = plan, Says = refusal };
            var forbidden = action.Risk > ActionRisk.Read ? limits.Forbidden(plan) : null;
            if (forbidden is { IsClaim: false }) return step with { State = StepState.Refused, Plan = plan, Says = $"{forbidden.Name} is on the list of what is never touched" };
            // Whom it was planned for stands in the step: what comes by the same name afterwards changes nothing.
            step = step with { Step = step.Step with { Inputs = plan.Target.Inputs }, Plan = plan, Says = plan.Says, Despite = forbidden?.Name };
            return forbidden is null ? step : step with
            {
                Step = step.Step with { Approvals = Math.Max(ApprovalsDespite, step.Step.Approvals) },
                Says = $"{plan.Says}; but {forbidden.Name} is on the list of what is never touched. It is only a name, which whoever runs it has chosen: if it is not what the list means, {ApprovalsDespite} approve it with --despite '{forbidden.Name}'",
            };
        }
        catch (ActionFailedException e)
        {
            return step with { State = StepState.Refused, Says = e.Message };
        }
    }

    // What was agreed to was one thing with one uid: another that has its name by now is not it.
    private static string? Other(ActionPlan? before, ActionPlan now) =>
        before?.Memento.GetValueOrDefault("uid") is { } meant && now.Memento.GetValueOrDefault("uid") is { } found && meant != found ? $"what has this name now is another (uid {found}) than was planned for (uid {meant}): plan anew" : null;

    private ResponseRun Known(string run) => journal.Find(run) ?? throw new ActionFailedException($"there is no run '{run}'");

    private ResponseRun Put(ResponseRun run, string actor, string what, string step, string detail) =>
        journal.Put(run, Entry(actor, what, step, detail)) ?? throw new ActionFailedException($"somebody else has changed the run {run.Id} at the same time; look again");

    private RunEntry Entry(string actor, string what, string step, string detail) => new(time.GetUtcNow(), actor, what, step, detail);

    private readonly struct Entered(SemaphoreSlim gate) : IDisposable
    {
        public void Dispose() => gate.Release();
    }
}
