import { change } from "../../api/client";
import type { Account, Page } from "../../api/types";
import { useSession } from "../../app/session";
import { roles } from "../../logic/levels";
import { Empty, Failure, useRead } from "../Async";
import { Field } from "../Field";
import { ListTable } from "../ListTable";
import { Tag, Time } from "../Marks";
import { useAct } from "./act";

export function Accounts() {
  const { me } = useSession();
  const query = useRead<Page<Account>>("accounts?limit=500");
  const { act, error } = useAct("accounts");
  const patch = (a: Account, body: unknown, said: string) => void act(() => change("PATCH", `accounts/${encodeURIComponent(a.name)}`, body, `"r${a.revision}-"`), said);
  return (
    <section className="card" aria-labelledby="accounts">
      <header className="card-head">
        <h2 id="accounts">Accounts</h2>
      </header>
      {error !== null && <Failure error={error} />}
      <ListTable
        query={query}
        what="accounts"
        heads={["Name", "Role", "Signs in", "Made", "Change"]}
        empty={<Empty title="There is no account" />}
        row={(a) => (
          <tr key={a.name}>
            <th scope="row">
              {a.name} {a.disabled && <Tag>disabled</Tag>}
              {a.full_name && <span className="sub dim">{a.full_name}</span>}
            </th>
            <td>
              <select aria-label={`Role of ${a.name}`} value={a.role} disabled={a.name === me.name} onChange={(e) => patch(a, { role: e.target.value }, `${a.name} is ${e.target.value} now.`)}>
                {roles.map((r) => (
                  <option key={r}>{r}</option>
                ))}
              </select>
            </td>
            <td>{a.local ? "with a password" : "by the provider"}</td>
            <td>
              <Time at={a.created} brief />
            </td>
            <td>
              {a.name !== me.name && (
                <span className="buttons">
                  <button type="button" onClick={() => patch(a, { disabled: !a.disabled }, a.disabled ? "Enabled." : "Disabled; its sessions have ended.")} aria-label={`${a.disabled ? "Enable" : "Disable"} ${a.name}`}>
                    {a.disabled ? "Enable" : "Disable"}
                  </button>
                  <button type="button" className="danger" aria-label={`Remove ${a.name}`} onClick={() => void act(() => change("DELETE", `accounts/${encodeURIComponent(a.name)}`, undefined, `"r${a.revision}-"`), "Removed.")}>
                    Remove
                  </button>
                </span>
              )}
            </td>
          </tr>
        )}
      />
      <form
        className="filters form-top"
        aria-label="New account"
        onSubmit={(e) => {
          e.preventDefault();
          const form = e.currentTarget;
          void act(() => change("POST", "accounts", Object.fromEntries(new FormData(form))), "The account is made.").then((done) => done && form.reset());
        }}
      >
        <Field label="Name">
          <input name="name" required autoComplete="off" />
        </Field>
        <Field label="Full name">
          <input name="full_name" autoComplete="off" />
        </Field>
        <Field label="Role">
          <select name="role">
            {roles.map((r) => (
              <option key={r}>{r}</option>
            ))}
          </select>
        </Field>
        <Field label="Password">
          <input name="password" type="password" required autoComplete="new-password" />
        </Field>
        <button>Make account</button>
      </form>
    </section>
  );
}
