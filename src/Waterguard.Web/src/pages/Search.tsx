import { useState } from "react";
import { usePlace } from "../app/router";
import { read, since, write } from "../logic/filters";
import { bytes, count, plural } from "../logic/format";
import { Empty, Read, useRead } from "../parts/Async";
import { Field } from "../parts/Field";
import { Json } from "../parts/Json";
import { Time } from "../parts/Marks";

const names = ["text", "source", "since"] as const;

interface Found {
  items: { source: string; hour: string; file: string; line: number; raw: unknown }[];
  files: number;
  bytes: number;
  unreadable: number;
  cut: boolean;
  kept: boolean;
}

/** Searches what was received, as it was received. */
export default function Search() {
  const { search, go } = usePlace();
  const asked = read(search, names);
  const [typed, setTyped] = useState(asked);
  const [opened] = useState(() => Date.now());
  const params = new URLSearchParams({ limit: "100", since: since(asked.since ?? "24h", opened) });
  if (asked.text) params.set("text", asked.text);
  if (asked.source) params.set("source", asked.source);
  const query = useRead<Found>(asked.text || asked.source ? `archive?${params.toString()}` : null);
  return (
    <>
      <header className="page-head">
        <h1>Search</h1>
        <p className="dim">In the archive of records; secrets are hashes there too. Case matters.</p>
      </header>
      <form
        className="filters"
        role="search"
        aria-label="Search the archive"
        onSubmit={(e) => {
          e.preventDefault();
          go("/search" + write(typed, names), { replace: true });
        }}
      >
        <Field label="Text">
          <input type="search" data-search value={typed.text ?? ""} onChange={(e) => setTyped({ ...typed, text: e.target.value })} placeholder="A name, an id, an address …" />
        </Field>
        <Field label="Source">
          <input value={typed.source ?? ""} onChange={(e) => setTyped({ ...typed, source: e.target.value })} placeholder="any" />
        </Field>
        <Field label="Came since">
          <select value={typed.since ?? "24h"} onChange={(e) => setTyped({ ...typed, since: e.target.value })}>
            <option value="1h">an hour ago</option>
            <option value="24h">a day ago</option>
            <option value="7d">a week ago</option>
            <option value="30d">30 days ago</option>
          </select>
        </Field>
        <button className="primary">Search</button>
      </form>
      {!asked.text && !asked.source ? (
        <Empty title="What are you looking for?">An id, an address, an image, a name. Records come here about fifteen seconds after they were received.</Empty>
      ) : (
        <Read query={query} what="records">
          {(found) => (
            <>
              <p className="dim" role="status">
                {plural(found.items.length, "record")}; looked through {plural(found.files, "file")}, {bytes(found.bytes)}
                {found.cut && "; there may be more: say more, or ask for less time"}
                {found.unreadable > 0 && `; ${count(found.unreadable)} could not be read`}
              </p>
              {found.items.length === 0 ? (
                <Empty title="Nothing was found">{found.kept ? "It is written as the sender wrote it: try a part of it." : "The configuration keeps no archive."}</Empty>
              ) : (
                <ul className="hits">
                  {found.items.map((hit) => (
                    <li key={hit.file + hit.line} className="card">
                      <p>
                        <strong>{hit.source}</strong>{" "}
                        <span className="dim">
                          came in the hour of <Time at={hit.hour} />
                        </span>
                      </p>
                      <Json value={hit.raw} name={`record ${hit.line}`} />
                    </li>
                  ))}
                </ul>
              )}
            </>
          )}
        </Read>
      )}
    </>
  );
}
