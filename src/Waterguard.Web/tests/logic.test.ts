import { describe, expect, it } from "vitest";
import { backoff, madeOld } from "../src/api/live";
import { fits } from "../src/app/router";
import { incidentFilters, incidentsPath, read, since, write } from "../src/logic/filters";
import { healthOf } from "../src/logic/health";
import { isTyping, KeyReader, moved } from "../src/logic/keys";
import { may, topReasons, worstFirst } from "../src/logic/levels";
import { matrixOf } from "../src/logic/matrix";
import { trendOf } from "../src/logic/trend";
import { misses, missesFirst } from "../src/logic/validation";

describe("filters in the address", () => {
  it("come back as they were written", () => {
    const filters = { status: "all", level: "high", text: "a&b=c #1", entity: "pod:default/web" };
    expect(read(write(filters, incidentFilters), incidentFilters)).toEqual(filters);
  });
  it("that nobody knows are left out", () => expect(read("?status=open&evil=1", incidentFilters)).toEqual({ status: "open" }));
  it("without any is no query at all", () => expect(write({}, incidentFilters)).toBe(""));
  it("ask for open incidents where no status is said", () => expect(incidentsPath({}, 0)).toBe("incidents?limit=100&status=open"));
  it("ask for every incident where all are", () => expect(incidentsPath({ status: "all" }, 0, "1.a")).toBe("incidents?limit=100&cursor=1.a"));
  it("count back from now", () => expect(since("24h", Date.parse("2026-11-22T10:00:00Z"))).toBe("2026-11-21T10:00:00.000Z"));
  it("take a time as it is", () => expect(since("2026-01-01", 0)).toBe("2026-01-01"));
});

describe("keys", () => {
  it("g and a letter lead to a page", () => {
    const reader = new KeyReader();
    expect([reader.read("g", 0), reader.read("i", 300)]).toEqual([null, { is: "go", path: "/incidents" }]);
  });
  it("g is forgotten after a second", () => {
    const reader = new KeyReader();
    reader.read("g", 0);
    expect(reader.read("s", 1500)).toEqual({ is: "key", key: "s" });
  });
  it("j and k move, and a list ends at its ends", () => {
    expect([new KeyReader().read("j", 0), new KeyReader().read("k", 0)]).toEqual([{ is: "move", by: 1 }, { is: "move", by: -1 }]);
    expect([moved(0, -1, 3), moved(2, 1, 3), moved(1, 1, 3), moved(0, 1, 0)]).toEqual([0, 2, 2, -1]);
  });
  it("belong to whoever types", () => {
    expect(["INPUT", "TEXTAREA", "SELECT"].map((tagName) => isTyping({ tagName }))).toEqual([true, true, true]);
    expect([isTyping(null), isTyping({ tagName: "BUTTON" }), isTyping({ tagName: "INPUT", type: "checkbox" })]).toEqual([false, false, false]);
  });
});

describe("addresses", () => {
  it("give their parts", () => expect(fits("/incidents/:id", "/incidents/a%2Fb")).toEqual({ id: "a/b" }));
  it("that are longer or broken do not fit", () => expect([fits("/incidents/:id", "/incidents/a/b"), fits("/incidents/:id", "/incidents/%zz"), fits("/", "/x")]).toEqual([null, null, null]));
});

describe("the stream", () => {
  it("an alert makes the queue old, and no page of a strategy", () => {
    const is = madeOld("alert", {})!;
    expect(["status", "incidents?limit=1", "strategies/x"].map(is)).toEqual([true, true, false]);
  });
  it("an incident makes itself old, and no other", () => expect(["incidents/a", "incidents/b"].map(madeOld("incident", { id: "a" })!)).toEqual([true, false]));
  it("what was missed makes everything old", () => expect([madeOld("missed", {}), madeOld("dropped", {})]).toEqual([null, null]));
  it("waits longer each time, half a minute at most", () => expect([0, 1, 3, 9, 99].map(backoff)).toEqual([1000, 2000, 8000, 30_000, 30_000]));
});

describe("roles", () => {
  it("may what lesser ones may", () => expect([may("admin", "viewer"), may("analyst", "analyst"), may("viewer", "analyst"), may(null, "viewer")]).toEqual([true, true, false, false]));
});

describe("strategies", () => {
  it("the blind come before the degraded", () =>
    expect(worstFirst([{ name: "c", state: "ARMED" as const }, { name: "b", state: "DEGRADED" as const }, { name: "d", state: null }, { name: "a", state: "BLIND" as const }]).map((s) => s.name)).toEqual(["a", "b", "d", "c"]));
  it("a reason counts once for a detection", () => {
    const blind = (text: string) => ({ text, state: "BLIND" as const });
    expect(topReasons([{ state: "BLIND", reasons: [blind("x"), blind("x")] }, { state: "BLIND", reasons: [blind("y"), blind("x")] }], 1)).toEqual([{ text: "x", state: "BLIND", count: 2 }]);
  });
  it("tactics stand as in ATT&CK's matrix, unknown ones behind", () => {
    const of = (technique: string, ...tactics: string[]) => ({ technique, name: "", tactics, state: "armed" as const, detections: [] });
    expect(matrixOf([of("T2", "impact", "zeal"), of("T1", "execution", "impact")]).map((c) => [c.tactic, c.techniques.map((t) => t.technique)])).toEqual([["execution", ["T1"]], ["impact", ["T1", "T2"]], ["zeal", ["T2"]]]);
  });
});

describe("health of an input", () => {
  const good = { received: 10, stored: 8, duplicate: 2, rejected: 0, dropped: 0, errors: 0, last_success: "2026-11-22T10:00:00Z", last_error: null, lag_seconds: 0 };
  const now = Date.parse("2026-11-22T10:00:30Z");
  it("is good while it delivers", () => expect(healthOf(good, now).is).toBe("good"));
  it("is bad where the sum is not what came", () => expect(healthOf({ ...good, received: 11 }, now)).toEqual({ is: "bad", says: "does not add up" }));
  it("says when it is silent", () => expect(healthOf(good, now + 7_200_000)).toEqual({ is: "quiet", says: "silent for 2 h" }));
  it("says that records were dropped before anything lesser", () => expect(healthOf({ ...good, received: 12, dropped: 1, rejected: 1 }, now).says).toBe("has dropped records"));
});

it("the trend has every hour of a day, also those without an alert", () => {
  const trend = trendOf([{ from: "2026-11-22T09:00:00Z", level: "high", told: 3, suppressed: 1 }, { from: "2026-11-20T09:00:00Z", level: "low", told: 9, suppressed: 0 }], "2026-11-22T10:20:00Z");
  expect([trend.hours.length, trend.hours.at(-1), trend.series.map((s) => s.level), trend.series[0]!.told[22]]).toEqual([24, "2026-11-22T10:00:00.000Z", ["high"], 3]);
});

describe("results of scenarios", () => {
  const passed = { scenario: "b", strategy: "s", rule: "r", outcome: "passed", fired: true, within: 60, time_to_detect: 0, twins: [{ name: "t", quiet: true }], variants: [{ name: "v", caught: false, expected: false }], collateral: [], problems: [] };
  it("a variant that is known to get past is no miss", () => expect(misses(passed)).toEqual([]));
  it("those with misses come first", () => expect(missesFirst([passed, { ...passed, scenario: "z", outcome: "failed", fired: false }]).map((r) => r.scenario)).toEqual(["z", "b"]));
});
