import { useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { change } from "../../api/client";
import type { Incident, Page, ResponseAction, Run, RunStep } from "../../api/types";
import { useSession } from "../../app/session";
import { choices, ready, stepMay } from "../../logic/response";
import { announce } from "../Announcer";
import { Empty, Failure, Read, useRead } from "../Async";
import { Field } from "../Field";
import { Tag, Time } from "../Marks";

const marks = { waiting: "○", refused: "⊘", acting: "◌", done: "✓", failed: "✗", undoing: "◌", undone: "↺" } as const;

/** Runs of playbooks for an incident: planned, approved by a second person, done, undone. */
export function Responses({ incident: i }: { incident: Incident }) {
  const client = useQueryClient();
  const { may } = useSession();
  const [error, setError] = useState<unknown>(null);
  const path = `responses?incident=${encodeURIComponent(i.id)}&limit=20`;
  const runs = useRead<Page<Run>>(path, { every: 10_000 });
  const actions = useRead<Page<ResponseAction>>("response-actions");
  const undoable = new Set(actions.data?.items.filter((a) => a.can_undo).map((a) => a.name));

  const send = async (to: string, body: Record<string, unknown> | undefined, said: string) => {
    setError(null);
    try {
      await change<Run>("POST", to, body);
      announce(said);
    } catch (problem) {
      setError(problem);
    }
    await client.invalidateQueries({ predicate: (q) => String(q.queryKey[0]).startsWith("responses") });
  };
  return (
    <section className="card" aria-labelledby="responses">
      <header className="card-head">
        <h2 id="responses">Response</h2>
      </header>
      {error !== null && <Failure error={error} />}
      {may("analyst") && !i.merged_into && <Plan incident={i} isResponder={may("responder")} send={send} />}
      <Read query={runs} what="the runs">
        {(page) =>
          page.items.length === 0 ? (
            <Empty title="Nothing was planned yet">A dry run says what a playbook would do, and what else it would hit. It changes nothing.</Empty>
          ) : (
            <ul className="runs">
              {page.items.map((run, at) => (
                <OneRun key={run.id} run={run} isOpen={at === 0} undoable={undoable} send={send} />
              ))}
            </ul>
          )
        }
      </Read>
    </section>
  );
}

type Send = (to: string, body: Record<string, unknown> | undefined, said: string) => Promise<void>;

function Plan({ incident: i, isResponder, send }: { incident: Incident; isResponder: boolean; send: Send }) {
  const several = choices(i.entities);
  const plan = (e: FormEvent<HTMLFormElement>) => {
    e.preventDefault();
    const [data, by] = [new FormData(e.currentTarget), (e.nativeEvent as SubmitEvent).submitter as HTMLButtonElement | null];
    const execute = by?.value === "execute";
    const chosen = Object.fromEntries(several.map((s) => [s.kind, String(data.get(s.kind) ?? "").trim()]).filter(([, name]) => name));
    const body: Record<string, unknown> = { execute, choose: chosen };
    if (data.get("strategy")) body.strategy = data.get("strategy");
    void send(`incidents/${encodeURIComponent(i.id)}/responses`, body, execute ? "A run was planned. Nothing is done yet." : "The dry run is there.");
  };
  return (
    <form className="plan" onSubmit={plan} aria-label="Plan a response">
      {i.strategies.length > 1 && (
        <Field label="Playbook of">
          <select name="strategy">
            {i.strategies.map((s) => (
              <option key={s}>{s}</option>
            ))}
          </select>
        </Field>
      )}
      {several.length > 0 && (
        <details>
          <summary>Choose whom</summary>
          {several.map((s) => (
            <Field key={s.kind} label={s.kind}>
              <input name={s.kind} list={`choose-${s.kind}`} placeholder={s.kind === "pod" ? "NAMESPACE/NAME@UID" : s.names[0]} />
            </Field>
          ))}
          {several.map((s) => (
            <datalist key={s.kind} id={`choose-${s.kind}`}>
              {s.names.map((n) => (
                <option key={n} value={n} />
              ))}
            </datalist>
          ))}
        </details>
      )}
      <div className="buttons">
        <button value="dry" className={isResponder ? "" : "primary"}>
          Dry run
        </button>
        {isResponder && (
          <button value="execute" className="primary" title="Steps wait until somebody runs them; those of high risk wait for a second person.">
            Plan a run
          </button>
        )}
      </div>
    </form>
  );
}

function OneRun({ run, isOpen, undoable, send }: { run: Run; isOpen: boolean; undoable: Set<string>; send: Send }) {
  const { may } = useSession();
  const next = ready(run);
  const done = run.steps.filter((s) => s.state === "done").length;
  const path = `responses/${encodeURIComponent(run.id)}`;
  return (
    <li>
      <details open={isOpen}>
        <summary>
          {run.dry_run ? <Tag title="Nothing of it is done">dry run</Tag> : <Tag>{run.under_way ? "under way" : `${done} of ${run.steps.length} done`}</Tag>} {run.requested_by}, <Time at={run.created} brief />
        </summary>
        {may("responder") && next.length > 0 && (
          <button type="button" className="primary" onClick={() => void send(`${path}/run`, {}, "What could be done was begun.")}>
            Run {next.map((s) => s.id).join(", ")}
          </button>
        )}
        <ol className="steps">
          {run.steps.map((s) => (
            <Step key={s.id} run={run} step={s} path={path} canUndo={undoable.has(s.action)} send={send} />
          ))}
        </ol>
      </details>
    </li>
  );
}

function Step({ run, step: s, path, canUndo, send }: { run: Run; step: RunStep; path: string; canUndo: boolean; send: Send }) {
  const { me, may } = useSession();
  const mine = stepMay(run, s, me.name, may("responder"), canUndo);
  const to = (verb: string) => `${path}/steps/${encodeURIComponent(s.id)}/${verb}`;
  return (
    <li className={`step ${s.state}`}>
      <span className="step-head">
        <span aria-hidden="true">{marks[s.state]}</span> <strong>{s.id}</strong> <span className="dim">{s.state}</span>
      </span>
      <p>{s.says}</p>
      {s.also_hit.map((hit) => (
        <p key={hit} className="also-hit">
          also hit: {hit}
        </p>
      ))}
      {s.approvals_needed > 0 && s.state !== "refused" && (
        <p className="dim">
          {s.approvals.length} of {s.approvals_needed} approvals{s.approvals.length > 0 && `: ${s.approvals.map((a) => a.by).join(", ")}`}
        </p>
      )}
      {s.undo_at && (
        <p className="dim">
          undone <Time at={s.undo_at} brief />
        </p>
      )}
      {s.evidence && may("responder") && (
        <p>
          <a href={`/api/v1/${path}/evidence/${encodeURIComponent(s.evidence)}`} download={s.evidence}>
            Download {s.evidence}
          </a>
        </p>
      )}
      <span className="buttons">
        {mine.approve && (
          <button type="button" aria-label={`Approve ${s.id}`} onClick={() => void send(to("approve") + (s.despite ? `?despite=${encodeURIComponent(s.despite)}` : ""), undefined, `You have approved ${s.id}.`)}>
            {s.despite ? `Approve despite the name ${s.despite}` : "Approve"}
          </button>
        )}
        {mine.undo && (
          <button type="button" aria-label={`Undo ${s.id}`} onClick={() => void send(to("undo"), undefined, `${s.id} was put back.`)}>
            Undo
          </button>
        )}
        {mine.keep && (
          <button type="button" aria-label={`Keep ${s.id}`} onClick={() => void send(to("keep"), undefined, `${s.id} stays.`)}>
            Keep
          </button>
        )}
      </span>
    </li>
  );
}
