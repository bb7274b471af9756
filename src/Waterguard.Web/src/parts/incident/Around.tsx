import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { get } from "../../api/client";
import { languages, merged, type Found } from "../../logic/around";
import { bytes, count, plural, shortened } from "../../logic/format";
import { Empty, Failure, Read } from "../Async";
import { Copy } from "../Copy";
import { Json } from "../Json";
import { Time } from "../Marks";

interface Looked {
  files: number;
  bytes: number;
  unreadable: number;
  cut: boolean;
  kept: boolean;
  from: string;
  to: string;
  arrived_until: string;
}

interface Whole extends Looked {
  names: { kind: string; name: string }[];
  names_left_out: number;
  shortened: boolean;
  timeline: { time: string; what: string; alert: string }[];
  queries: { language: string; text: string; names_left_out: number }[];
  gaps: { source: string; from: string; to: string }[];
}

interface Page extends Looked {
  items: Found[];
  next: string | null;
}

// Reading the archive costs something: it is read when somebody asks, and not again at each alert.
const once = { staleTime: Infinity, refetchOnWindowFocus: false };

/** What else happened from an hour before the incident to an hour after: in the archive, in other stores, and where nobody was told of anything. */
export function Around({ path, show }: { path: string; show: (alert: string) => void }) {
  const [isAsked, setAsked] = useState(false);
  return (
    <section className="card" aria-labelledby="around">
      <header className="card-head">
        <h2 id="around">What else happened</h2>
        <span className="dim">an hour before to an hour after</span>
      </header>
      {isAsked ? (
        <Look path={path} show={show} />
      ) : (
        <p>
          <button type="button" onClick={() => setAsked(true)}>
            Look in the archive
          </button>
        </p>
      )}
    </section>
  );
}

function Look({ path, show }: { path: string; show: (alert: string) => void }) {
  const whole = useQuery({ queryKey: ["around", path], queryFn: ({ signal }) => get<Whole>(`${path}/investigation`, signal), ...once });
  return (
    <Read query={whole} what="what else happened">
      {(w) => (
        <>
          <p className="dim">
            <Time at={w.from} /> to <Time at={w.to} />. Asked for {plural(w.names.length, "name")}
            {w.names_left_out > 0 && `, ${count(w.names_left_out)} left out`}
            {w.shortened && "; only the first seven days"}.
          </p>
          <Gaps whole={w} />
          <Records path={path} whole={w} show={show} />
          <Questions queries={w.queries} />
        </>
      )}
    </Read>
  );
}

function Gaps({ whole: w }: { whole: Whole }) {
  if (w.gaps.length === 0) return null;
  return (
    <details>
      <summary>
        {plural(w.gaps.length, "silence")} of ten minutes and more{w.cut && "; not all of the archive was read, so that some may be none"}
      </summary>
      <ul className="bullets">
        {w.gaps.map((g) => (
          <li key={g.source + g.from}>
            {g.source}: nothing from <Time at={g.from} /> to <Time at={g.to} />
          </li>
        ))}
      </ul>
    </details>
  );
}

function Records({ path, whole: w, show }: { path: string; whole: Whole; show: (alert: string) => void }) {
  const pages = useInfiniteQuery({
    queryKey: ["around", path, "events"],
    queryFn: ({ pageParam, signal }) => get<Page>(`${path}/events?limit=100${pageParam ? `&cursor=${encodeURIComponent(pageParam)}` : ""}`, signal),
    initialPageParam: "",
    getNextPageParam: (last) => last.next ?? undefined,
    ...once,
  });
  if (pages.isError && !pages.data) return <Failure error={pages.error} again={() => void pages.refetch()} />;
  if (!pages.data) return <p role="status">Looking through the archive …</p>;
  const found = pages.data.pages.flatMap((p) => p.items);
  const read = pages.data.pages.reduce((sum, p) => sum + p.bytes, 0);
  const unreadable = pages.data.pages.reduce((sum, p) => sum + p.unreadable, 0);
  return (
    <>
      <p className="dim" role="status">
        {plural(found.length, "record")} in {bytes(read)}
        {unreadable > 0 && `; ${count(unreadable)} files could not be read`}
      </p>
      {found.length === 0 && <Empty title="The archive has nothing more">{w.kept ? "Records come there about fifteen seconds after they were received." : "The configuration keeps no archive."}</Empty>}
      <ol className="story">
        {merged(w.timeline, found).map((step, n) => (
          <li key={n}>
            <time className="num" dateTime={step.time} title={step.time}>
              {step.time.slice(11, 19)}
            </time>
            {step.found ? (
              <details className="story-step">
                <summary>{shortened(step.what)}</summary>
                <Json value={step.found.raw} name={`the record of ${step.time}`} />
              </details>
            ) : (
              <button type="button" className="story-step" title="Show the evidence" onClick={() => show(step.alert!)}>
                {shortened(step.what)}
              </button>
            )}
          </li>
        ))}
      </ol>
      {pages.isError && <Failure error={pages.error} again={() => void pages.fetchNextPage()} />}
      {pages.hasNextPage && (
        <button type="button" disabled={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
          {pages.isFetchingNextPage ? "Looking …" : "More records"}
        </button>
      )}
    </>
  );
}

function Questions({ queries }: { queries: Whole["queries"] }) {
  return (
    <>
      {queries.map((q) => (
        <details key={q.language}>
          <summary>
            The same question in {languages[q.language] ?? q.language}
            {q.names_left_out > 0 && <span className="dim"> ({plural(q.names_left_out, "name")} cannot be asked for)</span>}
          </summary>
          <div className="json">
            <Copy text={() => q.text} name={`the question in ${languages[q.language] ?? q.language}`} />
            <pre className="break">{q.text}</pre>
          </div>
        </details>
      ))}
    </>
  );
}
