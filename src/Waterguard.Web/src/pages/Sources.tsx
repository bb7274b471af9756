import type { Page } from "../api/types";
import { count } from "../logic/format";
import { Empty, Read, useRead } from "../parts/Async";
import { CanaryTable } from "../parts/CanaryTable";
import { Time } from "../parts/Marks";
import { SourceTable } from "../parts/SourceTable";

export default function Sources() {
  const telemetry = useRead<Page<{ source: string; events: number; last: string | null }>>("telemetry", { every: 30_000 });
  return (
    <>
      <header className="page-head">
        <h1>Sources</h1>
        <p className="dim">Received = stored + duplicate + rejected + dropped, for each input since the start.</p>
      </header>
      <section className="card flush" aria-labelledby="inputs">
        <header className="card-head">
          <h2 id="inputs">Inputs</h2>
        </header>
        <SourceTable />
      </section>
      <section className="card flush" aria-labelledby="canaries">
        <header className="card-head">
          <h2 id="canaries">Canaries</h2>
          <span className="dim">markers that must come out in time, or the source is not whole</span>
        </header>
        <CanaryTable />
      </section>
      <section className="card flush" aria-labelledby="heard">
        <header className="card-head">
          <h2 id="heard">Heard of in the last day</h2>
          <span className="dim">what strategies rest on; what they miss is in their reasons</span>
        </header>
        <Read query={telemetry} what="telemetry">
          {(page) =>
            page.items.length === 0 ? (
              <Empty title="Nothing was heard of yet">The service looks about once a minute.</Empty>
            ) : (
              <table>
                <thead>
                  <tr>
                    <th>Source</th>
                    <th className="right">Events</th>
                    <th>Last event</th>
                  </tr>
                </thead>
                <tbody>
                  {page.items.map((t) => (
                    <tr key={t.source}>
                      <th scope="row">{t.source}</th>
                      <td className="right num">{count(t.events)}</td>
                      <td>
                        <Time at={t.last} />
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            )
          }
        </Read>
      </section>
    </>
  );
}
