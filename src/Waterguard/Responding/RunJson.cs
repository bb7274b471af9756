using System.Text.Json.Nodes;
using Waterguard.Alerting.Output;
using Waterguard.Response.Playbooks;

namespace Waterguard.Responding;

/// <summary>A run as the API and the command line tell it.</summary>
internal static class RunJson
{
    public static JsonObject Of(ResponseRun run) => new()
    {
        ["id"] = run.Id, ["incident"] = run.Incident, ["strategy"] = run.Strategy, ["requested_by"] = run.RequestedBy, ["created"] = AlertJson.Time(run.Created), ["dry_run"] = run.IsDryRun, ["revision"] = run.Revision,
        ["steps"] = new JsonArray([.. run.Steps.Select(s => (JsonNode?)Of(s))]),
    };

    /// <summary>A state's word.</summary>
    public static string Word(StepState state) => state.ToString().ToLowerInvariant();

    private static JsonObject Of(StepRun step) => new()
    {
        ["id"] = step.Step.Id, ["action"] = step.Step.Action, ["risk"] = step.Step.Risk.ToString().ToLowerInvariant(), ["needs"] = new JsonArray([.. step.Step.Needs.Select(n => (JsonNode?)n)]), ["state"] = Word(step.State), ["says"] = step.Says,
        ["touches"] = new JsonArray([.. (step.Plan?.Names ?? []).Select(n => (JsonNode?)n)]), ["also_hit"] = new JsonArray([.. (step.Plan?.Shares ?? []).Select(s => (JsonNode?)s)]),
        ["approvals_needed"] = step.Step.Approvals, ["approvals"] = new JsonArray([.. step.Approvals.Select(a => (JsonNode?)new JsonObject { ["by"] = a.By, ["at"] = AlertJson.Time(a.At) })]),
        ["acted_at"] = step.ActedAt is { } acted ? AlertJson.Time(acted) : null, ["undo_at"] = step.UndoAt is { } undo ? AlertJson.Time(undo) : null, ["despite"] = step.Despite, ["evidence"] = RunEvidence.NameOf(step),
    };
}
