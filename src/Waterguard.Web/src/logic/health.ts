import type { Source } from "../api/types";
import { duration } from "./format";

export interface Health {
  is: "good" | "warn" | "bad" | "quiet";
  says: string;
}

const quietAfter = 3600;
const lagWarns = 300;

/** How an input is, in a word: the worst that is true of it. */
export function healthOf(s: Pick<Source, "received" | "stored" | "duplicate" | "rejected" | "dropped" | "errors" | "last_success" | "last_error" | "lag_seconds">, now: number): Health {
  if (s.received !== s.stored + s.duplicate + s.rejected + s.dropped) return { is: "bad", says: "does not add up" };
  if (s.last_error && !s.last_success) return { is: "bad", says: "fails" };
  if (s.dropped > 0) return { is: "bad", says: "has dropped records" };
  if (s.last_error) return { is: "warn", says: "had an error" };
  if (s.rejected > 0) return { is: "warn", says: "rejects some" };
  if (s.lag_seconds > lagWarns) return { is: "warn", says: `${duration(s.lag_seconds)} behind` };
  if (!s.last_success) return { is: "quiet", says: "not heard of" };
  const silent = (now - Date.parse(s.last_success)) / 1000;
  return silent > quietAfter ? { is: "quiet", says: `silent for ${duration(silent)}` } : { is: "good", says: "delivers" };
}
