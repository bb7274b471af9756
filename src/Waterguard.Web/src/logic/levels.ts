import type { Level, Role, State } from "../api/types";

export const levels: readonly Level[] = ["critical", "high", "medium", "low", "informational"];
export const roles: readonly Role[] = ["viewer", "analyst", "responder", "admin"];

/** Whether a role may what another may. */
export function may(role: Role | null | undefined, least: Role): boolean {
  return role != null && roles.indexOf(role) >= roles.indexOf(least);
}

const order: Record<State, number> = { BLIND: 0, DEGRADED: 1, ARMED: 2 };

/** The worst first, and among equals by name. */
export function worstFirst<T extends { state: State | null; title?: string; name?: string }>(items: readonly T[]): T[] {
  const rank = (state: State | null) => (state === null ? 1.5 : order[state]);
  return [...items].sort((a, b) => rank(a.state) - rank(b.state) || compare(a.title ?? a.name ?? "", b.title ?? b.name ?? ""));
}

/** By code points: the same order on every machine. */
export function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The most frequent reasons, with how many detections each holds for. */
export function topReasons(detections: readonly { state: State; reasons: { text: string; state: State }[] }[], most: number): { text: string; state: State; count: number }[] {
  const found = new Map<string, { text: string; state: State; count: number }>();
  for (const detection of detections) {
    for (const text of new Set(detection.reasons.map((r) => r.text))) {
      const state = detection.reasons.find((r) => r.text === text)!.state;
      const known = found.get(text);
      if (known) known.count++;
      else found.set(text, { text, state, count: 1 });
    }
  }
  return [...found.values()].sort((a, b) => order[a.state] - order[b.state] || b.count - a.count || compare(a.text, b.text)).slice(0, most);
}
