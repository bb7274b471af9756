// What the API tells, as far as the pages read it.

export type Level = "informational" | "low" | "medium" | "high" | "critical";
export type Role = "viewer" | "analyst" | "responder" | "admin";
export type State = "ARMED" | "DEGRADED" | "BLIND";

export interface Canary {
  name: string;
  plant: string;
  source: string;
  state: "unplanted" | "waiting" | "seen" | "missed" | "failed" | "stale";
  holds: boolean | null;
  says: string;
  planted: string | null;
  seen: string | null;
  next: string | null;
  took_seconds: number | null;
  every_seconds: number;
  within_seconds: number;
  came_out: number;
  late: number;
}

export interface Page<T> {
  items: T[];
  next: string | null;
  notes?: string[];
}

export interface Me {
  name: string;
  full_name: string;
  role: Role | null;
  csrf: string | null;
  local: boolean;
}

export interface Stamp {
  by?: string;
  at: string;
  reason?: string;
  is?: string;
  after_seconds?: number;
  run?: string;
  level?: string;
}

export interface IncidentSummary {
  id: string;
  title: string;
  level: Level;
  risk: number;
  status: "open" | "acknowledged" | "closed";
  start: string;
  end: string;
  count: number;
  merged_into: string | null;
  assignee: string | null;
  acknowledged: Stamp | null;
  escalated: Stamp | null;
  verdict: Stamp | null;
  closed: Stamp | null;
  revision: number;
}

/** As lists tell it. */
export interface ListedIncident extends IncidentSummary {
  strategies: string[];
  entities: Entities;
  more_entities: boolean;
}

export interface OpenSession {
  id: string;
  opened: string;
  used: string;
  address: string;
  current: boolean;
}

export type Entities = Record<string, string[]>;

export interface Incident extends IncidentSummary {
  strategies: string[];
  entities: Entities;
  alerts: string[];
  timeline: { time: string; what: string; alert: string | null }[];
  context: Dossier;
  missing_sources: { source: string; from: string; to: string | null }[];
  notes: { at: string; by: string; text: string }[];
  history: { at: string; by: string; what: string; reason: string }[];
  drafted_suppression?: { body: SuppressionBody; yaml: string; note: string };
}

export interface Dossier {
  detections?: string[];
  attack?: string[];
  sources?: string[];
  may_be_harmless?: string[];
  missing?: unknown[];
  containers?: DossierContainer[];
  [more: string]: unknown;
}

export interface DossierContainer {
  name: string;
  container: string;
  pod: string;
  workload: string;
  image: string;
  digest: string;
  command: string;
  deployed_by: string;
  node: string;
  cluster: string;
  host_network: boolean;
  from: string | null;
  to: string | null;
  claimed_by: string[];
  seen_by: string[];
  addresses: unknown[];
}

export interface AlertSummary {
  id: string;
  time: string;
  title: string;
  level: Level;
  risk: number;
  rule: { id: string; name: string; kind: string };
  strategy: string | null;
  reason: string;
  status: string;
  entities: Entities;
  event_count: number;
  suppressed_by: string | null;
  silenced_by?: string | null;
}

export interface Alert extends AlertSummary {
  attack: string[];
  group: Record<string, string>;
  window: { start: string; end: string } | null;
  score?: number;
  events: { source: string; file: string; line: number; time: string | null; raw?: unknown }[];
}

export interface Status {
  at: string;
  trouble: string | null;
  incidents: Record<string, Record<string, number>>;
  trend: { from: string; level: Level; told: number; suppressed: number }[];
  strategies: { name: string; state: State }[];
  sources: { name: string; received: number; stored: number; last_success: string | null; last_error: string | null }[];
  judged: { events: number; malformed: number; unrecognised: number; waiting: number };
  caps: Record<string, number>;
}

export interface StrategySummary {
  name: string;
  title: string;
  state: State | null;
  armed: number;
  degraded: number;
  blind: number;
  at: string | null;
}

export interface Reason {
  state: State;
  by: string;
  text: string;
}

export interface Detection {
  id: string;
  title: string;
  level: Level;
  state: State;
  reasons: Reason[];
  validated: { at?: string; ran?: string; passed?: boolean } | string | null;
}

export interface Strategy extends Omit<StrategySummary, "armed"> {
  detections: Detection[];
  assumptions: { id: string; claim: string; check: string; holds: boolean | null; observed: string }[];
  suppressions: { id: string; owner: string; expires: string; in_force: boolean }[];
}

export type StepState = "waiting" | "refused" | "acting" | "done" | "failed" | "undoing" | "undone";

export interface RunStep {
  id: string;
  action: string;
  risk: "read" | "low" | "high";
  needs: string[];
  state: StepState;
  says: string;
  touches: string[];
  also_hit: string[];
  approvals_needed: number;
  approvals: { by: string; at: string }[];
  acted_at: string | null;
  undo_at: string | null;
  despite: string | null;
  evidence: string | null;
}

export interface Run {
  id: string;
  incident: string;
  strategy: string;
  requested_by: string;
  created: string;
  dry_run: boolean;
  under_way: boolean;
  revision: number;
  steps: RunStep[];
}

export interface ResponseAction {
  name: string;
  risk: "read" | "low" | "high";
  says: string;
  usable: boolean;
  why_not: string | null;
  permissions: string | null;
  inputs: string[];
  can_undo: boolean;
}

export interface PlaybookStep {
  id: string;
  claim: string;
  action: string;
  with: Record<string, string>;
  needs: string[];
  risk: "read" | "low" | "high";
  approve: number;
  undo_after: string | null;
}

export interface Covered {
  technique: string;
  name: string;
  tactics: string[];
  state: "none" | "blind" | "degraded" | "armed";
  detections: { id: string; title: string; level: Level }[];
}

export interface Source {
  name: string;
  transport: string;
  source: string | null;
  received: number;
  stored: number;
  duplicate: number;
  rejected: number;
  rejected_by_reason: Record<string, number>;
  dropped: number;
  errors: number;
  throttled: number;
  lag_bytes: number;
  lag_seconds: number;
  last_success: string | null;
  last_error: string | null;
  notes: Record<string, number>;
}

export interface Container {
  cluster: string;
  host: string;
  namespace: string;
  pod: string;
  pod_uid: string;
  workload: string;
  container: string;
  name: string;
  image: string;
  digest: string;
  command: string;
  actor: string;
  lineage: string;
  host_network: boolean;
  claimed_by: string[];
  seen_by: string[];
  addresses: unknown[];
  intervals: { from: string | null; to: string | null }[];
}

export interface SuppressionBody {
  id: string;
  strategy: string;
  reason: string;
  owner: string;
  expires: string;
  applies_to: string[];
  when?: unknown;
  during?: Record<string, string> | null;
  force?: boolean;
}

export interface Suppression extends SuppressionBody {
  own: boolean;
  applied: boolean;
  in_use: boolean;
  hits: number;
  revision?: number;
  file?: string;
  made_by?: string;
  hides_when_made?: { count: number; scenarios: HiddenScenario[] };
}

export interface HiddenScenario {
  scenario: string;
  strategy: string;
  rule: string;
}

export interface Preview {
  alerts: AlertSummary[];
  count: number;
  looked_at: number;
  cannot_be_judged: number;
  notes: string[];
  scenarios: HiddenScenario[];
}

export interface Silence {
  id: string;
  matchers: { field: string; value: string }[];
  until: string;
  reason: string;
  made_by: string;
  in_force: boolean;
  revision: number;
}

export interface ScenarioResult {
  scenario: string;
  strategy: string;
  rule: string;
  outcome: string;
  fired: boolean;
  within: number;
  time_to_detect: number | null;
  twins: { name: string; quiet: boolean }[];
  variants: { name: string; caught: boolean; expected: boolean }[];
  collateral: unknown[];
  problems: string[];
}

export interface Validation {
  running: boolean;
  run: string | null;
  done: number;
  total: number;
  began: string | null;
  by: string | null;
  last: { ran: string; seconds: number; detections: number; fired: number; quiet_twins: number; quiet: number; variants: number; caught: number; results: ScenarioResult[] } | null;
}

export interface Account {
  name: string;
  full_name: string;
  role: Role;
  local: boolean;
  disabled: boolean;
  created: string;
  revision: number;
}

export interface ApiKey {
  id: string;
  label: string;
  scopes: string[];
  expires: string | null;
  created: string | null;
  created_by: string;
  last_used: string | null;
  rotates_until: string | null;
  revision: number;
  key?: string;
}

export interface AuditEntry {
  sequence: number;
  time: string;
  actor: string;
  role: string;
  action: string;
  subject: string;
  detail: unknown;
  address: string;
  hash: string;
}

export interface ArchiveHit {
  source: string;
  hour: string;
  file: string;
  raw: unknown;
}
