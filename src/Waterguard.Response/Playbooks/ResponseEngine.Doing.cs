using Waterguard.Response.Actions;

namespace Waterguard.Response.Playbooks;

/// <content>One step: begun, probed, undone, and gone on with after it was cut off.</content>
public sealed partial class ResponseEngine
{
    // The gate before what is counted over all runs: no run has this name.
    private const string Counting = "";

    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(250);

    private async Task<ResponseRun> DoAsync(ResponseRun run, StepRun step, string actor, CancellationToken cancel)
    {
        // What it was planned for may be gone, or have changed hands: it is looked at again.
        var planned = await PlannedAsync(run, step, cancel);
        if (planned.State == StepState.Refused) return Put(run.With(planned), actor, "response.refused", step.Step.Id, planned.Says);
        // It has got a name since that nobody has agreed to.
        if (!planned.IsApproved) return Put(run.With(planned), actor, "response.waiting", step.Step.Id, planned.Says);
        await GateOf(Counting).WaitAsync(cancel);
        using (new Entered(GateOf(Counting)))
        {
            if (Capped(planned) is { } capped) return Put(run.With(planned with { State = StepState.Refused, Says = capped }), actor, "response.refused", step.Step.Id, capped);
            var acting = run.With(planned with { State = StepState.Acting, ActedAt = time.GetUtcNow(), Holder = holder?.Name });
            // Somebody has changed it meanwhile: what is next is asked again.
            if (journal.Put(acting, Entry(actor, "response.acting", step.Step.Id, planned.Says)) is not { } begun) return Known(run.Id);
            run = begun;
        }

        return await FinishAsync(run, run.Find(step.Step.Id)!, actor, cancel);
    }

    // Looks first: what was done before a crash is not done again.
    private async Task<ResponseRun> FinishAsync(ResponseRun run, StepRun step, string actor, CancellationToken cancel, bool wasCutOff = false)
    {
        var action = _actions[step.Step.Action];
        try
        {
            var probe = wasCutOff ? await SettledAsync(action, step, cancel) : await action.ProbeAsync(step.Plan!, cancel);
            if (!probe.Holds)
            {
                await action.ActAsync(step.Plan!, cancel);
                probe = await action.ProbeAsync(step.Plan!, cancel);
            }

            var undoAt = probe is { Holds: true, Gone: false } && action.CanUndo && step.Step.UndoAfter is { } after ? time.GetUtcNow() + after : (DateTimeOffset?)null;
            return probe.Holds
                ? PutResult(run, step with { State = StepState.Done, Says = probe.Says, UndoAt = undoAt }, actor, "response.done", probe.Says)
                : PutResult(run, step with { State = StepState.Failed, Says = "it has no effect: " + probe.Says }, actor, "response.failed", probe.Says);
        }
        catch (ActionFailedException e)
        {
            return PutResult(run, step with { State = StepState.Failed, Says = e.Message }, actor, "response.failed", e.Message);
        }
    }

    // The platform may be at it still, though who asked is dead: to ask again would be to do it twice.
    private async Task<ActionProbe> SettledAsync(IResponseAction action, StepRun step, CancellationToken cancel)
    {
        var probe = await action.ProbeAsync(step.Plan!, cancel);
        while (!probe.Holds && time.GetUtcNow() < step.ActedAt + action.Settling)
        {
            await Task.Delay(s_look, time, cancel);
            probe = await action.ProbeAsync(step.Plan!, cancel);
        }

        return probe;
    }

    private async Task<ResponseRun> UndoneAsync(ResponseRun run, StepRun step, string actor, CancellationToken cancel)
    {
        if (step.State != StepState.Undoing) run = Put(run.With(step = step with { State = StepState.Undoing, Holder = holder?.Name }), actor, "response.undoing", step.Step.Id, "");
        var action = _actions[step.Step.Action];
        // What is gone cannot be put back, and needs not be: to try again and again would change nothing.
        var probe = await action.ProbeAsync(step.Plan!, cancel);
        if (!probe.Gone)
        {
            await action.UndoAsync(step.Plan!, cancel);
            probe = await action.ProbeAsync(step.Plan!, cancel);
        }

        if (probe.Gone) return PutResult(run, step with { State = StepState.Undone, UndoAt = null, Says = $"{probe.Says}: nothing is left to undo" }, actor, "response.undone", probe.Says);
        return probe.Holds
            ? throw new ActionFailedException($"the step '{step.Step.Id}' is still in effect after it was undone: {probe.Says}")
            : PutResult(run, step with { State = StepState.Undone, UndoAt = null, Says = probe.Says }, actor, "response.undone", probe.Says);
    }

    private async Task<ResponseRun> RecoverAsync(ResponseRun run, CancellationToken cancel)
    {
        foreach (var cut in run.Steps.Where(s => s.State is StepState.Acting or StepState.Undoing).Where(s => !IsHeld(s)))
            run = cut.State == StepState.Acting ? await FinishAsync(run, cut, "waterguard", cancel, wasCutOff: true) : await UndoneAsync(run, cut, "waterguard", cancel);
        return run;
    }

    // By another process that is at it now.
    private bool IsHeld(StepRun step) =>
        holder is not null && step.Holder is { } other && other != holder.Name && (holder.IsAlive(other) ?? step.ActedAt > time.GetUtcNow() - RunHolder.Patience);

    // What has been done is written down, whatever was approved or kept meanwhile: nobody else changes a step that is being done.
    private ResponseRun PutResult(ResponseRun run, StepRun step, string actor, string what, string detail)
    {
        var entry = Entry(actor, what, step.Step.Id, detail);
        for (var written = journal.Put(run.With(step), entry); ; written = journal.Put(run.With(step), entry))
        {
            if (written is not null) return written;
            run = Known(run.Id);
            if (run.Find(step.Step.Id) is not { State: StepState.Acting or StepState.Undoing } now || now.Holder != step.Holder) throw new ActionFailedException($"somebody else has gone on with the step '{step.Step.Id}' of the run {run.Id}; look again");
            step = step with { Approvals = now.Approvals };
        }
    }

    private string? Capped(StepRun step)
    {
        if (step.Step.Risk < ActionRisk.High) return null;
        var since = time.GetUtcNow().AddHours(-1);
        var done = journal.Runs().SelectMany(r => r.Steps).Count(s => s.Step.Risk == ActionRisk.High && s.ActedAt > since);
        return done >= limits.MostHighPerHour ? $"{done} steps of high risk were done within the hour, as many as may be" : null;
    }
}
