import { useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { change, setCsrf } from "../api/client";
import type { Me, OpenSession, Page } from "../api/types";
import { useSession } from "../app/session";
import { announce } from "../parts/Announcer";
import { useAct } from "../parts/admin/act";
import { Failure, Read, useRead } from "../parts/Async";
import { Field } from "../parts/Field";
import { Tag, Time } from "../parts/Marks";

const rights: Record<string, string> = {
  viewer: "You may look at everything but accounts, keys and the audit log.",
  analyst: "You may look, work on incidents, make suppressions and silences, and run scenarios.",
  responder: "You may do what analysts do, and act on what is running.",
  admin: "You may do everything.",
};

export default function MePage() {
  const { me, signOut } = useSession();
  const client = useQueryClient();
  const [error, setError] = useState<unknown>(null);
  const submit = async (e: FormEvent<HTMLFormElement>) => {
    e.preventDefault();
    const form = e.currentTarget;
    const data = new FormData(form);
    setError(null);
    try {
      const { value } = await change<Me>("POST", "me/password", { old: data.get("old"), new: data.get("new") }, "*");
      setCsrf(value.csrf);
      client.setQueryData(["me"], value);
      form.reset();
      announce("The password is changed. All other sessions have ended.");
    } catch (problem) {
      setError(problem);
    }
  };
  return (
    <>
      <header className="page-head">
        <h1>My account</h1>
      </header>
      <div className="pair">
        <section className="card" aria-labelledby="i">
          <header className="card-head">
            <h2 id="i">{me.full_name || me.name}</h2>
            <span className="role">{me.role}</span>
          </header>
          <p>{rights[me.role ?? ""]}</p>
          <p className="hint">Signed in {me.local ? "with a local account" : "by your organisation"}. A session ends after 12 hours without use, and after 7 days in any case.</p>
          <div className="buttons form-top">
            <button type="button" onClick={() => void signOut().catch(setError)}>
              Sign out
            </button>
          </div>
          <p className="hint form-top">
            <a href="/licences.txt">Licences</a> of what this page is made of, and the <a href="/api/v1/openapi.json">API</a> beneath it.
          </p>
        </section>
        {me.local && (
          <section className="card" aria-labelledby="password">
            <header className="card-head">
              <h2 id="password">Password</h2>
            </header>
            <form className="stack" onSubmit={(e) => void submit(e)}>
              <input type="text" name="username" autoComplete="username" value={me.name} readOnly hidden aria-label="Name" />
              <Field label="Old password">
                <input name="old" type="password" autoComplete="current-password" required />
              </Field>
              <Field label="New password" hint="All sessions of the account end; this one begins anew.">
                <input name="new" type="password" autoComplete="new-password" required />
              </Field>
              {error !== null && <Failure error={error} />}
              <button>Change password</button>
            </form>
          </section>
        )}
      </div>
      <OpenSessions />
    </>
  );
}

/** Where one is signed in. */
function OpenSessions() {
  const query = useRead<Page<OpenSession>>("me/sessions");
  const { act, error } = useAct("me/sessions");
  return (
    <section className="card" aria-labelledby="sessions">
      <header className="card-head">
        <h2 id="sessions">Sessions</h2>
        <span className="dim">where you are signed in</span>
      </header>
      {error !== null && <Failure error={error} />}
      <Read query={query} what="sessions">
        {(page) => (
          <ul className="plain-list">
            {page.items.map((s) => (
              <li key={s.id}>
                <span className="grow">
                  from {s.address}
                  <span className="sub dim">
                    since <Time at={s.opened} />, last used <Time at={s.used} brief />
                  </span>
                </span>
                {s.current ? (
                  <Tag>this one</Tag>
                ) : (
                  <button type="button" aria-label={`End the session from ${s.address} of ${s.opened}`} onClick={() => void act(() => change("DELETE", `me/sessions/${s.id}`), "The session has ended.")}>
                    End
                  </button>
                )}
              </li>
            ))}
          </ul>
        )}
      </Read>
    </section>
  );
}
