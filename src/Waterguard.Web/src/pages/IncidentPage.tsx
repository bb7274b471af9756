import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { getTagged, type Told } from "../api/client";
import type { AlertSummary, Incident, Page } from "../api/types";
import { Link } from "../app/router";
import { usePageKeys } from "../app/shortcuts";
import { plural } from "../logic/format";
import { Read, useRead } from "../parts/Async";
import { Around } from "../parts/incident/Around";
import { Context } from "../parts/incident/Context";
import { Entities } from "../parts/incident/Entities";
import { Evidence } from "../parts/incident/Evidence";
import { PlaybookPanel } from "../parts/incident/PlaybookPanel";
import { Responses } from "../parts/incident/Responses";
import { Story } from "../parts/incident/Story";
import { Work } from "../parts/incident/Work";
import { LevelMark, Risk, Tag, Time } from "../parts/Marks";

export default function IncidentPage({ parts }: { parts: Record<string, string> }) {
  const path = `incidents/${encodeURIComponent(parts.id!)}`;
  const query = useQuery<Told<Incident>>({ queryKey: [path], queryFn: ({ signal }) => getTagged<Incident>(path, signal) });
  return (
    <Read query={query} what="the incident">
      {(told) => <Whole incident={told.value} etag={told.etag} path={path} />}
    </Read>
  );
}

function Whole({ incident: i, etag, path }: { incident: Incident; etag: string | null; path: string }) {
  const alerts = useRead<Page<AlertSummary>>(`${path}/alerts?limit=500`);
  const [shown, setShown] = useState<string | null>(null);
  const show = (alert: string) => {
    setShown(alert);
    requestAnimationFrame(() => document.getElementById(`alert-${alert}`)?.scrollIntoView({ block: "center" }));
  };
  usePageKeys((command) => {
    if (command.is !== "key" || command.key !== "e" || !i.alerts[0]) return false;
    show(i.alerts[0]);
    return true;
  });
  return (
    <>
      <header className="incident-head">
        <p className="crumbs">
          <Link to="/incidents">Incidents</Link> / <span className="num">{i.id.slice(0, 8)}</span>
        </p>
        <h1>{i.title}</h1>
        <p className="marks">
          <LevelMark level={i.level} />
          <Risk value={i.risk} />
          <span className={`status ${i.status}`}>{i.status}</span>
          {i.escalated && <Tag title={i.escalated.run ? `Handed over by ${i.escalated.by}` : `Nobody had acknowledged it by ${i.escalated.at}`}>▲ escalated</Tag>}
          {i.verdict && <Tag title={i.verdict.reason}>verdict: {i.verdict.is}</Tag>}
          <span>{i.assignee ? `assigned to ${i.assignee}` : "assigned to nobody"}</span>
          <span>
            {plural(i.count, "alert")}, <Time at={i.start} />
          </span>
        </p>
        {i.merged_into && (
          <p className="notice">
            It is a part of <Link to={`/incidents/${i.merged_into}`}>another incident</Link> now.
          </p>
        )}
        {i.missing_sources.length > 0 && (
          <div className="notice warn">
            <strong>We did not see everything.</strong>
            <ul>
              {i.missing_sources.map((m) => (
                <li key={m.source + m.from}>
                  {m.source} was not heard of from <Time at={m.from} /> {m.to ? <>to <Time at={m.to} /></> : "on"}
                </li>
              ))}
            </ul>
          </div>
        )}
      </header>
      <div className="incident">
        <div className="incident-main">
          <Story timeline={i.timeline} show={show} />
          <Entities incident={i} alerts={alerts} />
          <Evidence alerts={alerts} shown={shown} show={setShown} total={i.count} />
          <Around path={path} show={show} />
          <Context incident={i} />
        </div>
        <aside className="incident-side" aria-label="Work on the incident">
          <Work incident={i} etag={etag} path={path} />
          <Responses incident={i} />
          {i.strategies.map((s) => (
            <PlaybookPanel key={s} strategy={s} />
          ))}
        </aside>
      </div>
    </>
  );
}
