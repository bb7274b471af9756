import { useState } from "react";
import type { Covered, Page } from "../api/types";
import { matrixOf } from "../logic/matrix";
import { Empty, Read, useRead } from "../parts/Async";
import { Dialog } from "../parts/Dialog";
import { LevelMark } from "../parts/Marks";

const glyph = { armed: "●", degraded: "◐", blind: "○", none: "·" } as const;

export default function Coverage() {
  const query = useRead<Page<Covered>>("coverage");
  const [shown, setShown] = useState<Covered | null>(null);
  return (
    <>
      <header className="page-head">
        <h1>ATT&CK coverage</h1>
        <p className="dim">Each technique with the best state of its detections.</p>
        <span className="buttons">
          <a className="button" href="/api/v1/coverage/navigator" download="waterguard-layer.json">
            Navigator layer
          </a>
        </span>
      </header>
      <Read query={query} what="coverage">
        {(page) =>
          page.items.length === 0 ? (
            <Empty title="No detection names a technique" />
          ) : (
            <>
              <p className="legend">
                {(["armed", "degraded", "blind"] as const).map((state) => (
                  <span key={state} className={`state ${state}`}>
                    <span aria-hidden="true">{glyph[state]}</span> {state.toUpperCase()} <span className="num">{page.items.filter((t) => t.state === state).length}</span>
                  </span>
                ))}
              </p>
              <div className="scroll matrix" tabIndex={0} role="region" aria-label="Matrix of tactics and techniques">
                {matrixOf(page.items).map((column) => (
                  <section key={column.tactic} aria-labelledby={`t-${column.tactic}`}>
                    <h2 id={`t-${column.tactic}`}>
                      {column.name} <span className="dim num">{column.techniques.length}</span>
                    </h2>
                    <ul>
                      {column.techniques.map((t) => (
                        <li key={t.technique}>
                          <button type="button" className={`cell ${t.state}`} onClick={() => setShown(t)} aria-label={`${t.technique} ${t.name}, ${t.state}, ${t.detections.length} detections`}>
                            <span className="cell-id num">
                              <span aria-hidden="true">{glyph[t.state]}</span> {t.technique} <span className="dim">{t.detections.length}</span>
                            </span>
                            {t.name}
                          </button>
                        </li>
                      ))}
                    </ul>
                  </section>
                ))}
              </div>
            </>
          )
        }
      </Read>
      <Dialog isOpen={shown !== null} close={() => setShown(null)} title={shown ? `${shown.technique} ${shown.name}` : ""}>
        {shown && (
          <ul className="plain-list">
            {shown.detections.map((d) => (
              <li key={d.id}>
                <LevelMark level={d.level} />
                <span className="grow">{d.title}</span>
              </li>
            ))}
          </ul>
        )}
      </Dialog>
    </>
  );
}
