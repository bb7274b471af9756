import type { UseQueryResult } from "@tanstack/react-query";
import type { Alert, AlertSummary, Page } from "../../api/types";
import { plural, shortened } from "../../logic/format";
import { Empty, Read, useRead } from "../Async";
import { Json } from "../Json";
import { LevelMark, Tag, Time } from "../Marks";

/** The alerts, each with the records that it rests on. */
export function Evidence({ alerts, shown, show, total }: { alerts: UseQueryResult<Page<AlertSummary>>; shown: string | null; show: (id: string | null) => void; total: number }) {
  return (
    <section className="card" aria-labelledby="evidence">
      <header className="card-head">
        <h2 id="evidence">Evidence</h2>
        <span className="dim">secrets are shown as hashes</span>
      </header>
      <Read query={alerts} what="alerts">
        {(page) =>
          page.items.length === 0 ? (
            <Empty title="There are no alerts" />
          ) : (
            <ul className="alerts">
              {page.items.map((a) => (
                <li key={a.id} id={`alert-${a.id}`}>
                  <button type="button" className="alert-row" aria-expanded={shown === a.id} onClick={() => show(shown === a.id ? null : a.id)}>
                    <LevelMark level={a.level} />
                    <span className="grow">
                      <span className="alert-title">{a.title}</span>
                      <span className="dim sub">{shortened(a.reason)}</span>
                    </span>
                    {a.suppressed_by && <Tag title={`by ${a.suppressed_by}`}>suppressed</Tag>}
                    {a.silenced_by && <Tag>silenced</Tag>}
                    {a.status === "retracted" && <Tag>taken back</Tag>}
                    <span className="num dim">{a.time.slice(11, 19)}</span>
                  </button>
                  {shown === a.id && <One id={a.id} />}
                </li>
              ))}
              {total > page.items.length && <li className="dim">{plural(total - page.items.length, "more alert")}; the API has them all.</li>}
            </ul>
          )
        }
      </Read>
    </section>
  );
}

function One({ id }: { id: string }) {
  const query = useRead<Alert>(`alerts/${id}`);
  return (
    <div className="alert-body">
      <Read query={query} what="the evidence">
        {(alert) => (
          <>
            <p className="alert-reason">{alert.reason}</p>
            <dl className="inline-facts">
              <div>
                <dt>Rule</dt>
                <dd>
                  {alert.rule.name} <span className="dim">({alert.rule.kind})</span>
                </dd>
              </div>
              <div>
                <dt>ATT&CK</dt>
                <dd>{alert.attack.join(", ") || "none"}</dd>
              </div>
              {Object.entries(alert.group).map(([field, value]) => (
                <div key={field}>
                  <dt>{field}</dt>
                  <dd>{String(value)}</dd>
                </div>
              ))}
              {alert.window && (
                <div>
                  <dt>Window</dt>
                  <dd>
                    <Time at={alert.window.start} /> – <Time at={alert.window.end} />
                  </dd>
                </div>
              )}
            </dl>
            {alert.events.map((e, n) => (
              <article key={n} className="event">
                <header>
                  <strong>{e.source}</strong> <Time at={e.time} />{" "}
                  <span className="dim">
                    {e.file}, record {e.line}
                  </span>
                </header>
                {e.raw === undefined || e.raw === null ? <p className="dim">The record itself was not kept.</p> : <Json value={e.raw} name={`event ${n + 1} of ${alert.title}`} />}
              </article>
            ))}
            {alert.event_count > alert.events.length && <p className="dim">{plural(alert.event_count - alert.events.length, "more event")} counted, not kept.</p>}
          </>
        )}
      </Read>
    </div>
  );
}
