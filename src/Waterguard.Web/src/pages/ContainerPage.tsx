import type { Container } from "../api/types";
import { Link } from "../app/router";
import { short } from "../logic/format";
import { Read, useRead } from "../parts/Async";
import { Json } from "../parts/Json";
import { Tag, Time } from "../parts/Marks";

export default function ContainerPage({ parts }: { parts: Record<string, string> }) {
  const query = useRead<Container>(`census/containers/${encodeURIComponent(parts.id!)}`);
  return (
    <>
      <p className="crumbs">
        <Link to="/census">Census</Link> / <span className="num">{short(parts.id!)}</span>
      </p>
      <Read query={query} what="the container">
        {(c) => <Whole container={c} />}
      </Read>
    </>
  );
}

function Whole({ container: c }: { container: Container }) {
  const rows: [string, string][] = [
    ["Image", c.image],
    ["Digest", c.digest],
    ["Command", c.command],
    ["Deployed by", c.actor],
    ["Workload", c.workload],
    ["Pod", c.pod && `${c.namespace}/${c.pod}`],
    ["Pod's uid", c.pod_uid],
    ["Node", c.host],
    ["Cluster", c.cluster],
    ["Lineage", c.lineage],
    ["Container", c.container],
  ];
  return (
    <>
      <header className="page-head">
        <h1>{c.name || c.pod || short(c.container)}</h1>
        {c.host_network && <Tag>host network</Tag>}
        <span className="buttons">
          <Link to={`/incidents?status=all&entity=${encodeURIComponent(`container:${c.container}`)}`}>Incidents</Link>
          <Link to={`/search?text=${c.container}`}>In the archive</Link>
        </span>
      </header>
      <div className="pair">
        <section className="card" aria-labelledby="lineage">
          <header className="card-head">
            <h2 id="lineage">Lineage</h2>
          </header>
          <dl className="inline-facts">
            {rows.map(([name, value]) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{value || <span className="dim">unknown</span>}</dd>
              </div>
            ))}
          </dl>
        </section>
        <section className="card" aria-labelledby="witnessed">
          <header className="card-head">
            <h2 id="witnessed">Witnesses and intervals</h2>
          </header>
          <dl className="inline-facts">
            <div>
              <dt>Claimed by</dt>
              <dd>{c.claimed_by.map((w) => <Tag key={w}>{w}</Tag>)}{c.claimed_by.length === 0 && "nobody"}</dd>
            </div>
            <div>
              <dt>Seen by</dt>
              <dd>{c.seen_by.map((w) => <Tag key={w}>{w}</Tag>)}{c.seen_by.length === 0 && "nobody"}</dd>
            </div>
          </dl>
          <ul className="notes">
            {c.intervals.map((i, n) => (
              <li key={n}>
                <Time at={i.from} /> – {i.to ? <Time at={i.to} /> : "still"}
              </li>
            ))}
          </ul>
          {c.addresses.length > 0 && (
            <>
              <h3>Addresses</h3>
              <Json value={c.addresses} name="the addresses" />
            </>
          )}
        </section>
      </div>
    </>
  );
}
