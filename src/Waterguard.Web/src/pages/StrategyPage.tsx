import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { getText } from "../api/client";
import type { Detection, State, Strategy } from "../api/types";
import { Link } from "../app/router";
import { plural } from "../logic/format";
import { topReasons, worstFirst } from "../logic/levels";
import { Empty, Failure, Loading, Read, useRead } from "../parts/Async";
import { Field } from "../parts/Field";
import { LevelMark, StateMark, Tag, Time } from "../parts/Marks";
import { Prose } from "../parts/Prose";
import { StateBar } from "../parts/StrategyBoard";

export default function StrategyPage({ parts }: { parts: Record<string, string> }) {
  const path = `strategies/${encodeURIComponent(parts.name!)}`;
  const query = useRead<Strategy>(path);
  return (
    <Read query={query} what="the strategy">
      {(strategy) => <Whole strategy={strategy} path={path} />}
    </Read>
  );
}

function Whole({ strategy: s, path }: { strategy: Strategy; path: string }) {
  const document = useQuery({ queryKey: [`${path}/document?format=markdown`], queryFn: ({ signal }) => getText(`${path}/document?format=markdown`, signal) });
  const of = (state: State) => s.detections.filter((d) => d.state === state).length;
  return (
    <>
      <header className="page-head">
        <div>
          <p className="crumbs">
            <Link to="/strategies">Strategies</Link> / {s.name}
          </p>
          <h1>{s.title}</h1>
          <p className="marks">
            <StateMark state={s.state} />
            <span className="dim">
              {plural(s.detections.length, "detection")}, looked at <Time at={s.at} />
            </span>
          </p>
        </div>
      </header>
      <div className="incident">
        <div className="incident-main">
          <section className="card" aria-labelledby="why">
            <header className="card-head">
              <h2 id="why">Can it see?</h2>
            </header>
            <StateBar armed={of("ARMED")} degraded={of("DEGRADED")} blind={of("BLIND")} />
            <p className="num">
              {of("ARMED")} armed, {of("DEGRADED")} degraded, {of("BLIND")} blind
            </p>
            <ul className="reasons">
              {topReasons(s.detections, 12).map((r) => (
                <li key={r.text}>
                  <span className="num">{r.count}×</span> {r.text}
                </li>
              ))}
            </ul>
          </section>
          <section className="card" aria-label="The document">
            {document.isError ? <Failure error={document.error} /> : document.data === undefined ? <Loading what="the document" /> : <Prose text={withoutState(document.data)} />}
          </section>
        </div>
        <aside className="incident-side" aria-label="Live state">
          <Assumptions strategy={s} />
          <Suppressions strategy={s} />
          <Detections detections={s.detections} />
        </aside>
      </div>
    </>
  );
}

// The rendered document begins with its state and all reasons, which stand above it already.
function withoutState(markdown: string): string {
  const at = markdown.indexOf("\n## ");
  return at < 0 ? markdown : markdown.slice(at);
}

function Assumptions({ strategy: s }: { strategy: Strategy }) {
  const rank = (holds: boolean | null) => (holds === false ? 0 : holds === null ? 1 : 2);
  return (
    <section className="card" aria-labelledby="assumptions">
      <header className="card-head">
        <h2 id="assumptions">Assumptions</h2>
        <span className="dim">{plural(s.assumptions.filter((a) => a.holds !== true).length, "does not hold", "do not hold")}</span>
      </header>
      {s.assumptions.length === 0 && <Empty title="It states none" />}
      <ul className="notes">
        {[...s.assumptions]
          .sort((a, b) => rank(a.holds) - rank(b.holds))
          .map((a) => (
            <li key={a.id}>
              <span className={`health ${a.holds === null ? "quiet" : a.holds ? "good" : "bad"}`}>
                <span aria-hidden="true">{a.holds === null ? "○" : a.holds ? "●" : "✕"}</span> {a.holds === null ? "unknown" : a.holds ? "holds" : "fails"}
              </span>{" "}
              <strong>{a.id}</strong> <Tag>{a.check}</Tag>
              <p className="dim">{a.observed}</p>
            </li>
          ))}
      </ul>
    </section>
  );
}

function Suppressions({ strategy: s }: { strategy: Strategy }) {
  return (
    <section className="card" aria-labelledby="known">
      <header className="card-head">
        <h2 id="known">Suppressions</h2>
        <span className="dim">{s.suppressions.filter((x) => x.in_force).length} in force</span>
      </header>
      {s.suppressions.length === 0 && <Empty title="It has none" />}
      <ul className="notes">
        {s.suppressions.map((x) => (
          <li key={x.id}>
            <Link to={`/suppressions/${x.id}`}>{x.id}</Link>
            <p className="dim">
              {x.in_force ? "in force" : "over"}, until <Time at={x.expires} />
            </p>
          </li>
        ))}
      </ul>
    </section>
  );
}

const first = 30;

function Detections({ detections }: { detections: Detection[] }) {
  const [text, setText] = useState("");
  const [isWhole, setWhole] = useState(false);
  const found = worstFirst(detections.filter((d) => d.title.toLowerCase().includes(text.toLowerCase())));
  return (
    <section className="card" aria-labelledby="detections">
      <header className="card-head">
        <h2 id="detections">Detections</h2>
        <span className="dim num">{found.length}</span>
      </header>
      <Field label="Find a detection">
        <input type="search" data-search value={text} onChange={(e) => setText(e.target.value)} />
      </Field>
      {found.length === 0 && <Empty title="None is called so" />}
      <ul className="notes">
        {found.slice(0, isWhole ? undefined : first).map((d) => (
          <li key={d.id}>
            <p>{d.title}</p>
            <p className="marks">
              <StateMark state={d.state} /> <LevelMark level={d.level} />
              {d.validated ? <Tag title={JSON.stringify(d.validated)}>validated</Tag> : <Tag>not validated</Tag>}
            </p>
            {d.reasons.length > 0 && <p className="dim">{d.reasons.map((r) => r.text).join("; ")}</p>}
          </li>
        ))}
      </ul>
      {found.length > first && (
        <button type="button" className="quiet" aria-expanded={isWhole} onClick={() => setWhole(!isWhole)}>
          {isWhole ? "Fewer" : `All ${found.length}`}
        </button>
      )}
    </section>
  );
}
