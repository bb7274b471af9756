import { useState } from "react";
import type { Container, Page } from "../api/types";
import { Link, usePlace } from "../app/router";
import { read, write } from "../logic/filters";
import { plural, short } from "../logic/format";
import { Empty, Read, useRead } from "../parts/Async";
import { Field } from "../parts/Field";
import { Json } from "../parts/Json";
import { Tag, Time } from "../parts/Marks";

interface Witness {
  witness: string;
  view: string;
  claims: boolean;
  place: string;
  from: string;
  to: string;
  silences: unknown[];
}

const names = ["text"] as const;

export default function Census() {
  const { search, go } = usePlace();
  const { text } = read(search, names);
  const [typed, setTyped] = useState(text ?? "");
  const query = useRead<Page<Container>>(`census/containers?limit=500${text ? `&text=${encodeURIComponent(text)}` : ""}`, { keep: true });
  return (
    <>
      <header className="page-head">
        <h1>Census</h1>
        <p className="dim">Who says that this container exists.</p>
      </header>
      <div className="pair">
        <Witnesses />
        <Disagreements />
      </div>
      <form
        className="filters"
        role="search"
        aria-label="Find containers"
        onSubmit={(e) => {
          e.preventDefault();
          go("/census" + write({ text: typed.trim() || undefined }, names), { replace: true });
        }}
      >
        <Field label="Name, image, pod, workload, digest, id …">
          <input type="search" data-search value={typed} onChange={(e) => setTyped(e.target.value)} />
        </Field>
        <button>Find</button>
      </form>
      <Read query={query} what="containers">
        {(page) =>
          page.items.length === 0 ? (
            <Empty title={text ? "The census knows none that fits" : "The census knows no container yet"}>Audit logs, engine events and sensors fill it.</Empty>
          ) : (
            <section className="card flush" aria-label="Containers">
              <div className="scroll" tabIndex={0} role="region" aria-label="Table of containers">
                <table>
                  <thead>
                    <tr>
                      <th>Container</th>
                      <th>Image</th>
                      <th>Where</th>
                      <th>Claimed by</th>
                      <th>Seen by</th>
                      <th>Lived</th>
                    </tr>
                  </thead>
                  <tbody>
                    {page.items.map((c, n) => (
                      <tr key={n}>
                        <th scope="row">
                          {c.container.length >= 12 ? <Link to={`/census/${c.container}`}>{c.name || c.pod || short(c.container)}</Link> : c.name || c.pod}
                          {c.host_network && <Tag>host network</Tag>}
                          <span className="sub dim">{[c.workload, c.actor && `by ${c.actor}`].filter(Boolean).join(", ")}</span>
                        </th>
                        <td className="break">{c.image || <span className="dim">unknown</span>}</td>
                        <td>
                          {c.namespace ? `${c.namespace}/` : ""}
                          {c.pod}
                          <span className="sub dim">{[c.cluster, c.host].filter(Boolean).join(", ")}</span>
                        </td>
                        <Witnessed by={c.claimed_by} />
                        <Witnessed by={c.seen_by} />
                        <td>
                          <Lived intervals={c.intervals} />
                        </td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </div>
              {page.next && <p className="dim">There are more: say what you look for.</p>}
            </section>
          )
        }
      </Read>
    </>
  );
}

function Witnessed({ by }: { by: string[] }) {
  return <td>{by.length === 0 ? <span className="dim">nobody</span> : by.map((w) => <Tag key={w}>{w}</Tag>)}</td>;
}

export function Lived({ intervals }: { intervals: Container["intervals"] }) {
  const last = intervals.at(-1);
  if (!last) return <span className="dim">–</span>;
  return (
    <>
      <Time at={last.from} brief /> – {last.to ? <Time at={last.to} brief /> : "still"}
      {intervals.length > 1 && <span className="sub dim">{plural(intervals.length, "interval")}</span>}
    </>
  );
}

function Witnesses() {
  const query = useRead<Page<Witness>>("census/witnesses?limit=100");
  return (
    <section className="card" aria-labelledby="witnesses">
      <header className="card-head">
        <h2 id="witnesses">Witnesses</h2>
      </header>
      <Read query={query} what="witnesses">
        {(page) =>
          page.items.length === 0 ? (
            <Empty title="No witness was heard yet" />
          ) : (
            <ul className="plain-list">
              {page.items.map((w) => (
                <li key={w.witness + w.place}>
                  <strong>{w.witness}</strong>
                  <span className="dim grow">{[w.place, w.view].filter(Boolean).join(", ")}</span>
                  {w.silences.length > 0 && <Tag>{plural(w.silences.length, "silence")}</Tag>}
                  <Time at={w.to} brief />
                </li>
              ))}
            </ul>
          )
        }
      </Read>
    </section>
  );
}

function Disagreements() {
  const query = useRead<Page<Record<string, unknown>>>("census/disagreements?limit=50");
  return (
    <section className="card" aria-labelledby="disagreements">
      <header className="card-head">
        <h2 id="disagreements">Disagreements</h2>
        {query.data && <span className="dim num">{query.data.items.length}</span>}
      </header>
      <Read query={query} what="disagreements">
        {(page) =>
          page.items.length === 0 ? (
            <Empty title="The witnesses agree">Two healthy witnesses of one place are needed before they can disagree.</Empty>
          ) : (
            <ul className="notes">
              {page.items.map((d, n) => (
                <li key={n}>
                  <strong>{String(d.kind ?? d.what ?? "Disagreement")}</strong>
                  <Json value={d} name="the disagreement" />
                </li>
              ))}
            </ul>
          )
        }
      </Read>
    </section>
  );
}
