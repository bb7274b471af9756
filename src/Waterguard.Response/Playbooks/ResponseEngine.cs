using System.Collections.Immutable;
using System.Globalization;
using Waterguard.Response.Actions;

namespace Waterguard.Response.Playbooks;

/// <summary>Runs playbooks. Nothing is done before it stands in the journal that it will be, and nothing counts as done before a probe has shown that it took effect; so a run that was cut off anywhere goes on from what is, not
/// from what was meant. Not thread-safe for one run; the journal refuses the second of two who change it at once.</summary>
public sealed class ResponseEngine(IEnumerable<IResponseAction> actions, IRunJournal journal, ResponseLimits limits, TimeProvider time)
{
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
    /// <exception cref="ActionFailedException">They must not, or there is nothing to agree to; the message says why.</exception>
    public ResponseRun Approve(string run, string step, string by)
    {
        var known = Known(run);
        var one = known.Find(step) ?? throw new ActionFailedException($"the run {run} has no step '{step}'");
        if (one.Step.Approvals == 0 || one.State != StepState.Waiting) throw new ActionFailedException($"the step '{step}' waits for nobody's approval");
        if (by == known.RequestedBy) throw new ActionFailedException($"{by} asked for this run, and so cannot approve it");
        if (one.Approvals.Any(a => a.By == by)) throw new ActionFailedException($"{by} has approved the step '{step}' already");
        return Put(known.With(one with { Approvals = one.Approvals.Add(new StepApproval(by, time.GetUtcNow())) }), by, "response.approved", step, "");
    }

    /// <summary>Does all that can be done now: steps whose needs are done, and that enough have agreed to. What was cut off before is finished first.</summary>
    /// <param name="only">Only these steps; empty: all.</param>
    public async Task<ResponseRun> AdvanceAsync(string run, string actor, IReadOnlyCollection<string> only, CancellationToken cancel)
    {
        var known = await RecoverAsync(Known(run), cancel);
        if (known.IsDryRun) return known;
        while (known.Steps.FirstOrDefault(s => IsNext(known, s, only)) is { } next) known = await DoAsync(known, next, actor, cancel);
        return known;
    }

    /// <summary>Puts a step back.</summary>
    /// <exception cref="ActionFailedException">It is not in effect, or cannot be put back.</exception>
    public async Task<ResponseRun> UndoAsync(string run, string step, string actor, CancellationToken cancel)
    {
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
        foreach (var run in journal.Runs().Where(r => !r.IsDryRun))
        {
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
            if (action.Risk > ActionRisk.Read && limits.Forbidden(plan.Names) is { } name) return step with { State = StepState.Refused, Plan = plan, Says = $"{name} is on the list of what is never touched" };
            return step with { Plan = plan, Says = plan.Says };
        }
        catch (ActionFailedException e)
        {
            return step with { State = StepState.Refused, Says = e.Message };
        }
    }

    private async Task<ResponseRun> DoAsync(ResponseRun run, StepRun step, string actor, CancellationToken cancel)
    {
        // What it was planned for may be gone, or have changed hands: it is looked at again.
        var planned = await PlannedAsync(run, step, cancel);
        if (planned.State == StepState.Refused) return Put(run.With(planned), actor, "response.refused", step.Step.Id, planned.Says);
        if (Capped(planned) is { } capped) return Put(run.With(planned with { State = StepState.Refused, Says = capped }), actor, "response.refused", step.Step.Id, capped);
        run = Put(run.With(planned with { State = StepState.Acting, ActedAt = time.GetUtcNow() }), actor, "response.acting", step.Step.Id, planned.Says);
        return await FinishAsync(run, run.Find(step.Step.Id)!, actor, cancel);
    }

    // Looks first: what was done before a crash is not done again.
    private async Task<ResponseRun> FinishAsync(ResponseRun run, StepRun step, string actor, CancellationToken cancel)
    {
        var action = _actions[step.Step.Action];
        try
        {
            var probe = await action.ProbeAsync(step.Plan!, cancel);
            if (!probe.Holds)
            {
                await action.ActAsync(step.Plan!, cancel);
                probe = await action.ProbeAsync(step.Plan!, cancel);
            }

            var undoAt = probe.Holds && action.CanUndo && step.Step.UndoAfter is { } after ? time.GetUtcNow() + after : (DateTimeOffset?)null;
            return probe.Holds
                ? Put(run.With(step with { State = StepState.Done, Says = probe.Says, UndoAt = undoAt }), actor, "response.done", step.Step.Id, probe.Says)
                : Put(run.With(step with { State = StepState.Failed, Says = "it has no effect: " + probe.Says }), actor, "response.failed", step.Step.Id, probe.Says);
        }
        catch (ActionFailedException e)
        {
            return Put(run.With(step with { State = StepState.Failed, Says = e.Message }), actor, "response.failed", step.Step.Id, e.Message);
        }
    }

    private async Task<ResponseRun> UndoneAsync(ResponseRun run, StepRun step, string actor, CancellationToken cancel)
    {
        if (step.State != StepState.Undoing) run = Put(run.With(step = step with { State = StepState.Undoing }), actor, "response.undoing", step.Step.Id, "");
        var action = _actions[step.Step.Action];
        await action.UndoAsync(step.Plan!, cancel);
        var probe = await action.ProbeAsync(step.Plan!, cancel);
        return probe.Holds
            ? throw new ActionFailedException($"the step '{step.Step.Id}' is still in effect after it was undone: {probe.Says}")
            : Put(run.With(step with { State = StepState.Undone, UndoAt = null, Says = probe.Says }), actor, "response.undone", step.Step.Id, probe.Says);
    }

    private async Task<ResponseRun> RecoverAsync(ResponseRun run, CancellationToken cancel)
    {
        foreach (var cut in run.Steps.Where(s => s.State is StepState.Acting or StepState.Undoing))
            run = cut.State == StepState.Acting ? await FinishAsync(run, cut, "waterguard", cancel) : await UndoneAsync(run, cut, "waterguard", cancel);
        return run;
    }

    // What was agreed to was one thing with one uid: another that has its name by now is not it.
    private static string? Other(ActionPlan? before, ActionPlan now) =>
        before?.Memento.GetValueOrDefault("uid") is { } meant && now.Memento.GetValueOrDefault("uid") is { } found && meant != found ? $"what has this name now is another (uid {found}) than was planned for (uid {meant}): plan anew" : null;

    private string? Capped(StepRun step)
    {
        if (step.Step.Risk < ActionRisk.High) return null;
        var since = time.GetUtcNow().AddHours(-1);
        var done = journal.Runs().SelectMany(r => r.Steps).Count(s => s.Step.Risk == ActionRisk.High && s.ActedAt > since);
        return done >= limits.MostHighPerHour ? $"{done} steps of high risk were done within the hour, as many as may be" : null;
    }

    private ResponseRun Known(string run) => journal.Find(run) ?? throw new ActionFailedException($"there is no run '{run}'");

    private ResponseRun Put(ResponseRun run, string actor, string what, string step, string detail) =>
        journal.Put(run, new RunEntry(time.GetUtcNow(), actor, what, step, detail)) ?? throw new ActionFailedException($"somebody else has changed the run {run.Id} at the same time; look again");
}
