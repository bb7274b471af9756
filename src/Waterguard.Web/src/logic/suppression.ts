import type { SuppressionBody } from "../api/types";

export interface Condition {
  field: string;
  values: string;
}

/** What the form holds. */
export interface Draft {
  id: string;
  strategy: string;
  reason: string;
  owner: string;
  expires: string;
  appliesTo: string[];
  conditions: Condition[];
  /** What is more than conditions on fields, as JSON; empty: there is no such. */
  raw: string;
  during: { rrule: string; cron: string; duration: string; tz: string };
}

const plain = (value: unknown): value is string | number | boolean => ["string", "number", "boolean"].includes(typeof value);

/** A body as the form shows it. A condition that is no plain list of fields is kept as JSON, and not taken apart. */
export function draftOf(body: Partial<SuppressionBody>): Draft {
  const when = body.when;
  const isPlain = when === undefined || when === null || (typeof when === "object" && !Array.isArray(when) && Object.values(when).every((v) => plain(v) || (Array.isArray(v) && v.every(plain))));
  const conditions = isPlain && when ? Object.entries(when as Record<string, unknown>).map(([field, v]) => ({ field, values: (Array.isArray(v) ? v : [v]).join("\n") })) : [];
  const during = body.during ?? {};
  return {
    id: body.id ?? "",
    strategy: body.strategy ?? "",
    reason: body.reason ?? "",
    owner: body.owner ?? "",
    expires: body.expires ?? "",
    appliesTo: body.applies_to ?? [],
    conditions,
    raw: isPlain ? "" : JSON.stringify(when, null, 2),
    during: { rrule: during.rrule ?? "", cron: during.cron ?? "", duration: during.duration ?? "", tz: during.tz ?? "" },
  };
}

/** The body that the form means. */
export function bodyOf(draft: Draft, force: boolean): SuppressionBody {
  const body: SuppressionBody = { id: draft.id.trim(), strategy: draft.strategy, reason: draft.reason.trim(), owner: draft.owner.trim(), expires: draft.expires, applies_to: draft.appliesTo };
  if (draft.raw.trim()) body.when = JSON.parse(draft.raw) as unknown;
  else {
    const when: Record<string, string | string[]> = {};
    for (const { field, values } of draft.conditions) {
      const all = values.split("\n").map((v) => v.trim()).filter((v) => v !== "");
      if (field.trim() && all.length > 0) when[field.trim()] = all.length === 1 ? all[0]! : all;
    }
    if (Object.keys(when).length > 0) body.when = when;
  }
  const during = Object.fromEntries(Object.entries(draft.during).filter(([, v]) => v.trim() !== ""));
  if (Object.keys(during).length > 0) body.during = during;
  if (force) body.force = true;
  return body;
}

/** What has to be said before it can be asked for; null: nothing. */
export function missing(draft: Draft): string | null {
  if (!/^[a-z0-9][a-z0-9-]{0,63}$/.test(draft.id.trim())) return "The name is of lower-case letters, digits and dashes.";
  if (!draft.strategy) return "Choose a strategy.";
  if (!draft.reason.trim()) return "Say why it is benign.";
  if (!draft.owner.trim()) return "Say who answers for it.";
  if (!draft.expires) return "Say until when it holds.";
  if (draft.appliesTo.length === 0) return "Choose what it is for.";
  if (draft.raw.trim()) {
    try {
      JSON.parse(draft.raw);
    } catch {
      return "The condition is no JSON.";
    }
  }
  return null;
}
