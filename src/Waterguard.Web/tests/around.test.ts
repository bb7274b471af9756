import { expect, test } from "vitest";
import { merged } from "../src/logic/around";

const record = (time: string | null, hour: string) => ({ source: "a.b", time, hour, file: "f", line: 1, names: [{ kind: "pod", name: "x/y" }], raw: {} });

test("alerts and records are one timeline, and a record without a time stands at its hour", () => {
  const steps = merged([{ time: "2026-11-02T12:00:00Z", what: "alert", alert: "a" }], [record("2026-11-02T12:05:00Z", "2026-11-02T12:00:00Z"), record(null, "2026-11-02T11:00:00Z"), record("2026-11-02T12:00:00.500Z", "2026-11-02T12:00:00Z")]);
  expect(steps.map((s) => s.time)).toEqual(["2026-11-02T11:00:00Z", "2026-11-02T12:00:00Z", "2026-11-02T12:00:00.500Z", "2026-11-02T12:05:00Z"]);
  expect(steps.map((s) => s.alert ?? s.found!.source)).toEqual(["a.b", "a", "a.b", "a.b"]);
});
