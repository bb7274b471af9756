import { useState } from "react";
import { change } from "../api/client";
import type { Page, Silence, Suppression } from "../api/types";
import { Link, usePlace } from "../app/router";
import { useSession } from "../app/session";
import { count } from "../logic/format";
import { useAct } from "../parts/admin/act";
import { Empty, Failure, Read, useRead } from "../parts/Async";
import { Field } from "../parts/Field";
import { Tag, Time } from "../parts/Marks";

export default function Suppressions() {
  const { go } = usePlace();
  const { may } = useSession();
  const query = useRead<Page<Suppression>>("suppressions");
  return (
    <>
      <header className="page-head">
        <h1>Suppressions and silences</h1>
        {may("analyst") && (
          <span className="buttons">
            <button type="button" className="primary" onClick={() => go("/suppressions/new")}>
              New suppression
            </button>
          </span>
        )}
      </header>
      <section className="card flush" aria-labelledby="known">
        <header className="card-head">
          <h2 id="known">Suppressions</h2>
          <span className="dim">what is known to be benign; alerts under them are kept and marked</span>
        </header>
        <Read query={query} what="suppressions">
          {(page) =>
            page.items.length === 0 ? (
              <Empty title="There is none" />
            ) : (
              <div className="scroll" tabIndex={0} role="region" aria-label="Table of suppressions">
                <table>
                  <thead>
                    <tr>
                      <th>Name</th>
                      <th>Reason</th>
                      <th>Owner</th>
                      <th>Expires</th>
                      <th>State</th>
                      <th className="right">Hid</th>
                    </tr>
                  </thead>
                  <tbody>
                    {page.items.map((s) => (
                      <tr key={s.id}>
                        <th scope="row">
                          <Link to={`/suppressions/${s.id}`}>{s.id}</Link>
                          <span className="sub dim">{s.strategy}</span>
                        </th>
                        <td>{s.reason}</td>
                        <td>{s.owner}</td>
                        <td>
                          <Time at={s.expires} brief />
                        </td>
                        <td>
                          <span className={`health ${s.in_use ? "good" : "quiet"}`}>
                            <span aria-hidden="true">{s.in_use ? "●" : "○"}</span> {s.in_use ? "in use" : Date.parse(s.expires) < Date.now() ? "expired" : "not yet in use"}
                          </span>
                          {s.own && <Tag>own</Tag>}
                          {s.applied && <Tag title="A response has applied it">applied</Tag>}
                          {s.force && <Tag title="It hid true positives of scenarios when it was made">▲ forced</Tag>}
                        </td>
                        <td className="right num">{count(s.hits)}</td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </div>
            )
          }
        </Read>
      </section>
      <Silences />
    </>
  );
}

function Silences() {
  const { may } = useSession();
  const query = useRead<Page<Silence>>("silences?limit=200");
  const { act, error } = useAct("silences");
  const [edited, setEdited] = useState<string | null>(null);
  return (
    <section className="card" aria-labelledby="silences">
      <header className="card-head">
        <h2 id="silences">Silences</h2>
        <span className="dim">somebody does not want to hear of it for a time; nothing is hidden</span>
      </header>
      {error !== null && <Failure error={error} />}
      <Read query={query} what="silences">
        {(page) =>
          page.items.length === 0 ? (
            <Empty title="Nobody silences anything" />
          ) : (
            <ul className="plain-list">
              {page.items.map((s) => (
                <li key={s.id}>
                  <span className={`health ${s.in_force ? "good" : "quiet"}`}>
                    <span aria-hidden="true">{s.in_force ? "●" : "○"}</span> {s.in_force ? "in force" : "over"}
                  </span>
                  <span className="grow">
                    {s.matchers.map((m) => (
                      <Tag key={m.field + m.value}>
                        {m.field} = {m.value}
                      </Tag>
                    ))}
                    <span className="sub dim">
                      {s.reason}, {s.made_by}
                    </span>
                  </span>
                  <Time at={s.until} brief />
                  {may("analyst") && (
                    <button type="button" aria-expanded={edited === s.id} onClick={() => setEdited(edited === s.id ? null : s.id)} aria-label={`Change the silence of ${s.matchers.map((m) => m.value).join(", ")}`}>
                      Change
                    </button>
                  )}
                  {may("analyst") && (
                    <button type="button" onClick={() => void act(() => change("DELETE", `silences/${s.id}`, undefined, `"r${s.revision}-"`), "The silence is over.")} aria-label={`End the silence of ${s.matchers.map((m) => m.value).join(", ")}`}>
                      End
                    </button>
                  )}
                  {edited === s.id && (
                    <SilenceForm
                      name="Change silence"
                      silence={s}
                      make={(body) => act(() => change("PUT", `silences/${s.id}`, body, `"r${s.revision}-"`), "The silence is changed.").then((done) => (done && setEdited(null), done))}
                    />
                  )}
                </li>
              ))}
            </ul>
          )
        }
      </Read>
      {may("analyst") && (
        <details>
          <summary>New silence</summary>
          <SilenceForm name="New silence" make={(body) => act(() => change("POST", "silences", body), "The silence holds.")} />
        </details>
      )}
    </section>
  );
}

const fields = ["entity.pod", "entity.container", "entity.workload", "entity.image", "entity.identity", "entity.node", "entity.address", "entity.cluster", "entity.resource", "rule", "title", "level", "strategy"];

/** A silence to be made, or to be made another: of one with several matchers the first can be changed here, and the others stay. */
function SilenceForm({ name, silence, make }: { name: string; silence?: Silence; make: (body: unknown) => Promise<boolean> }) {
  const [first, ...others] = silence?.matchers ?? [];
  return (
    <form
      className="filters form-top"
      aria-label={name}
      onSubmit={(e) => {
        e.preventDefault();
        const form = e.currentTarget;
        const data = new FormData(form);
        const hours = Number(data.get("hours"));
        const until = hours > 0 ? new Date(Date.now() + hours * 3_600_000).toISOString() : silence!.until;
        void make({ matchers: [{ field: data.get("field"), value: data.get("value") }, ...others], until, reason: data.get("reason") }).then((done) => done && form.reset());
      }}
    >
      <Field label="Why">
        <input name="reason" required defaultValue={silence?.reason} />
      </Field>
      <Field label="Field">
        <select name="field" defaultValue={first?.field}>
          {fields.map((f) => (
            <option key={f}>{f}</option>
          ))}
        </select>
      </Field>
      <Field label="Is">
        <input name="value" required defaultValue={first?.value} />
      </Field>
      <Field label="For">
        <select name="hours">
          {silence?.in_force && <option value="0">as long as it is</option>}
          <option value="1">an hour</option>
          <option value="4">4 hours</option>
          <option value="24">a day</option>
          <option value="168">a week</option>
        </select>
      </Field>
      <button>{silence ? "Keep" : "Silence"}</button>
    </form>
  );
}
