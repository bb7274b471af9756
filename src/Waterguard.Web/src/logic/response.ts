import type { Entities, Run, RunStep } from "../api/types";

/** What somebody can do about a step now. */
export interface StepMay {
  approve: boolean;
  undo: boolean;
  keep: boolean;
}

/** Whoever asked for a run approves nothing of it, and nobody twice. */
export function stepMay(run: Run, step: RunStep, who: string, isResponder: boolean, canUndo: boolean): StepMay {
  const real = isResponder && !run.dry_run;
  return {
    approve: real && step.state === "waiting" && step.approvals.length < step.approvals_needed && run.requested_by !== who && !step.approvals.some((a) => a.by === who),
    undo: real && step.state === "done" && canUndo,
    keep: real && step.state === "done" && step.undo_at !== null,
  };
}

/** Steps that would be done if somebody said so now. */
export function ready(run: Run): RunStep[] {
  if (run.dry_run) return [];
  return run.steps.filter((s) => s.state === "waiting" && s.approvals.length >= s.approvals_needed && s.needs.every((n) => (run.steps.find((o) => o.id === n)?.state ?? "done") === "done"));
}

/** Kinds of which an incident names several, and pods, of which an alert may name too little: who is meant has to be said. */
export function choices(entities: Entities): { kind: string; names: string[] }[] {
  return ["container", "pod", "workload", "node", "address", "identity"]
    .map((kind) => ({ kind, names: entities[kind] ?? [] }))
    .filter((c) => c.names.length > 1 || (c.kind === "pod" && c.names.length === 1));
}
