import type { Page, Strategy, StrategySummary } from "../api/types";
import { Link } from "../app/router";
import { count } from "../logic/format";
import { topReasons, worstFirst } from "../logic/levels";
import { Empty, Read, useRead } from "./Async";
import { StateMark } from "./Marks";

/** Whether each strategy can do what it says, and what stands in its way most. */
export function StrategyBoard() {
  const query = useRead<Page<StrategySummary>>("strategies");
  return (
    <Read query={query} what="strategies">
      {(page) => (page.items.length === 0 ? <Empty title="No strategy is loaded" /> : worstFirst(page.items).map((s) => <One key={s.name} summary={s} />))}
    </Read>
  );
}

function One({ summary: s }: { summary: StrategySummary }) {
  const whole = useRead<Strategy>(`strategies/${s.name}`);
  const total = s.armed + s.degraded + s.blind;
  return (
    <article className="board">
      <header>
        <StateMark state={s.state} />
        <Link to={`/strategies/${s.name}`} className="grow">
          {s.title}
        </Link>
      </header>
      <StateBar armed={s.armed} degraded={s.degraded} blind={s.blind} />
      <p className="dim num">
        {count(total)} detections: {s.armed} armed, {s.degraded} degraded, {s.blind} blind
      </p>
      {whole.data && (
        <ul className="reasons">
          {topReasons(whole.data.detections, 3).map((r) => (
            <li key={r.text}>
              <span className="num">{r.count}×</span> {r.text}
            </li>
          ))}
        </ul>
      )}
    </article>
  );
}

/** Shares of armed, degraded and blind; the numbers beside it say the same. */
export function StateBar({ armed, degraded, blind }: { armed: number; degraded: number; blind: number }) {
  const total = Math.max(1, armed + degraded + blind);
  let x = 0;
  return (
    <svg className="state-bar" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
      {(
        [
          ["armed", armed],
          ["degraded", degraded],
          ["blind", blind],
        ] as const
      ).map(([name, n]) => {
        const rect = <rect key={name} x={x} y="0" width={(100 * n) / total} height="4" className={name} />;
        x += (100 * n) / total;
        return rect;
      })}
    </svg>
  );
}
