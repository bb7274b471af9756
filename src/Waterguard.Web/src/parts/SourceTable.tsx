import type { Page, Source } from "../api/types";
import { bytes, count, duration } from "../logic/format";
import { healthOf } from "../logic/health";
import { Empty, Read, useRead } from "./Async";
import { Time, useNow } from "./Marks";

const glyph = { good: "●", warn: "▲", bad: "✕", quiet: "○" } as const;

/** Inputs, and where everything that was received went. */
export function SourceTable({ brief }: { brief?: boolean }) {
  const query = useRead<Page<Source>>("sources", { every: 15_000 });
  const now = useNow();
  return (
    <Read query={query} what="sources">
      {(page) =>
        page.items.length === 0 ? (
          <Empty title="No input is configured">The page on configuration says how one is.</Empty>
        ) : (
          <div className="scroll" tabIndex={0} role="region" aria-label="Inputs">
            <table>
              <thead>
                <tr>
                  <th>Input</th>
                  <th>Health</th>
                  <th className="right">Received</th>
                  {!brief && (
                    <>
                      <th className="right">= stored</th>
                      <th className="right">+ duplicate</th>
                      <th className="right">+ rejected</th>
                      <th className="right">+ dropped</th>
                    </>
                  )}
                  <th className="right">Lag</th>
                  <th>Last success</th>
                </tr>
              </thead>
              <tbody>
                {page.items.map((s) => {
                  const health = healthOf(s, now);
                  return (
                    <tr key={s.name}>
                      <th scope="row">
                        {s.name}
                        <span className="dim sub">
                          {s.transport}
                          {s.source ? `, ${s.source}` : ""}
                        </span>
                      </th>
                      <td>
                        <span className={`health ${health.is}`}>
                          <span aria-hidden="true">{glyph[health.is]}</span> {health.says}
                        </span>
                        {!brief && s.last_error && <span className="sub bad-text">{s.last_error}</span>}
                        {!brief && <Reasons counts={{ ...s.rejected_by_reason, ...s.notes }} />}
                      </td>
                      <td className="right num">{count(s.received)}</td>
                      {!brief && (
                        <>
                          <td className="right num">{count(s.stored)}</td>
                          <td className="right num">{count(s.duplicate)}</td>
                          <td className="right num">{count(s.rejected)}</td>
                          <td className="right num">{count(s.dropped)}</td>
                        </>
                      )}
                      <td className="right num">
                        {duration(s.lag_seconds)}
                        {s.lag_bytes > 0 && <span className="sub dim">{bytes(s.lag_bytes)}</span>}
                      </td>
                      <td>
                        <Time at={s.last_success} brief={brief} />
                      </td>
                    </tr>
                  );
                })}
              </tbody>
            </table>
          </div>
        )
      }
    </Read>
  );
}

function Reasons({ counts }: { counts: Record<string, number> }) {
  const all = Object.entries(counts);
  return all.length === 0 ? null : <span className="sub dim">{all.map(([name, n]) => `${name} ${count(n)}`).join(", ")}</span>;
}
