// Filters live in the address, so that a queue can be linked to, and "back" goes back.

export const incidentFilters = ["status", "level", "strategy", "assignee", "entity", "since", "text"] as const;
export type Filters<K extends string> = Partial<Record<K, string>>;

/** The filters that an address says; what it says otherwise is left out. */
export function read<K extends string>(search: string, names: readonly K[]): Filters<K> {
  const params = new URLSearchParams(search);
  const found: Filters<K> = {};
  for (const name of names) {
    const value = params.get(name)?.trim();
    if (value) found[name] = value;
  }
  return found;
}

/** The address's query of filters, in the names' order; empty where there are none. */
export function write<K extends string>(filters: Filters<K>, names: readonly K[]): string {
  const params = new URLSearchParams();
  for (const name of names) if (filters[name]) params.set(name, filters[name]);
  const text = params.toString();
  return text ? "?" + text : "";
}

/** "24h" or "7d" as a time before now; anything else is given as it is. */
export function since(value: string, now: number): string {
  const match = /^(\d{1,4})([hd])$/.exec(value);
  if (!match) return value;
  const hours = Number(match[1]) * (match[2] === "d" ? 24 : 1);
  return new Date(now - hours * 3_600_000).toISOString();
}

/** What a filtered queue asks the API for. Without a status it is the open ones; "all" is every one. */
export function incidentsPath(filters: Filters<(typeof incidentFilters)[number]>, now: number, cursor?: string): string {
  const params = new URLSearchParams({ limit: "100" });
  for (const name of incidentFilters) {
    const value = filters[name] ?? (name === "status" ? "open" : undefined);
    if (!value || (name === "status" && value === "all")) continue;
    params.set(name, name === "since" ? since(value, now) : value);
  }
  if (cursor) params.set("cursor", cursor);
  return "incidents?" + params.toString();
}
