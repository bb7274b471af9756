import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { change } from "../api/client";
import type { Page, StrategySummary, Validation as Run } from "../api/types";
import { useSession } from "../app/session";
import { misses, missesFirst } from "../logic/validation";
import { plural } from "../logic/format";
import { announce } from "../parts/Announcer";
import { Empty, Failure, Read, useRead } from "../parts/Async";
import { Field } from "../parts/Field";
import { Tag, Time } from "../parts/Marks";

export default function Validation() {
  const client = useQueryClient();
  const { may } = useSession();
  const query = useRead<Run>("validation");
  const running = query.data?.running ?? false;
  // While a run goes on its progress is asked for; its end is told by the stream too.
  useRead<Run>(running ? "validation" : null, { every: 1000 });
  const strategies = useRead<Page<StrategySummary>>("strategies");
  const [of, setOf] = useState("");
  const [error, setError] = useState<unknown>(null);
  const begin = async () => {
    setError(null);
    try {
      const told = await change<Run>("POST", "validation", of ? { names: [of] } : {});
      client.setQueryData(["validation"], told.value);
      announce("The run has begun.");
    } catch (e) {
      setError(e);
    }
  };
  return (
    <>
      <header className="page-head">
        <h1>Validation</h1>
        <p className="dim">Recorded attacks, their quiet twins and their variants, played against the content in use.</p>
      </header>
      {error !== null && <Failure error={error} />}
      {may("analyst") && (
        <form
          className="filters"
          onSubmit={(e) => {
            e.preventDefault();
            void begin();
          }}
          aria-label="Run scenarios"
        >
          <Field label="Scenarios">
            <select value={of} onChange={(e) => setOf(e.target.value)}>
              <option value="">all of them</option>
              {strategies.data?.items.map((s) => (
                <option key={s.name} value={s.name}>
                  of {s.name}
                </option>
              ))}
            </select>
          </Field>
          <button className="primary" disabled={running}>
            {running ? "Running …" : "Run now"}
          </button>
        </form>
      )}
      <Read query={query} what="results">
        {(run) => (
          <>
            {run.running && (
              <section className="card" role="status">
                <label htmlFor="progress">
                  {run.done} of {plural(run.total, "scenario")}, begun by {run.by} <Time at={run.began} brief />
                </label>
                <progress id="progress" max={run.total} value={run.done} />
              </section>
            )}
            {run.last ? <Results last={run.last} /> : !run.running && <Empty title="Nothing was validated yet">Run the scenarios once: what they prove becomes part of the strategies' state.</Empty>}
          </>
        )}
      </Read>
    </>
  );
}

function Results({ last }: { last: NonNullable<Run["last"]> }) {
  const results = missesFirst(last.results);
  const missed = results.filter((r) => misses(r).length > 0).length;
  const tiles: [string, number, number][] = [
    ["Detections fired", last.fired, last.detections],
    ["Twins quiet", last.quiet, last.quiet_twins],
    ["Variants caught", last.caught, last.variants],
  ];
  return (
    <>
      <section className="card" aria-labelledby="last">
        <header className="card-head">
          <h2 id="last">{missed === 0 ? "Nothing was missed" : plural(missed, "scenario") + " with misses"}</h2>
          <span className="dim">
            ran <Time at={last.ran} />, {last.seconds.toFixed(1)} s
          </span>
        </header>
        <dl className="facts">
          {tiles.map(([name, n, total]) => (
            <div key={name} className={n < total ? "bad" : ""}>
              <dt>{name}</dt>
              <dd className="num">
                {n} / {total}
              </dd>
            </div>
          ))}
        </dl>
      </section>
      <section className="card flush" aria-label="Results">
        <div className="scroll" tabIndex={0} role="region" aria-label="Table of results">
          <table>
            <thead>
              <tr>
                <th>Scenario</th>
                <th>Detection</th>
                <th>Outcome</th>
                <th className="right">Within</th>
                <th className="right">Twins quiet</th>
                <th className="right">Variants caught</th>
              </tr>
            </thead>
            <tbody>
              {results.slice(0, 400).map((r) => {
                const wrong = misses(r);
                return (
                  <tr key={r.scenario + r.rule}>
                    <th scope="row">
                      {r.scenario}
                      <span className="sub dim">{r.strategy}</span>
                    </th>
                    <td>{r.rule}</td>
                    <td>
                      <span className={`health ${r.outcome === "passed" ? "good" : "bad"}`}>
                        <span aria-hidden="true">{r.outcome === "passed" ? "●" : "✕"}</span> {r.outcome}
                      </span>
                      {wrong.map((w) => (
                        <span key={w} className="sub bad-text">
                          {w}
                        </span>
                      ))}
                      {r.variants.some((v) => !v.caught && !v.expected) && <Tag title="Documented as a blind spot">known to get past</Tag>}
                    </td>
                    <td className="right num">{r.time_to_detect === null ? "–" : `${r.time_to_detect} s`}</td>
                    <td className="right num">
                      {r.twins.filter((t) => t.quiet).length}/{r.twins.length}
                    </td>
                    <td className="right num">
                      {r.variants.filter((v) => v.caught).length}/{r.variants.length}
                    </td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        </div>
      </section>
    </>
  );
}
