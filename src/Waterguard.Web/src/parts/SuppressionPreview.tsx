import type { Preview } from "../api/types";
import { plural, shortened } from "../logic/format";
import { Empty } from "./Async";
import { LevelMark, Time } from "./Marks";

/** What a suppression would hide. */
export function SuppressionPreview({ preview: p }: { preview: Preview | null }) {
  return (
    <section className="card" aria-labelledby="hides" aria-live="polite">
      <header className="card-head">
        <h2 id="hides">What it would hide</h2>
      </header>
      {p === null ? (
        <Empty title="Not looked at yet">The preview judges stored alerts and plays the scenarios.</Empty>
      ) : (
        <>
          <p className={p.scenarios.length > 0 ? "health bad" : "health good"}>
            {p.scenarios.length > 0 ? `✕ True positives of ${plural(p.scenarios.length, "scenario")}` : "● No scenario's true positive"}
          </p>
          <ul className="bullets">
            {p.scenarios.map((s) => (
              <li key={s.scenario + s.rule}>
                {s.scenario}: {s.rule}
              </li>
            ))}
          </ul>
          <h3>
            {plural(p.count, "stored alert")} of {p.looked_at}
          </h3>
          {p.cannot_be_judged > 0 && <p className="dim">{plural(p.cannot_be_judged, "alert")} without events cannot be judged.</p>}
          <ul className="notes">
            {p.alerts.slice(0, 20).map((a) => (
              <li key={a.id}>
                <p>
                  <LevelMark level={a.level} /> {a.title}
                </p>
                <p className="dim">
                  {shortened(a.reason)}, <Time at={a.time} brief />
                </p>
              </li>
            ))}
          </ul>
          {p.notes.map((n) => (
            <p key={n} className="hint">
              {n}
            </p>
          ))}
        </>
      )}
    </section>
  );
}
