import { useState } from "react";
import type { AuditEntry, Page } from "../../api/types";
import { plural } from "../../logic/format";
import { Empty, Read, useRead } from "../Async";
import { Json } from "../Json";
import { ListTable } from "../ListTable";
import { Time } from "../Marks";
import { Pager } from "../Pager";

interface Check {
  entries: number;
  broken_at: number | null;
  what: string | null;
  head: string;
}

export function AuditLog() {
  const [cursors, setCursors] = useState<string[]>([]);
  const [checks, setChecks] = useState(false);
  const cursor = cursors.at(-1);
  const query = useRead<Page<AuditEntry>>(`audit?limit=50${cursor ? `&cursor=${cursor}` : ""}`, { keep: true });
  const check = useRead<Check>(checks ? "audit/check" : null);
  return (
    <section className="card" aria-labelledby="audit">
      <header className="card-head">
        <h2 id="audit">Audit log</h2>
        <button type="button" onClick={() => (checks ? void check.refetch() : setChecks(true))}>
          Check it
        </button>
      </header>
      {checks && (
        <Read query={check} what="the check">
          {(c) => (
            <p className={c.broken_at === null ? "notice" : "notice bad"} role="status">
              {c.broken_at === null ? `Whole: ${plural(c.entries, "entry", "entries")}, each chained to the one before. Head ${c.head.slice(0, 16)}.` : `Broken at entry ${c.broken_at}: ${c.what}`}
            </p>
          )}
        </Read>
      )}
      <ListTable
        query={query}
        what="the audit log"
        heads={["#›", "Time", "Who", "Action", "Subject", "From"]}
        empty={<Empty title="Nothing was changed yet" />}
        row={(a) => (
          <tr key={a.sequence}>
            <td className="right num dim">{a.sequence}</td>
            <td>
              <Time at={a.time} />
            </td>
            <th scope="row">
              {a.actor || <span className="dim">nobody</span>}
              <span className="sub dim">{a.role}</span>
            </th>
            <td>
              {a.action}
              {a.detail !== null && (
                <details>
                  <summary>Detail</summary>
                  <Json value={a.detail} name={`entry ${a.sequence}`} />
                </details>
              )}
            </td>
            <td className="break">{a.subject}</td>
            <td className="num">{a.address}</td>
          </tr>
        )}
      />
      <Pager what="the audit log" cursors={cursors} set={setCursors} next={query.data?.next} />
    </section>
  );
}
