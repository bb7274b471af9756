import { useEffect, useState } from "react";
import type { Page, StrategySummary } from "../api/types";
import type { Filters, incidentFilters } from "../logic/filters";
import { levels } from "../logic/levels";
import { useSession } from "../app/session";
import { useRead } from "./Async";
import { Field } from "./Field";

type Set = Filters<(typeof incidentFilters)[number]>;

export function IncidentFilters({ filters, set }: { filters: Set; set: (next: Set) => void }) {
  const { me } = useSession();
  const strategies = useRead<Page<StrategySummary>>("strategies");
  const [text, setText] = useState(filters.text ?? "");
  useEffect(() => setText(filters.text ?? ""), [filters.text]);
  const choose = (name: keyof Set) => (e: React.ChangeEvent<HTMLSelectElement>) => set({ ...filters, [name]: e.target.value || undefined });
  const isFiltered = Object.keys(filters).length > 0;
  return (
    <form
      className="filters"
      role="search"
      aria-label="Filters"
      onSubmit={(e) => {
        e.preventDefault();
        set({ ...filters, text: text.trim() || undefined });
      }}
    >
      <Field label="Text">
        <input type="search" data-search value={text} onChange={(e) => setText(e.target.value)} onBlur={() => text !== (filters.text ?? "") && set({ ...filters, text: text.trim() || undefined })} placeholder="Title, reason, entity  ( / )" />
      </Field>
      <Field label="Status">
        <select value={filters.status ?? "open"} onChange={(e) => set({ ...filters, status: e.target.value === "open" ? undefined : e.target.value })}>
          {["open", "escalated", "acknowledged", "closed", "all"].map((s) => (
            <option key={s}>{s}</option>
          ))}
        </select>
      </Field>
      <Field label="Level">
        <select value={filters.level ?? ""} onChange={choose("level")}>
          <option value="">any</option>
          {levels.slice(0, 4).map((l) => (
            <option key={l} value={l}>
              {l === "critical" ? l : `${l} and above`}
            </option>
          ))}
        </select>
      </Field>
      <Field label="Strategy">
        <select value={filters.strategy ?? ""} onChange={choose("strategy")}>
          <option value="">any</option>
          {strategies.data?.items.map((s) => (
            <option key={s.name}>{s.name}</option>
          ))}
        </select>
      </Field>
      <Field label="Assignee">
        <select value={filters.assignee ?? ""} onChange={choose("assignee")}>
          <option value="">anybody</option>
          <option value={me.name}>me</option>
          {filters.assignee && filters.assignee !== me.name && <option>{filters.assignee}</option>}
        </select>
      </Field>
      <Field label="Since">
        <select value={filters.since ?? ""} onChange={choose("since")}>
          <option value="">ever</option>
          <option value="1h">an hour ago</option>
          <option value="24h">a day ago</option>
          <option value="7d">a week ago</option>
        </select>
      </Field>
      {filters.entity && (
        <button type="button" onClick={() => set({ ...filters, entity: undefined })} aria-label={`Remove the filter ${filters.entity}`}>
          {filters.entity} ×
        </button>
      )}
      {isFiltered && (
        <button type="button" className="quiet" onClick={() => set({})}>
          Clear
        </button>
      )}
    </form>
  );
}
