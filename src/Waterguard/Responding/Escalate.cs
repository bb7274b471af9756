using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Waterguard.Response.Actions;
using Waterguard.Response.Playbooks;
using Waterguard.Storage;

namespace Waterguard.Responding;

/// <summary>Hands an incident to the incident response team: marks it as escalated, with the run that did it, and tells those who are told of escalations. Thread-safe.</summary>
/// <param name="people">Tells them.</param>
internal sealed class Escalate(TellPeople people, IDocuments documents, IRunJournal journal, TimeProvider time) : IResponseAction
{
    public string Name => people.Name;

    public ActionRisk Risk => ActionRisk.Low;

    public string Permissions => people.Permissions;

    public ImmutableArray<string> Inputs => people.Inputs;

    public bool CanUndo => false;

    public async Task<ActionPlan> PlanAsync(ActionTarget target, CancellationToken cancel)
    {
        var plan = await people.PlanAsync(target, cancel);
        // An incident that nobody can be told of is marked all the same: the queue shows it.
        return plan.Refusal is null
            ? plan with { Says = "mark it as escalated, and " + plan.Says }
            : new ActionPlan(target, [], "mark it as escalated", ["nobody is told: " + plan.Refusal], null, ImmutableSortedDictionary<string, string>.Empty);
    }

    public async Task ActAsync(ActionPlan plan, CancellationToken cancel)
    {
        try
        {
            if (Mark(plan.Target) != plan.Target.Run) Put(plan.Target);
        }
        catch (Exception e) when (e is StorageUnavailableException or JsonException)
        {
            throw new ActionFailedException("the incident could not be marked: " + e.Message, e);
        }

        if (plan.Shares.IsEmpty) await people.ActAsync(plan, cancel);
    }

    public async Task<ActionProbe> ProbeAsync(ActionPlan plan, CancellationToken cancel)
    {
        if (Mark(plan.Target) != plan.Target.Run) return new ActionProbe(false, "it is not marked by this run");
        if (!plan.Shares.IsEmpty) return new ActionProbe(true, "it is marked as escalated; " + plan.Shares[0]);
        var told = await people.ProbeAsync(plan, cancel);
        return told with { Says = "it is marked as escalated; " + told.Says };
    }

    public Task UndoAsync(ActionPlan plan, CancellationToken cancel) => people.UndoAsync(plan, cancel);

    private string? Mark(ActionTarget target) => documents.Find(IncidentRecord.Kind, target[TellPeople.Id]) is { } document ? JsonNode.Parse(document.Json)?["escalated"]?["run"]?.GetValue<string>() : null;

    private void Put(ActionTarget target)
    {
        for (var attempt = 0; attempt < 10; attempt++)
        {
            var known = documents.Find(IncidentRecord.Kind, target[TellPeople.Id]);
            var json = known is null ? [] : JsonNode.Parse(known.Json)!.AsObject();
            var now = time.GetUtcNow();
            var by = journal.Find(target.Run)?.RequestedBy ?? "waterguard";
            IncidentRecord.Escalate(json, now, by, $"the step '{target.Step}' of {target.Run}", new JsonObject { ["run"] = target.Run, ["by"] = by });
            var detail = JsonSerializer.SerializeToUtf8Bytes(new { run = target.Run, step = target.Step });
            if (documents.Put(IncidentRecord.Kind, target[TellPeople.Id], JsonSerializer.SerializeToUtf8Bytes(json), known?.Revision ?? 0, new AuditEntry(now, by, "responder", "incident.escalated", target[TellPeople.Id], detail, "")).Done) return;
        }

        throw new ActionFailedException("others change the incident all the time");
    }
}
