// What else happened around an incident: alerts and records as one timeline.

export interface Found {
  source: string;
  time: string | null;
  hour: string;
  file: string;
  line: number;
  names: { kind: string; name: string }[];
  raw: unknown;
}

export interface Step {
  time: string;
  what: string;
  alert?: string;
  found?: Found;
}

/** In the order of time; a record that says none stands at the hour in which it came. */
export function merged(alerts: { time: string; what: string; alert: string }[], found: Found[]): Step[] {
  const steps: Step[] = [
    ...alerts.map((a) => ({ time: a.time, what: a.what, alert: a.alert })),
    ...found.map((f) => ({ time: f.time ?? f.hour, what: `${f.source}: ${f.names.map((n) => n.name).join(", ")}`, found: f })),
  ];
  return steps.sort((a, b) => Date.parse(a.time) - Date.parse(b.time));
}

/** The languages of other stores, as people call them. */
export const languages: Record<string, string> = { kql: "KQL", cloud_logging: "Cloud Logging", unified_audit: "Unified audit log" };
