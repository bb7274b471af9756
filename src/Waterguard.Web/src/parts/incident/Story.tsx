import { useState } from "react";
import type { Incident } from "../../api/types";
import { plural, shortened } from "../../logic/format";
import { Empty } from "../Async";

const first = 15;

/** What happened, in order. Every line leads to its evidence. */
export function Story({ timeline, show }: { timeline: Incident["timeline"]; show: (alert: string) => void }) {
  const [isWhole, setWhole] = useState(false);
  const lines = isWhole ? timeline : timeline.slice(0, first);
  return (
    <section className="card" aria-labelledby="story">
      <header className="card-head">
        <h2 id="story">Story</h2>
        <span className="dim">{plural(timeline.length, "step")}, UTC</span>
      </header>
      {timeline.length === 0 ? (
        <Empty title="Its alerts are gone">They were taken back, or are older than what is kept.</Empty>
      ) : (
        <ol className="story">
          {lines.map((step, n) => {
            const day = step.time.slice(0, 10);
            const isNew = n === 0 || lines[n - 1]!.time.slice(0, 10) !== day;
            return (
              <li key={n}>
                {isNew && <p className="story-day num">{day}</p>}
                <time className="num" dateTime={step.time} title={step.time}>
                  {step.time.slice(11, 19)}
                </time>
                {step.alert ? (
                  <button type="button" className="story-step" title="Show the evidence" onClick={() => show(step.alert!)}>
                    {shortened(step.what)}
                  </button>
                ) : (
                  <span className="story-step">{shortened(step.what)}</span>
                )}
              </li>
            );
          })}
        </ol>
      )}
      {timeline.length > first && (
        <button type="button" className="quiet" aria-expanded={isWhole} onClick={() => setWhole(!isWhole)}>
          {isWhole ? "Less" : `All ${timeline.length} steps`}
        </button>
      )}
    </section>
  );
}
