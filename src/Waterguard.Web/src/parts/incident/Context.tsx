import type { DossierContainer, Incident } from "../../api/types";
import { Link } from "../../app/router";
import { short } from "../../logic/format";
import { Empty } from "../Async";
import { Tag, Time } from "../Marks";

/** The technical context: what the census knows of those who took part, and what it could be otherwise. */
export function Context({ incident }: { incident: Incident }) {
  const { containers = [], may_be_harmless = [], detections = [], attack = [], sources = [] } = incident.context;
  return (
    <section className="card" aria-labelledby="context">
      <header className="card-head">
        <h2 id="context">Technical context</h2>
      </header>
      <dl className="inline-facts">
        <div>
          <dt>Detections</dt>
          <dd>{detections.join("; ") || "none"}</dd>
        </div>
        <div>
          <dt>ATT&CK</dt>
          <dd>{attack.map((t) => <Tag key={t}>{t}</Tag>)}</dd>
        </div>
        <div>
          <dt>Seen in</dt>
          <dd>{sources.join(", ")}</dd>
        </div>
        <div>
          <dt>Strategies</dt>
          <dd>
            {incident.strategies.map((s) => (
              <Link key={s} to={`/strategies/${s}`}>
                {s}{" "}
              </Link>
            ))}
          </dd>
        </div>
      </dl>
      {containers.length === 0 ? (
        <Empty title="The census knows none of its containers" />
      ) : (
        <div className="dossiers">
          {containers.map((c, n) => (
            <Dossier key={n} container={c} />
          ))}
        </div>
      )}
      {may_be_harmless.length > 0 && (
        <details>
          <summary>It may be harmless when …</summary>
          <ul className="bullets">
            {may_be_harmless.map((m) => (
              <li key={m}>{m}</li>
            ))}
          </ul>
        </details>
      )}
    </section>
  );
}

function Dossier({ container: c }: { container: DossierContainer }) {
  const rows: [string, string][] = [
    ["Image", c.image],
    ["Digest", c.digest],
    ["Command", c.command],
    ["Pod", c.pod],
    ["Workload", c.workload],
    ["Deployed by", c.deployed_by],
    ["Node", c.node],
    ["Cluster", c.cluster],
    ["Claimed by", c.claimed_by.join(", ") || "nobody"],
    ["Seen by", c.seen_by.join(", ") || "nobody"],
  ];
  return (
    <details className="dossier">
      <summary>
        <strong>{c.name || c.pod || short(c.container)}</strong>
        {c.host_network && <Tag>host network</Tag>}
        <span className="dim"> {c.image}</span>
      </summary>
      <dl className="inline-facts">
        {rows
          .filter(([, value]) => value)
          .map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd className="break">{value}</dd>
            </div>
          ))}
        <div>
          <dt>Lived</dt>
          <dd>
            <Time at={c.from} /> – {c.to ? <Time at={c.to} /> : "still"}
          </dd>
        </div>
      </dl>
      {c.container.length >= 12 && <Link to={`/census/${c.container}`}>In the census</Link>}
    </details>
  );
}
