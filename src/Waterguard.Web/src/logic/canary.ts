import type { Canary } from "../api/types";

/** How much a canary is to be minded: one that is under way is as good as the last one was. */
export function canaryHealth(canary: Pick<Canary, "state" | "holds">): "good" | "bad" | "warn" | "quiet" {
  if (canary.state === "stale") return "warn";
  return canary.holds === null ? "quiet" : canary.holds ? "good" : "bad";
}

/** How long a marker took: tenths of a second tell a quick feed from a slow one. */
export function took(seconds: number | null): string {
  if (seconds === null) return "–";
  return seconds < 120 ? `${seconds.toFixed(1)} s` : `${Math.round(seconds / 60)} min`;
}
