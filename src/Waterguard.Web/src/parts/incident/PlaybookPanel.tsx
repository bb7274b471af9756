import type { PlaybookStep } from "../../api/types";
import { Empty, Read, useRead } from "../Async";
import { Tag } from "../Marks";

const risks = { read: "only reads", low: "easily put back", high: "stops something" } as const;

/** What the strategy says is to be done, in its order. */
export function PlaybookPanel({ strategy }: { strategy: string }) {
  const query = useRead<{ steps: PlaybookStep[] }>(`strategies/${strategy}/playbook`);
  return (
    <section className="card" aria-labelledby={`playbook-${strategy}`}>
      <header className="card-head">
        <h2 id={`playbook-${strategy}`}>Playbook</h2>
        <span className="dim clip">{strategy}</span>
      </header>
      <Read query={query} what="the playbook">
        {(playbook) =>
          playbook.steps.length === 0 ? (
            <Empty title="The strategy has no playbook" />
          ) : (
            <ol className="playbook">
              {playbook.steps.map((s) => (
                <li key={s.id}>
                  <span className="step-head">
                    <strong>{s.id}</strong> <span className={`step-risk ${s.risk}`}>{risks[s.risk]}</span>
                  </span>
                  <code>{s.action}</code>
                  {s.approve > 0 && <Tag title="Responders who must agree, none of whom asked for it">needs {s.approve} approval</Tag>}
                  {s.undo_after && <Tag>undone after {s.undo_after}</Tag>}
                  {s.needs.length > 0 && <span className="dim sub">after {s.needs.join(", ")}</span>}
                </li>
              ))}
            </ol>
          )
        }
      </Read>
    </section>
  );
}
