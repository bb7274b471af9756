import { useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { change, setCsrf } from "../api/client";
import type { Me } from "../api/types";
import { Failure, Read, useRead } from "../parts/Async";
import { Field } from "../parts/Field";
import { ThemeSwitch } from "../app/theme";

interface Ways {
  local: boolean;
  openid: boolean;
  first_run: boolean;
}

export function SignIn() {
  const ways = useRead<Ways>("sign-in");
  return (
    <main className="door">
      <div className="door-card">
        <header>
          <img src="/icon.svg" alt="" width="36" height="36" />
          <h1>Waterguard</h1>
          <span className="grow" />
          <ThemeSwitch />
        </header>
        <Read query={ways} what="the ways to sign in">
          {(found) => (found.first_run ? <Setup /> : <Local openid={found.openid} />)}
        </Read>
      </div>
      <p className="dim door-foot">Who uses containers to get past monitoring is found here.</p>
    </main>
  );
}

function useDoor(path: string) {
  const client = useQueryClient();
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const enter = async (e: FormEvent<HTMLFormElement>) => {
    e.preventDefault();
    const body = Object.fromEntries(new FormData(e.currentTarget));
    setBusy(true);
    setError(null);
    try {
      const { value } = await change<Me>("POST", path, body);
      setCsrf(value.csrf);
      client.setQueryData(["me"], value);
    } catch (problem) {
      setError(problem);
    } finally {
      setBusy(false);
    }
  };
  return { enter, error, busy };
}

function Local({ openid }: { openid: boolean }) {
  const { enter, error, busy } = useDoor("sessions");
  return (
    <>
      {openid && (
        <>
          <a className="button primary full" href={`/api/v1/openid/start?return=${encodeURIComponent(location.pathname + location.search)}`}>
            Sign in with your organisation
          </a>
          <p className="or">or with a local account</p>
        </>
      )}
      <form onSubmit={(e) => void enter(e)} aria-label="Sign in">
        <Field label="Name">
          <input name="name" autoComplete="username" required autoFocus />
        </Field>
        <Field label="Password">
          <input name="password" type="password" autoComplete="current-password" required />
        </Field>
        {error !== null && <Failure error={error} />}
        <button className={openid ? "full" : "primary full"} disabled={busy}>
          {busy ? "Signing in …" : "Sign in"}
        </button>
      </form>
    </>
  );
}

function Setup() {
  const { enter, error, busy } = useDoor("setup");
  return (
    <form onSubmit={(e) => void enter(e)} aria-label="First run">
      <p>Nobody has an account yet. Make the first administrator.</p>
      <Field label="Token of the first run" hint="The service wrote it to its log, and to first-run-token in its data folder.">
        <input name="token" required autoFocus autoComplete="off" spellCheck={false} />
      </Field>
      <Field label="Name">
        <input name="name" autoComplete="username" required />
      </Field>
      <Field label="Password" hint="A long passphrase is best.">
        <input name="password" type="password" autoComplete="new-password" required />
      </Field>
      {error !== null && <Failure error={error} />}
      <button className="primary full" disabled={busy}>
        {busy ? "Making the account …" : "Make the account"}
      </button>
    </form>
  );
}
