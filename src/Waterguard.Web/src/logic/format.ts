// How values are written. English, UTC, and nothing that depends on where the browser is.

const units: [number, string][] = [
  [86_400, "d"],
  [3600, "h"],
  [60, "min"],
  [1, "s"],
];

/** "2026-11-22 10:00:00Z"; an empty text for what is no time. */
export function utc(time: string | null | undefined): string {
  const at = time ? Date.parse(time) : Number.NaN;
  return Number.isNaN(at) ? "" : new Date(at).toISOString().slice(0, 19).replace("T", " ") + "Z";
}

/** "5 min ago", "in 3 d", "now". */
export function relative(time: string | null | undefined, now: number): string {
  const at = time ? Date.parse(time) : Number.NaN;
  if (Number.isNaN(at)) return "";
  const seconds = Math.round((now - at) / 1000);
  const text = duration(Math.abs(seconds));
  if (Math.abs(seconds) < 5) return "now";
  return seconds > 0 ? `${text} ago` : `in ${text}`;
}

/** The largest unit that fits: "90 s" is "1 min". */
export function duration(seconds: number): string {
  for (const [size, name] of units) if (seconds >= size) return `${Math.floor(seconds / size)} ${name}`;
  return "0 s";
}

/** "12 345". */
export function count(value: number): string {
  return Math.trunc(value).toString().replace(/\B(?=(\d{3})+$)/g, "\u2009");
}

export function bytes(value: number): string {
  const names = ["B", "KiB", "MiB", "GiB", "TiB"];
  let at = 0;
  for (; value >= 1024 && at < names.length - 1; at++) value /= 1024;
  return `${at === 0 ? value : value.toFixed(1)} ${names[at]}`;
}

/** Ids are told by their beginning; names stay whole. */
export function short(id: string): string {
  return /^(sha256:)?[0-9a-f]{32,}$/.test(id) ? id.replace(/^sha256:/, "").slice(0, 12) : id;
}

/** Long ids within a sentence, by their beginning. */
export function shortened(text: string): string {
  return text.replace(/\b(?:sha256:)?[0-9a-f]{40,}\b/g, short);
}

/** "damaged_batches" as words. */
export function words(name: string): string {
  const text = name.replaceAll("_", " ").replaceAll("-", " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}

export function plural(n: number, one: string, many = one + "s"): string {
  return `${count(n)} ${n === 1 ? one : many}`;
}

/** The time as an input of type datetime-local wants it, in UTC. */
export function toInput(time: string): string {
  const at = Date.parse(time);
  return Number.isNaN(at) ? "" : new Date(at).toISOString().slice(0, 16);
}

/** What such an input says, as UTC. */
export function fromInput(value: string): string {
  // Checked before it is parsed: browsers take ":00Z" alone for a time of the year 2000.
  const at = /^\d{4}-\d\d-\d\dT\d\d:\d\d$/.test(value) ? Date.parse(value + ":00Z") : Number.NaN;
  return Number.isNaN(at) ? "" : new Date(at).toISOString();
}
