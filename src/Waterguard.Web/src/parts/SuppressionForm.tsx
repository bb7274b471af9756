import { useState } from "react";
import type { Page, Strategy, StrategySummary } from "../api/types";
import { fromInput, toInput } from "../logic/format";
import type { Draft } from "../logic/suppression";
import { useRead } from "./Async";
import { Field } from "./Field";
import { LevelMark } from "./Marks";

const suggested = ["entity.workload", "entity.image", "entity.identity", "entity.pod", "entity.container", "user.name", "container.image.name", "orchestrator.namespace", "orchestrator.cluster.name", "source.ip", "user_agent.original"];

export function SuppressionForm({ draft, change, isNew }: { draft: Draft; change: (next: Draft) => void; isNew: boolean }) {
  const strategies = useRead<Page<StrategySummary>>("strategies");
  const set = <K extends keyof Draft>(name: K, value: Draft[K]) => change({ ...draft, [name]: value });
  const setDuring = (name: keyof Draft["during"]) => (e: React.ChangeEvent<HTMLInputElement>) => set("during", { ...draft.during, [name]: e.target.value });
  return (
    <>
      <div className="two">
        <Field label="Name" hint="Lower-case letters, digits, dashes">
          <input value={draft.id} disabled={!isNew} onChange={(e) => set("id", e.target.value)} required />
        </Field>
        <Field label="Strategy">
          <select value={draft.strategy} onChange={(e) => set("strategy", e.target.value)} required>
            <option value="">choose …</option>
            {strategies.data?.items.map((s) => (
              <option key={s.name}>{s.name}</option>
            ))}
          </select>
        </Field>
        <Field label="Owner">
          <input value={draft.owner} onChange={(e) => set("owner", e.target.value)} required />
        </Field>
        <Field label="Expires (UTC)">
          <input type="datetime-local" value={toInput(draft.expires)} onChange={(e) => set("expires", fromInput(e.target.value))} required />
        </Field>
      </div>
      <Field label="Why it is benign">
        <textarea rows={2} value={draft.reason} onChange={(e) => set("reason", e.target.value)} required />
      </Field>
      {draft.strategy && <Detections strategy={draft.strategy} chosen={draft.appliesTo} choose={(ids) => set("appliesTo", ids)} />}
      {draft.raw ? (
        <Field label="When (a Sigma selection, as JSON)">
          <textarea rows={6} spellCheck={false} value={draft.raw} onChange={(e) => set("raw", e.target.value)} />
        </Field>
      ) : (
        <Conditions draft={draft} change={change} />
      )}
      <details>
        <summary>Only during certain times</summary>
        <div className="two form-top">
          <Field label="RRULE">
            <input value={draft.during.rrule} onChange={setDuring("rrule")} placeholder="FREQ=WEEKLY;BYDAY=SU;BYHOUR=2" />
          </Field>
          <Field label="or cron">
            <input value={draft.during.cron} onChange={setDuring("cron")} placeholder="0 2 * * 0" />
          </Field>
          <Field label="Duration">
            <input value={draft.during.duration} onChange={setDuring("duration")} placeholder="2h" />
          </Field>
          <Field label="Time zone">
            <input value={draft.during.tz} onChange={setDuring("tz")} placeholder="UTC" />
          </Field>
        </div>
      </details>
    </>
  );
}

function Conditions({ draft, change }: { draft: Draft; change: (next: Draft) => void }) {
  const rows = draft.conditions.length > 0 ? draft.conditions : [{ field: "", values: "" }];
  const set = (n: number, next: Partial<(typeof rows)[number]>) => change({ ...draft, conditions: rows.map((r, i) => (i === n ? { ...r, ...next } : r)) });
  return (
    <fieldset>
      <legend>When all of these hold</legend>
      <datalist id="fields">
        {suggested.map((f) => (
          <option key={f} value={f} />
        ))}
      </datalist>
      {rows.map((row, n) => (
        <div className="condition" key={n}>
          <input aria-label={`Field ${n + 1}`} list="fields" value={row.field} onChange={(e) => set(n, { field: e.target.value })} placeholder="field" />
          <textarea aria-label={`Values of field ${n + 1}, one a line`} rows={1} value={row.values} onChange={(e) => set(n, { values: e.target.value })} placeholder="value, one a line" />
          <button type="button" className="quiet" aria-label={`Remove condition ${n + 1}`} onClick={() => change({ ...draft, conditions: rows.filter((_, i) => i !== n) })}>
            ×
          </button>
        </div>
      ))}
      <button type="button" onClick={() => change({ ...draft, conditions: [...rows, { field: "", values: "" }] })}>
        Another condition
      </button>
    </fieldset>
  );
}

function Detections({ strategy, chosen, choose }: { strategy: string; chosen: string[]; choose: (ids: string[]) => void }) {
  const query = useRead<Strategy>(`strategies/${strategy}`);
  const [text, setText] = useState("");
  const all = query.data?.detections ?? [];
  const found = all.filter((d) => chosen.includes(d.id) || d.title.toLowerCase().includes(text.toLowerCase()));
  return (
    <fieldset>
      <legend>For these detections ({chosen.length} chosen)</legend>
      <input type="search" aria-label="Find a detection" value={text} onChange={(e) => setText(e.target.value)} placeholder="Find a detection" />
      <div className="choices" tabIndex={0} role="group" aria-label="Detections">
        {found.map((d) => (
          <label key={d.id} className="check">
            <input type="checkbox" checked={chosen.includes(d.id)} onChange={(e) => choose(e.target.checked ? [...chosen, d.id] : chosen.filter((id) => id !== d.id))} />
            <LevelMark level={d.level} /> {d.title}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
