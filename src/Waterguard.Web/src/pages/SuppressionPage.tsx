import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { change, getTagged, Problem, type Told } from "../api/client";
import type { HiddenScenario, Preview, Suppression, SuppressionBody } from "../api/types";
import { Link, usePlace } from "../app/router";
import { useSession } from "../app/session";
import { bodyOf, draftOf, missing, type Draft } from "../logic/suppression";
import { useAct } from "../parts/admin/act";
import { announce } from "../parts/Announcer";
import { Failure, Read } from "../parts/Async";
import { SuppressionForm } from "../parts/SuppressionForm";
import { SuppressionPreview } from "../parts/SuppressionPreview";
import { SuppressionShown } from "../parts/SuppressionShown";

export default function SuppressionPage({ parts }: { parts: Record<string, string> }) {
  const { may } = useSession();
  const id = parts.id!;
  const path = `suppressions/${encodeURIComponent(id)}`;
  const query = useQuery<Told<Suppression>>({ queryKey: [path], queryFn: ({ signal }) => getTagged<Suppression>(path, signal), enabled: id !== "new" });
  const [draft] = useState(takeDraft);
  return (
    <>
      <header className="page-head">
        <div>
          <p className="crumbs">
            <Link to="/suppressions">Suppressions</Link> / {id}
          </p>
          <h1>{id === "new" ? "New suppression" : id}</h1>
        </div>
      </header>
      {id === "new" ? (
        may("analyst") ? (
          <Edit body={draft} etag={null} />
        ) : (
          <p className="notice">You may look at suppressions, but not make any.</p>
        )
      ) : (
        <Read query={query} what="the suppression">
          {(told) => (
            <>
              <SuppressionShown suppression={told.value} />
              {told.value.own && may("analyst") && <Edit body={told.value} etag={told.etag} />}
              {told.value.applied && may("analyst") && <TakeAway id={id} />}
            </>
          )}
        </Read>
      )}
    </>
  );
}

/** What a response has applied is taken away by its undo, or here. */
function TakeAway({ id }: { id: string }) {
  const { go } = usePlace();
  const { act, error } = useAct("suppressions");
  const remove = () => act(() => change("DELETE", `suppressions/${encodeURIComponent(id)}`, undefined, "*"), "Removed. It is out of use within about fifteen seconds.");
  return (
    <section className="card stack" aria-label="Remove the suppression">
      {error !== null && <Failure error={error} />}
      <div className="buttons">
        <button type="button" className="danger" onClick={() => void remove().then((done) => done && go("/suppressions"))}>
          Remove
        </button>
      </div>
    </section>
  );
}

// What the verdict "benign" drafted waits here, once.
function takeDraft(): Partial<SuppressionBody> {
  try {
    const text = sessionStorage.getItem("waterguard-draft");
    sessionStorage.removeItem("waterguard-draft");
    return text ? (JSON.parse(text) as SuppressionBody) : {};
  } catch {
    return {};
  }
}

function Edit({ body, etag }: { body: Partial<SuppressionBody>; etag: string | null }) {
  const { go } = usePlace();
  const { me } = useSession();
  const client = useQueryClient();
  const isNew = etag === null;
  const [draft, setDraft] = useState<Draft>(() => draftOf({ owner: me.name, expires: new Date(Date.now() + 90 * 86_400_000).toISOString(), ...body }));
  const [preview, setPreview] = useState<Preview | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [refused, setRefused] = useState<HiddenScenario[] | null>(null);
  const [force, setForce] = useState(false);
  const [busy, setBusy] = useState(false);
  const lacks = missing(draft);

  const edit = (next: Draft) => {
    setDraft(next);
    setPreview(null);
    setRefused(null);
    setForce(false);
  };
  const run = async (what: () => Promise<void>) => {
    setBusy(true);
    setError(null);
    try {
      await what();
    } catch (e) {
      const hides = e instanceof Problem && e.status === 409 && Array.isArray(e.body.scenarios) ? (e.body.scenarios as HiddenScenario[]) : null;
      if (hides) setRefused(hides);
      else setError(e);
    } finally {
      setBusy(false);
    }
  };
  const look = () => run(async () => setPreview((await change<Preview>("POST", "suppressions/preview", bodyOf(draft, false))).value));
  const save = () =>
    run(async () => {
      const told = await change<Suppression>(isNew ? "POST" : "PUT", isNew ? "suppressions" : `suppressions/${draft.id}`, bodyOf(draft, force), etag);
      client.setQueryData([`suppressions/${draft.id}`], told);
      announce("Kept. It is in use within about fifteen seconds.");
      await client.invalidateQueries({ predicate: (q) => String(q.queryKey[0]) === "suppressions" });
      go("/suppressions");
    });
  const remove = () =>
    run(async () => {
      await change("DELETE", `suppressions/${draft.id}`, undefined, etag);
      announce("Removed.");
      await client.invalidateQueries({ predicate: (q) => String(q.queryKey[0]) === "suppressions" });
      go("/suppressions");
    });
  return (
    <div className="incident">
      <form
        className="card stack"
        aria-label="Suppression"
        onSubmit={(e) => {
          e.preventDefault();
          void look();
        }}
      >
        <SuppressionForm draft={draft} change={edit} isNew={isNew} />
        {error !== null && <Failure error={error} />}
        {refused && (
          <div className="notice bad" role="alert">
            <div>
              <strong>Refused: it would hide true positives.</strong>
              <p>Scenarios prove these to be attacks. Make the suppression sharper.</p>
              <ul className="bullets">
                {refused.map((s) => (
                  <li key={s.scenario + s.rule}>
                    {s.scenario}: {s.rule}
                  </li>
                ))}
              </ul>
              <label className="check">
                <input type="checkbox" checked={force} onChange={(e) => setForce(e.target.checked)} /> Keep it all the same; the strategy will show it
              </label>
            </div>
          </div>
        )}
        <div className="buttons">
          <button disabled={busy || lacks !== null}>{busy ? "Looking …" : "Preview"}</button>
          <button type="button" className="primary" disabled={busy || preview === null || (refused !== null && !force)} onClick={() => void save()}>
            Keep
          </button>
          {!isNew && (
            <button type="button" className="danger" disabled={busy} onClick={() => void remove()}>
              Remove
            </button>
          )}
          <span className="dim" role="status">
            {lacks ?? (preview === null ? "Look at what it hides before you keep it." : "")}
          </span>
        </div>
      </form>
      <aside className="incident-side" aria-label="Preview">
        <SuppressionPreview preview={preview} />
      </aside>
    </div>
  );
}
