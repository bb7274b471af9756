import { expect, test } from "vitest";
import type { Run, RunStep } from "../src/api/types";
import { choices, ready, stepMay } from "../src/logic/response";

const step = (over: Partial<RunStep>): RunStep => ({ id: "s", action: "docker.pause", risk: "high", needs: [], state: "waiting", says: "", touches: [], also_hit: [], approvals_needed: 0, approvals: [], acted_at: null, undo_at: null, despite: null, evidence: null, ...over });
const run = (steps: RunStep[], over: Partial<Run> = {}): Run => ({ id: "r", incident: "i", strategy: "x", requested_by: "ann", created: "2026-11-02T12:00:00Z", dry_run: false, under_way: false, revision: 1, steps, ...over });

test("whoever asked for a run approves nothing of it, and nobody twice", () => {
  const s = step({ approvals_needed: 2, approvals: [{ by: "bob", at: "" }] });
  expect(["ann", "bob", "cid"].map((who) => stepMay(run([s]), s, who, true, true).approve)).toEqual([false, false, true]);
  expect(stepMay(run([s]), s, "cid", false, true).approve).toBe(false);
  expect(stepMay(run([s], { dry_run: true }), s, "cid", true, true).approve).toBe(false);
});

test("what is done is undone where it can be, and kept where it would be undone", () => {
  const s = step({ state: "done", undo_at: "2026-11-02T13:00:00Z" });
  expect(stepMay(run([s]), s, "bob", true, true)).toEqual({ approve: false, undo: true, keep: true });
  expect(stepMay(run([s]), { ...s, undo_at: null }, "bob", true, false)).toEqual({ approve: false, undo: false, keep: false });
});

test("ready is what is approved and whose needs are done", () => {
  const steps = [step({ id: "a", state: "done" }), step({ id: "b", needs: ["a"] }), step({ id: "c", needs: ["b"] }), step({ id: "d", approvals_needed: 1 }), step({ id: "e", needs: ["gone"] })];
  expect(ready(run(steps)).map((s) => s.id)).toEqual(["b", "e"]);
  expect(ready(run(steps, { dry_run: true }))).toEqual([]);
});

test("who is meant has to be said where there are several, and of pods always", () => {
  expect(choices({ container: ["a", "b"], pod: ["web"], node: ["n"], user: ["u", "v"] }).map((c) => c.kind)).toEqual(["container", "pod"]);
});
