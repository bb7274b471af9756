using Waterguard.Pipeline;
using Waterguard.Responding;
using Waterguard.Response.Playbooks;
using Waterguard.Storage.Sqlite;
using Waterguard.Strategies.Playbooks;

namespace Waterguard.Validation.Live;

/// <summary>Plays the playbook on an alert: evidence first, then the first step that can isolate the container; all of it is put back.</summary>
/// <param name="Says">What the probes showed.</param>
/// <param name="Problems">What did not work.</param>
internal sealed record LiveResponse(string? Says, IReadOnlyList<string> Problems)
{
    private const string Actor = "waterguard validate";

    /// <summary>What was found is no container of the engine: there is no step of a playbook for it.</summary>
    public static LiveResponse None { get; } = new(null, []);

    /// <param name="probe">Asks before the container is isolated, and while it is.</param>
    public static async Task<LiveResponse> PlayAsync(string alert, string container, string strategy, Playbook playbook, LiveService service, LiveSettings settings, Generation generation, LiveProbe probe, TimeProvider time, CancellationToken cancel)
    {
        var (id, entities) = PlaybookSteps.Read(alert);
        using var store = SqliteStore.OpenExisting(service.Data);
        using var responder = new Responder(new ResponderSettings(settings.Engine, Path.Combine(service.Data, "evidence"), [], 1000), new DocumentRunJournal(store), () => generation, time);
        var engine = responder.Engine;
        var planned = PlaybookSteps.Of(playbook, id, entities, alert).Select(s => s.Inputs.ContainsKey("container") ? s with { Inputs = s.Inputs.SetItem("container", container) } : s);
        var run = await engine.PlanAsync(id, strategy, [.. planned], Actor, dryRun: false, cancel);
        var isolating = run.Steps.FirstOrDefault(s => s.Step.Action is "docker.disconnect" or "docker.pause" && s.State == StepState.Waiting)?.Step;
        // That a playbook has no step for it is said, and is no fault of the detection.
        if (isolating is null) return new LiveResponse("no step of the playbook can isolate it: " + string.Join("; ", run.Steps.Where(s => s.Step.Action is "docker.disconnect" or "docker.pause").Select(s => s.Says)), []);
        for (var approver = 1; approver <= isolating.Approvals; approver++) engine.Approve(run.Id, isolating.Id, $"{Actor}, approver {approver}");
        string[] steps = [.. run.Steps.Where(s => s.Step.Action is "assess" or "docker.evidence").Select(s => s.Step.Id), isolating.Id];
        await probe.BeforeAsync(cancel);
        run = await engine.AdvanceAsync(run.Id, Actor, steps, cancel);
        var failed = run.Steps.Where(s => steps.Contains(s.Step.Id, StringComparer.Ordinal) && s.State != StepState.Done).Select(s => $"the step '{s.Step.Id}' is {s.State.ToString().ToLowerInvariant()}: {s.Says}").ToList();
        if (failed.Count > 0) return new LiveResponse(null, failed);
        var (seen, wrong) = await probe.AfterAsync(isolating.Action, cancel);
        var says = string.Join("; ", run.Steps.Where(s => steps.Contains(s.Step.Id, StringComparer.Ordinal)).Select(s => $"{s.Step.Action}: {s.Says}")) + (seen is null ? "" : "; " + seen);
        run = await engine.UndoAsync(run.Id, isolating.Id, Actor, cancel);
        return new LiveResponse($"{says}; undone: {run.Find(isolating.Id)!.Says}", wrong is null ? [] : [wrong]);
    }
}
