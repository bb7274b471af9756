import { useState } from "react";
import { change } from "../../api/client";
import type { ApiKey, Page } from "../../api/types";
import { fromInput } from "../../logic/format";
import { Empty, Failure, useRead } from "../Async";
import { Copy } from "../Copy";
import { Field } from "../Field";
import { ListTable } from "../ListTable";
import { Tag, Time } from "../Marks";
import { useAct } from "./act";

export function Keys() {
  const query = useRead<Page<ApiKey>>("keys?limit=500");
  const { act, error } = useAct("keys");
  const [shown, setShown] = useState<ApiKey | null>(null);
  return (
    <section className="card" aria-labelledby="keys">
      <header className="card-head">
        <h2 id="keys">API keys</h2>
      </header>
      {error !== null && <Failure error={error} />}
      {shown?.key && (
        <div className="notice warn" role="alert">
          <strong>The key "{shown.label}", shown this once:</strong>
          <p className="pre">
            <code>{shown.key}</code>
          </p>
          <span className="buttons">
            <Copy text={() => shown.key!} name="the key" />
            <button type="button" onClick={() => setShown(null)}>
              I have kept it
            </button>
          </span>
        </div>
      )}
      <ListTable
        query={query}
        what="keys"
        heads={["Label", "May", "Expires", "Last used", "Made by", "Change"]}
        empty={<Empty title="There is no key">Programs show one to read the API, or to hand over records.</Empty>}
        row={(k) => (
          <tr key={k.id}>
            <th scope="row">{k.label}</th>
            <td>
              {k.scopes.map((s) => (
                <Tag key={s}>{s}</Tag>
              ))}
            </td>
            <td>{k.expires ? <Time at={k.expires} brief /> : "never"}</td>
            <td>{k.last_used ? <Time at={k.last_used} brief /> : <span className="dim">never</span>}</td>
            <td>{k.created_by}</td>
            <td>
              <span className="buttons">
                <button type="button" aria-label={`Rotate ${k.label}`} onClick={() => void act(async () => setShown((await change<ApiKey>("POST", `keys/${k.id}/rotate`, {}, `"r${k.revision}-"`)).value), "Rotated. The old secret goes on for a day.")}>
                  Rotate
                </button>
                <button type="button" className="danger" aria-label={`Remove ${k.label}`} onClick={() => void act(() => change("DELETE", `keys/${k.id}`, undefined, `"r${k.revision}-"`), "Removed.")}>
                  Remove
                </button>
              </span>
            </td>
          </tr>
        )}
      />
      <form
        className="filters form-top"
        aria-label="New key"
        onSubmit={(e) => {
          e.preventDefault();
          const form = e.currentTarget;
          const data = new FormData(form);
          const scopes = String(data.get("scopes")).split(/[\s,]+/).filter(Boolean);
          const expires = fromInput(String(data.get("expires"))) || null;
          void act(async () => setShown((await change<ApiKey>("POST", "keys", { label: data.get("label"), scopes, expires })).value), "The key is made.").then((done) => done && form.reset());
        }}
      >
        <Field label="Label">
          <input name="label" required />
        </Field>
        <Field label="Scopes">
          <input name="scopes" required list="scopes" placeholder="read, or ingest:kubernetes.audit" />
        </Field>
        <datalist id="scopes">
          {["read", "write", "respond", "admin", "ingest:*"].map((s) => (
            <option key={s} value={s} />
          ))}
        </datalist>
        <Field label="Expires (UTC)">
          <input name="expires" type="datetime-local" />
        </Field>
        <button>Make key</button>
      </form>
    </section>
  );
}
