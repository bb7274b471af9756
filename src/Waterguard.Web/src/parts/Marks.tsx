import { useSyncExternalStore } from "react";
import type { Level, State } from "../api/types";
import { relative, utc } from "../logic/format";

const bars: Record<Level, number> = { informational: 0, low: 1, medium: 2, high: 3, critical: 4 };

/** A level by colour, by the number of its bars, and by its word. */
export function LevelMark({ level }: { level: Level }) {
  return (
    <span className={`level ${level}`}>
      <svg viewBox="0 0 16 12" width="16" height="12" aria-hidden="true">
        {[0, 1, 2, 3].map((i) => (
          <rect key={i} x={i * 4} y={9 - i * 3} width="3" height={3 + i * 3} rx="0.5" className={i < bars[level] ? "on" : "off"} />
        ))}
      </svg>
      {level}
    </span>
  );
}

const glyphs: Record<State, string> = { ARMED: "●", DEGRADED: "◐", BLIND: "○" };

export function StateMark({ state }: { state: State | null }) {
  return state === null ? (
    <span className="state unknown">… unknown</span>
  ) : (
    <span className={`state ${state.toLowerCase()}`}>
      <span aria-hidden="true">{glyphs[state]}</span> {state}
    </span>
  );
}

let now = Date.now();
const watching = new Set<() => void>();
let ticking: number | undefined;

/** The time, once every ten seconds for all who show it. */
export function useNow(): number {
  return useSyncExternalStore(
    (w) => {
      watching.add(w);
      ticking ??= window.setInterval(() => {
        now = Date.now();
        watching.forEach((one) => one());
      }, 10_000);
      return () => void watching.delete(w);
    },
    () => now,
  );
}

/** A time in UTC, with how long ago it was. */
export function Time({ at, brief }: { at: string | null | undefined; brief?: boolean }) {
  const current = useNow();
  if (!at) return <span className="dim">–</span>;
  return (
    <time dateTime={at} title={utc(at)} className="num">
      {brief ? relative(at, current) : utc(at)}
      {!brief && <span className="dim"> {relative(at, current)}</span>}
    </time>
  );
}

export function Risk({ value }: { value: number }) {
  return (
    <span className="risk num" title={`Risk ${value} of 100`}>
      <meter min={0} max={100} low={40} high={70} optimum={0} value={value} aria-hidden="true" /> {value}
    </span>
  );
}

export function Tag({ children, title }: { children: React.ReactNode; title?: string }) {
  return (
    <span className="tag" title={title}>
      {children}
    </span>
  );
}
