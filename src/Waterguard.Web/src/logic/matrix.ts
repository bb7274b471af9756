import type { Covered } from "../api/types";
import { compare } from "./levels";

// The order in which ATT&CK's matrix has them; tactics that are not here come behind, by name.
const order = ["reconnaissance", "resource-development", "initial-access", "execution", "persistence", "privilege-escalation", "defense-evasion", "defense-impairment", "stealth", "credential-access", "discovery", "lateral-movement", "collection", "command-and-control", "exfiltration", "impact"];

export interface Column {
  tactic: string;
  name: string;
  techniques: Covered[];
}

/** A column a tactic, in ATT&CK's order; in each the techniques by id. */
export function matrixOf(covered: readonly Covered[]): Column[] {
  const tactics = new Map<string, Covered[]>();
  for (const one of covered) for (const tactic of one.tactics) tactics.set(tactic, [...(tactics.get(tactic) ?? []), one]);
  const rank = (tactic: string) => (order.includes(tactic) ? order.indexOf(tactic) : order.length);
  return [...tactics]
    .sort(([a], [b]) => rank(a) - rank(b) || compare(a, b))
    .map(([tactic, techniques]) => ({ tactic, name: tactic.charAt(0).toUpperCase() + tactic.slice(1).replaceAll("-", " "), techniques: techniques.sort((a, b) => compare(a.technique, b.technique)) }));
}
