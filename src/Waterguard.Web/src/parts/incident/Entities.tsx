import type { UseQueryResult } from "@tanstack/react-query";
import { lazy, Suspense, useCallback, useMemo, useState } from "react";
import type { AlertSummary, Incident, Page } from "../../api/types";
import { Link } from "../../app/router";
import { graphOf, kinds } from "../../logic/graph";
import { Empty, Loading } from "../Async";

const EntityGraph = lazy(() => import("../EntityGraph"));

/** Who and what took part: drawn, and as a list. */
export function Entities({ incident, alerts }: { incident: Incident; alerts: UseQueryResult<Page<AlertSummary>> }) {
  const [chosen, setChosen] = useState<string | null>(null);
  const choose = useCallback((id: string) => setChosen(id), []);
  const items = alerts.data?.items;
  const graph = useMemo(() => graphOf(items ?? [], incident.context.containers ?? []), [items, incident.context.containers]);
  return (
    <section className="card" aria-labelledby="entities">
      <header className="card-head">
        <h2 id="entities">Entities</h2>
        {graph.left > 0 && <span className="dim">the {graph.nodes.length} most frequent of {graph.nodes.length + graph.left}</span>}
      </header>
      {graph.nodes.length === 0 ? (
        alerts.isPending ? (
          <Loading what="entities" />
        ) : (
          <Empty title="Its alerts name no entity" />
        )
      ) : (
        <div className="entities">
          <Suspense fallback={<Loading what="the graph" />}>
            <EntityGraph graph={graph} chosen={chosen} choose={choose} />
          </Suspense>
          <div className="entity-list">
            {kinds.map((kind) => {
              const of = graph.nodes.filter((n) => n.kind === kind);
              return (
                of.length > 0 && (
                  <div key={kind}>
                    <h3>
                      <span className={`kind ${kind}`} aria-hidden="true" /> {kind} <span className="dim num">{of.length}</span>
                    </h3>
                    <ul>
                      {of.map((n) => (
                        <li key={n.id} className={n.id === chosen ? "here" : ""}>
                          <button type="button" className="link" aria-pressed={n.id === chosen} onClick={() => setChosen(n.id === chosen ? null : n.id)} title={n.name}>
                            {n.label}
                          </button>
                          {n.id === chosen && (
                            <span className="entity-ways">
                              <Link to={`/incidents?status=all&entity=${encodeURIComponent(`${n.kind}:${n.name}`)}`}>other incidents</Link>
                              <Link to={`/search?text=${encodeURIComponent(n.name)}`}>in the archive</Link>
                              {kind === "container" && /^[0-9a-f]{12,}$/.test(n.name) && <Link to={`/census/${n.name}`}>census</Link>}
                            </span>
                          )}
                        </li>
                      ))}
                    </ul>
                  </div>
                )
              );
            })}
          </div>
        </div>
      )}
    </section>
  );
}
