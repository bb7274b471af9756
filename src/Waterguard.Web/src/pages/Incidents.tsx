import { useEffect, useRef, useState } from "react";
import type { IncidentSummary, ListedIncident, Me, Page } from "../api/types";
import { change } from "../api/client";
import { useSession } from "../app/session";
import { Link, usePlace } from "../app/router";
import { usePageKeys } from "../app/shortcuts";
import { incidentFilters, incidentsPath, read, write } from "../logic/filters";
import { plural, shortened } from "../logic/format";
import { moved } from "../logic/keys";
import { announce } from "../parts/Announcer";
import { Empty, Read, useRead } from "../parts/Async";
import { IncidentFilters } from "../parts/IncidentFilters";
import { LevelMark, Risk, Tag, Time } from "../parts/Marks";
import { Pager } from "../parts/Pager";
import { useQueryClient } from "@tanstack/react-query";

/** The queue. Its filters are the address's. */
export default function Incidents() {
  const { search, go } = usePlace();
  const filters = read(search, incidentFilters);
  const [cursors, setCursors] = useState<string[]>([]);
  const [opened, setOpened] = useState(() => Date.now());
  useEffect(() => {
    setCursors([]);
    setOpened(Date.now());
  }, [search]);
  const query = useRead<Page<ListedIncident>>(incidentsPath(filters, opened, cursors.at(-1)), { keep: true });
  const set = (next: typeof filters) => go("/incidents" + write(next, incidentFilters), { replace: true });
  return (
    <>
      <header className="page-head">
        <h1>Incidents</h1>
        <p className="dim" role="status">
          {query.data && plural(query.data.items.length, "incident")}
          {query.data?.next && " on this page, and more"}
        </p>
      </header>
      <IncidentFilters filters={filters} set={set} />
      <Read query={query} what="incidents">
        {(page) =>
          page.items.length === 0 ? (
            <Empty title="No incident fits">{filters.status ? "Other filters may find some." : "Nothing waits for anybody. Closed and acknowledged ones are under their status."}</Empty>
          ) : (
            <Queue items={page.items} />
          )
        }
      </Read>
      {(cursors.length > 0 || query.data?.next) && <Pager what="the queue" cursors={cursors} set={setCursors} next={query.data?.next} />}
    </>
  );
}

function Queue({ items }: { items: ListedIncident[] }) {
  const { go } = usePlace();
  const { me, may } = useSession();
  const client = useQueryClient();
  const [at, setAt] = useState(0);
  const rows = useRef<HTMLTableSectionElement>(null);
  const here = Math.min(at, items.length - 1);
  const acknowledge = async (incident: IncidentSummary, who: Me) => {
    try {
      await change("PATCH", `incidents/${incident.id}`, { acknowledge: true, assignee: incident.assignee ?? who.name }, "*");
      announce(`Acknowledged: ${incident.title}`);
    } catch (e) {
      announce(String((e as Error).message), true);
    }
    await client.invalidateQueries({ predicate: (q) => /^(incidents|status)/.test(String(q.queryKey[0])) });
  };
  usePageKeys((command) => {
    if (command.is === "move") {
      const next = moved(here, command.by, items.length);
      setAt(next);
      rows.current?.querySelectorAll<HTMLElement>("a.row-link")[next]?.focus();
    } else if (command.is === "open") go(`/incidents/${items[here]!.id}`);
    else if (command.is === "key" && command.key === "a" && may("analyst") && items[here]!.status === "open") void acknowledge(items[here]!, me);
    else return false;
    return true;
  });
  return (
    <table className="queue" aria-label="Incidents" data-rows>
      <thead>
        <tr>
          <th>Level</th>
          <th>Incident</th>
          <th>Risk</th>
          <th>Status</th>
          <th>Assignee</th>
          <th className="right">Alerts</th>
          <th>Last activity</th>
        </tr>
      </thead>
      <tbody ref={rows}>
        {items.map((i, n) => (
          <tr key={i.id} className={n === here ? "here" : ""} onFocus={() => setAt(n)}>
            <td className="q-level">
              <LevelMark level={i.level} />
            </td>
            <td className="q-title">
              <Link to={`/incidents/${i.id}`} className="row-link">
                {i.title}
              </Link>
              {i.escalated && !i.acknowledged && <Tag>▲ escalated</Tag>}
              {i.verdict && <Tag title={i.verdict.reason}>{i.verdict.is}</Tag>}
              <About incident={i} />
            </td>
            <td className="q-risk">
              <Risk value={i.risk} />
            </td>
            <td className="q-status">
              <span className={`status ${i.status}`}>{i.status}</span>
            </td>
            <td className="q-who">{i.assignee ?? <span className="dim">nobody</span>}</td>
            <td className="right num q-count">{i.count}</td>
            <td className="q-time">
              <Time at={i.end} brief />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const mostNames = 3;

/** Whom it is about, each a way to all incidents about the same. */
function About({ incident: i }: { incident: ListedIncident }) {
  const names = ["workload", "pod", "container", "identity", "address", "image"].flatMap((kind) => (i.entities[kind] ?? []).map((name) => ({ kind, name })));
  return (
    <span className="sub dim">
      {i.strategies.join(", ")}
      {names.slice(0, mostNames).map((n) => (
        <span key={n.kind + n.name}>
          {" · "}
          <Link to={`/incidents?entity=${encodeURIComponent(`${n.kind}:${n.name}`)}`}>{shortened(n.name)}</Link>
        </span>
      ))}
      {(names.length > mostNames || i.more_entities) && " and others"}
    </span>
  );
}
