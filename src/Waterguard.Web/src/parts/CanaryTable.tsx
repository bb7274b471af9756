import type { Canary, Page } from "../api/types";
import { canaryHealth, took } from "../logic/canary";
import { count } from "../logic/format";
import { Empty, Read, useRead } from "./Async";
import { Time } from "./Marks";

const glyph = { good: "●", warn: "▲", bad: "✕", quiet: "○" } as const;

/** Markers that are planted where telemetry begins, and whether they come out. */
export function CanaryTable() {
  const query = useRead<Page<Canary>>("canaries", { every: 30_000 });
  return (
    <Read query={query} what="canaries">
      {(page) =>
        page.items.length === 0 ? (
          <Empty title="No canary is configured">
            A source can be cut while it still delivers something. <code>canaries:</code> in the configuration plants markers that must come out, such as{" "}
            <code>{"- {name: engine, plant: docker-volume, at: 'unix:///run/docker.sock', source: docker.events, every: 15m, within: 1m}"}</code>; docs/canaries.md says how for each source.
          </Empty>
        ) : (
          <div className="scroll" tabIndex={0} role="region" aria-label="Table of canaries">
            <table>
              <thead>
                <tr>
                  <th>Canary</th>
                  <th>State</th>
                  <th>Came out last</th>
                  <th className="right">Took</th>
                  <th>Next</th>
                  <th className="right">Came out</th>
                  <th className="right">Did not</th>
                </tr>
              </thead>
              <tbody>
                {page.items.map((c) => (
                  <One key={c.name} canary={c} />
                ))}
              </tbody>
            </table>
          </div>
        )
      }
    </Read>
  );
}

function One({ canary: c }: { canary: Canary }) {
  const is = canaryHealth(c);
  return (
    <tr>
      <th scope="row">
        {c.name}
        <span className="sub dim">
          {c.plant}, {c.source}
        </span>
      </th>
      <td>
        <span className={`health ${is}`}>
          <span aria-hidden="true">{glyph[is]}</span> {c.state}
        </span>
        <span className={is === "bad" ? "sub bad-text" : "sub dim"}>{c.says}</span>
      </td>
      <td>
        <Time at={c.seen} />
      </td>
      <td className="right num">{took(c.took_seconds)}</td>
      <td>
        <Time at={c.next} />
      </td>
      <td className="right num">{count(c.came_out)}</td>
      <td className="right num">{count(c.late)}</td>
    </tr>
  );
}
