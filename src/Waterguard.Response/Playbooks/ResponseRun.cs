using System.Collections.Immutable;
using Waterguard.Response.Actions;

namespace Waterguard.Response.Playbooks;

/// <summary>One step of a playbook, ready to be run.</summary>
/// <param name="Needs">Steps that must be done before.</param>
/// <param name="Approvals">How many responders must agree, none of whom asked for it.</param>
/// <param name="UndoAfter">After how long it is undone unless somebody keeps it; null: it stays.</param>
/// <param name="Inputs">What the action is told.</param>
public sealed record ResponseStep(string Id, string Action, ActionRisk Risk, ImmutableArray<string> Needs, int Approvals, TimeSpan? UndoAfter, ImmutableSortedDictionary<string, string> Inputs);

/// <summary>How far a step has come.</summary>
public enum StepState
{
    /// <summary>Nothing was done yet.</summary>
    Waiting,

    /// <summary>It must not be done: <see cref="StepRun.Says"/> has the reason.</summary>
    Refused,

    /// <summary>It is being done: whoever finds it so after a crash looks whether it took effect.</summary>
    Acting,

    /// <summary>It is in effect; a probe has shown it.</summary>
    Done,

    /// <summary>It did not work.</summary>
    Failed,

    /// <summary>It is being put back.</summary>
    Undoing,

    /// <summary>It was put back.</summary>
    Undone,
}

/// <summary>Somebody agreed to a step.</summary>
public sealed record StepApproval(string By, DateTimeOffset At)
{
    /// <summary>The claimed name that they have said it is done despite of; null: none.</summary>
    public string? Despite { get; init; }
}

/// <summary>A step in a run. Immutable.</summary>
/// <param name="Plan">What will be or was done; null before it was planned.</param>
/// <param name="Says">What became of it, in a sentence.</param>
/// <param name="UndoAt">When it will be undone; null: not by itself.</param>
public sealed record StepRun(ResponseStep Step, StepState State, ImmutableArray<StepApproval> Approvals, ActionPlan? Plan, string Says, DateTimeOffset? ActedAt, DateTimeOffset? UndoAt)
{
    /// <summary>The process that is at it, or was; null: nobody said.</summary>
    public string? Holder { get; init; }

    /// <summary>A name on the list of what is never touched, by which this goes and which is only a claim: whoever approves must say it; null: none.</summary>
    public string? Despite { get; init; }

    /// <summary>Whether enough have agreed, and to what it is now.</summary>
    public bool IsApproved => Approvals.Where(a => Despite is null || a.Despite == Despite).Select(a => a.By).Distinct(StringComparer.Ordinal).Count() >= Step.Approvals;
}

/// <summary>A playbook that is run for an incident. Immutable.</summary>
/// <param name="IsDryRun">Nothing is done: each step says what it would do.</param>
/// <param name="Revision">Of the journal's entry; 0 before the first.</param>
public sealed record ResponseRun(string Id, string Incident, string Strategy, string RequestedBy, DateTimeOffset Created, bool IsDryRun, ImmutableArray<StepRun> Steps, long Revision)
{
    /// <summary>A step by its id; null: there is none.</summary>
    public StepRun? Find(string step) => Steps.FirstOrDefault(s => s.Step.Id == step);

    /// <summary>With one step as it is now.</summary>
    public ResponseRun With(StepRun step) => this with { Steps = [.. Steps.Select(s => s.Step.Id == step.Step.Id ? step : s)] };
}
