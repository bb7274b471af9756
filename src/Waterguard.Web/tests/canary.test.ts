import { expect, test } from "vitest";
import { madeOld } from "../src/api/live";
import { canaryHealth, took } from "../src/logic/canary";

test("a canary is minded by its last marker, and by nobody planting one", () => {
  expect(canaryHealth({ state: "unplanted", holds: null })).toBe("quiet");
  expect(canaryHealth({ state: "waiting", holds: true })).toBe("good");
  expect(canaryHealth({ state: "waiting", holds: false })).toBe("bad");
  expect(canaryHealth({ state: "stale", holds: false })).toBe("warn");
});

test("how long it took is told to a tenth of a second", () => {
  expect([took(null), took(0.04), took(59.96), took(5400)]).toEqual(["–", "0.0 s", "60.0 s", "90 min"]);
});

test("a canary that stands otherwise makes the canaries and the strategies old, and no incidents", () => {
  const old = madeOld("state", { what: "canary" })!;
  expect(["canaries", "strategies", "strategies/a", "incidents?status=open", "suppressions"].map(old)).toEqual([true, true, true, false, false]);
});
