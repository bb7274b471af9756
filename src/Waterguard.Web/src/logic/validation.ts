import type { ScenarioResult } from "../api/types";
import { compare } from "./levels";

/** What went wrong with a scenario; empty: nothing. A variant that we know to get past is no surprise. */
export function misses(r: ScenarioResult): string[] {
  const found: string[] = [];
  if (!r.fired) found.push("did not fire");
  for (const twin of r.twins) if (!twin.quiet) found.push(`twin not quiet: ${twin.name}`);
  for (const v of r.variants) if (!v.caught && v.expected) found.push(`gets past: ${v.name}`);
  for (const problem of r.problems) found.push(problem);
  return found;
}

/** Those with misses first, the most of them on top. */
export function missesFirst(results: readonly ScenarioResult[]): ScenarioResult[] {
  const rank = (r: ScenarioResult) => (r.outcome !== "passed" ? 1000 : 0) + misses(r).length;
  return [...results].sort((a, b) => rank(b) - rank(a) || compare(a.scenario, b.scenario));
}
