import { useQueryClient } from "@tanstack/react-query";
import { useRef, useState, type FormEvent } from "react";
import { change, Problem, type Told } from "../../api/client";
import type { Incident, SuppressionBody } from "../../api/types";
import { usePlace } from "../../app/router";
import { useSession } from "../../app/session";
import { usePageKeys } from "../../app/shortcuts";
import { announce } from "../Announcer";
import { Failure } from "../Async";
import { Field } from "../Field";
import { Time } from "../Marks";

/** What people do about an incident; who may not, sees what was done. */
export function Work({ incident: i, etag, path }: { incident: Incident; etag: string | null; path: string }) {
  const client = useQueryClient();
  const { me, may } = useSession();
  const [error, setError] = useState<unknown>(null);
  const [draft, setDraft] = useState<Incident["drafted_suppression"]>(undefined);
  const note = useRef<HTMLTextAreaElement>(null);
  const verdict = useRef<HTMLSelectElement>(null);
  const mayWork = may("analyst") && !i.merged_into;

  const send = async (body: Record<string, unknown>, said: string): Promise<boolean> => {
    setError(null);
    try {
      const told: Told<Incident> = await change<Incident>("PATCH", path, body, etag ?? "*");
      client.setQueryData([path], told);
      if (told.value.drafted_suppression) setDraft(told.value.drafted_suppression);
      announce(said);
      void client.invalidateQueries({ predicate: (q) => /^(incidents\?|status)/.test(String(q.queryKey[0])) });
      return true;
    } catch (problem) {
      setError(problem);
      if (problem instanceof Problem && problem.status === 412) void client.invalidateQueries({ queryKey: [path] });
      return false;
    }
  };
  const form = (of: (data: FormData) => Record<string, unknown>, said: string) => (e: FormEvent<HTMLFormElement>) => {
    e.preventDefault();
    const element = e.currentTarget;
    void send(of(new FormData(element)), said).then((done) => done && element.reset());
  };
  const acknowledge = () => void send({ acknowledge: true, assignee: i.assignee ?? me.name }, "Acknowledged.");
  usePageKeys((command) => {
    if (command.is !== "key" || !mayWork) return false;
    if (command.key === "a" && i.status === "open") acknowledge();
    else if (command.key === "n") note.current?.focus();
    else if (command.key === "v") verdict.current?.focus();
    else return false;
    return true;
  });

  return (
    <section className="card work" aria-labelledby="work">
      <header className="card-head">
        <h2 id="work">Work</h2>
      </header>
      {error !== null && <Failure error={error} />}
      {!mayWork && <p className="dim">{i.merged_into ? "It is worked on as a part of another." : "You may look, but not change anything."}</p>}
      {mayWork && (
        <>
          <div className="buttons">
            {i.status === "open" && (
              <button type="button" className="primary" onClick={acknowledge} title="a">
                Acknowledge
              </button>
            )}
            {i.assignee !== me.name && (
              <button type="button" onClick={() => void send({ assignee: me.name }, "Assigned to you.")}>
                Assign to me
              </button>
            )}
            {i.assignee && (
              <button type="button" onClick={() => void send({ assignee: null }, "Assigned to nobody.")}>
                Unassign
              </button>
            )}
          </div>
          <form onSubmit={form((d) => ({ assignee: String(d.get("assignee")) }), "Assigned.")} aria-label="Assign to somebody">
            <Field label="Assign to">
              <input name="assignee" required placeholder={i.assignee ?? "name"} />
            </Field>
            <button>Assign</button>
          </form>
          <form onSubmit={form((d) => ({ verdict: d.get("verdict"), reason: d.get("reason") }), "The verdict is given.")} aria-label="Give a verdict">
            <Field label="Verdict">
              <select name="verdict" ref={verdict} defaultValue={i.verdict?.is ?? "malicious"}>
                <option value="malicious">malicious</option>
                <option value="benign">benign</option>
                <option value="undetermined">undetermined</option>
              </select>
            </Field>
            <Field label="Reason of the verdict">
              <input name="reason" required />
            </Field>
            <button>Give verdict</button>
          </form>
          {draft && <Draft draft={draft} />}
          <form onSubmit={form((d) => ({ note: d.get("note") }), "Noted.")} aria-label="Write a note">
            <Field label="Note">
              <textarea name="note" rows={3} required ref={note} />
            </Field>
            <button>Add note</button>
          </form>
          <form onSubmit={form((d) => ({ status: i.status === "closed" ? "open" : "closed", reason: d.get("why") }), i.status === "closed" ? "Reopened." : "Closed.")} aria-label={i.status === "closed" ? "Reopen" : "Close"}>
            <Field label={i.status === "closed" ? "Reason to reopen" : "Reason to close"}>
              <input name="why" required />
            </Field>
            <button>{i.status === "closed" ? "Reopen" : "Close incident"}</button>
          </form>
        </>
      )}
      <History incident={i} />
    </section>
  );
}

function Draft({ draft }: { draft: { body: SuppressionBody; note: string } }) {
  const { go } = usePlace();
  const edit = () => {
    sessionStorage.setItem("waterguard-draft", JSON.stringify(draft.body));
    go("/suppressions/new");
  };
  return (
    <div className="notice">
      <div>
        <strong>A suppression was drafted.</strong>
        <p>{draft.note}</p>
        <button type="button" onClick={edit}>
          Look what it would hide
        </button>
      </div>
    </div>
  );
}

function History({ incident: i }: { incident: Incident }) {
  return (
    <>
      {i.notes.length > 0 && (
        <>
          <h3>Notes</h3>
          <ul className="notes">
            {i.notes.map((n, at) => (
              <li key={at}>
                <p className="dim">
                  {n.by}, <Time at={n.at} brief />
                </p>
                <p className="pre">{n.text}</p>
              </li>
            ))}
          </ul>
        </>
      )}
      <h3>History</h3>
      {i.history.length === 0 ? (
        <p className="dim">Nobody has done anything yet.</p>
      ) : (
        <ul className="notes">
          {i.history.toReversed().map((h, at) => (
            <li key={at}>
              <strong>{h.what}</strong>
              {h.reason && <span>: {h.reason}</span>}
              <p className="dim">
                {h.by}, <Time at={h.at} brief />
              </p>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
