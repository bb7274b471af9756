import { lazy, Suspense, useMemo } from "react";
import type { IncidentSummary, Page, Status } from "../api/types";
import { Link } from "../app/router";
import { count, plural, words } from "../logic/format";
import { levels } from "../logic/levels";
import { trendOf } from "../logic/trend";
import { Empty, Loading, Read, useRead } from "../parts/Async";
import { LevelMark, Risk, Time } from "../parts/Marks";
import { StrategyBoard } from "../parts/StrategyBoard";
import { SourceTable } from "../parts/SourceTable";

const TrendChart = lazy(() => import("../parts/TrendChart"));

export default function Overview() {
  const status = useRead<Status>("status", { every: 60_000 });
  return (
    <>
      <header className="page-head">
        <h1>Overview</h1>
        {status.data && (
          <p className="dim">
            As of <Time at={status.data.at} />
          </p>
        )}
      </header>
      <Read query={status} what="the overview">
        {(s) => (
          <div className="overview">
            <Incidents status={s} />
            <section className="card span2" aria-labelledby="o-state">
              <header className="card-head">
                <h2 id="o-state">Can we see?</h2>
                <Link to="/strategies">Strategies</Link>
              </header>
              <StrategyBoard />
            </section>
            <Alerts status={s} />
            <Worst />
            <section className="card span2" aria-labelledby="o-sources">
              <header className="card-head">
                <h2 id="o-sources">Sources</h2>
                <Link to="/sources">All of them</Link>
              </header>
              <SourceTable brief />
            </section>
            <Caps status={s} />
          </div>
        )}
      </Read>
    </>
  );
}

function Incidents({ status }: { status: Status }) {
  const open = status.incidents.open ?? {};
  const sum = (of: Record<string, number> | undefined) => Object.values(of ?? {}).reduce((a, b) => a + b, 0);
  return (
    <section className="card all tiles" aria-label="Open incidents">
      {levels
        .filter((l) => l !== "informational")
        .map((level) => (
          <Link key={level} to={`/incidents?level=${level}`} className={`tile ${level} ${open[level] ? "" : "none"}`}>
            <span className="big num">{open[level] ?? 0}</span>
            <LevelMark level={level} />
          </Link>
        ))}
      <Link to="/incidents" className="tile">
        <span className="big num">{sum(open)}</span>
        <span>not acknowledged</span>
      </Link>
      <Link to="/incidents?status=acknowledged" className="tile">
        <span className="big num">{sum(status.incidents.acknowledged)}</span>
        <span>in work</span>
      </Link>
      <Escalated />
    </section>
  );
}

function Escalated() {
  const query = useRead<Page<IncidentSummary>>("incidents?status=escalated&limit=100");
  const n = query.data ? `${query.data.items.length}${query.data.next ? "+" : ""}` : "…";
  return (
    <Link to="/incidents?status=escalated" className={`tile ${query.data?.items.length ? "critical" : "none"}`}>
      <span className="big num">{n}</span>
      <span>escalated</span>
    </Link>
  );
}

function Alerts({ status }: { status: Status }) {
  const trend = useMemo(() => trendOf(status.trend, status.at), [status.trend, status.at]);
  return (
    <section className="card span2" aria-labelledby="o-trend">
      <header className="card-head">
        <h2 id="o-trend">Alerts, last 24 hours (UTC)</h2>
        <span className="dim num">
          {count(trend.total)} told, {count(trend.suppressed)} suppressed
        </span>
      </header>
      {trend.series.length === 0 ? (
        <Empty title="No alert in 24 hours">Whether that is good news, the state of the strategies says.</Empty>
      ) : (
        <>
          <Suspense fallback={<Loading what="the chart" />}>
            <TrendChart trend={trend} />
          </Suspense>
          <p className="legend">
            {[...trend.series].reverse().map((s) => (
              <LevelMark key={s.level} level={s.level} />
            ))}
          </p>
        </>
      )}
    </section>
  );
}

function Worst() {
  const query = useRead<Page<IncidentSummary>>("incidents?status=open&limit=100");
  return (
    <section className="card span2" aria-labelledby="o-worst">
      <header className="card-head">
        <h2 id="o-worst">Needs somebody</h2>
        <Link to="/incidents">The queue</Link>
      </header>
      <Read query={query} what="incidents">
        {(page) =>
          page.items.length === 0 ? (
            <Empty title="Nothing waits">Every incident is acknowledged or closed.</Empty>
          ) : (
            <ul className="plain-list">
              {[...page.items]
                .sort((a, b) => b.risk - a.risk)
                .slice(0, 6)
                .map((i) => (
                  <li key={i.id}>
                    <LevelMark level={i.level} />
                    <Link to={`/incidents/${i.id}`} className="grow clip">
                      {i.title}
                    </Link>
                    <Risk value={i.risk} />
                    <Time at={i.end} brief />
                  </li>
                ))}
            </ul>
          )
        }
      </Read>
    </section>
  );
}

function Caps({ status }: { status: Status }) {
  const { judged } = status;
  const hit = Object.entries(status.caps).filter(([, n]) => n > 0);
  const rest = Object.entries(status.caps).filter(([, n]) => n === 0);
  return (
    <section className="card all" aria-labelledby="o-caps">
      <header className="card-head">
        <h2 id="o-caps">Judging, caps and drops</h2>
        <span className="dim">since the start</span>
      </header>
      <dl className="facts">
        <Fact name="Events judged" value={judged.events} />
        <Fact name="Batches waiting" value={judged.waiting} bad={judged.waiting > 100} />
        <Fact name="Malformed" value={judged.malformed} bad={judged.malformed > 0} />
        <Fact name="Unrecognised" value={judged.unrecognised} bad={judged.unrecognised > 0} />
        {hit.map(([name, n]) => (
          <Fact key={name} name={words(name)} value={n} bad />
        ))}
      </dl>
      <details>
        <summary>{hit.length === 0 ? `No cap was hit; ${plural(rest.length, "counter")} at zero` : `${plural(rest.length, "other counter")} at zero`}</summary>
        <p className="dim">{rest.map(([name]) => words(name)).join(" · ")}</p>
      </details>
    </section>
  );
}

function Fact({ name, value, bad }: { name: string; value: number; bad?: boolean }) {
  return (
    <div className={bad ? "bad" : ""}>
      <dt>{name}</dt>
      <dd className="num">
        {bad && <span aria-label="attention">▲ </span>}
        {count(value)}
      </dd>
    </div>
  );
}
