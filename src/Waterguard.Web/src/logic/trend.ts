import type { Level } from "../api/types";
import { levels } from "./levels";

export interface Trend {
  hours: string[];
  series: { level: Level; told: number[] }[];
  total: number;
  suppressed: number;
}

/** The last day by hours, also those in which nothing happened; levels that did not occur are left out. */
export function trendOf(points: readonly { from: string; level: Level; told: number; suppressed: number }[], at: string): Trend {
  const hour = 3_600_000;
  const last = Math.floor(Date.parse(at) / hour) * hour;
  const hours = Array.from({ length: 24 }, (_, i) => new Date(last - (23 - i) * hour).toISOString());
  const place = (from: string) => 23 - Math.round((last - Math.floor(Date.parse(from) / hour) * hour) / hour);
  const series = [...levels]
    .reverse()
    .map((level) => {
      const told = new Array<number>(24).fill(0);
      for (const point of points) {
        const i = place(point.from);
        if (point.level === level && i >= 0 && i < 24) told[i]! += point.told;
      }
      return { level, told };
    })
    .filter((s) => s.told.some((n) => n > 0));
  const sum = (of: "told" | "suppressed") => points.reduce((all, p) => all + p[of], 0);
  return { hours, series, total: sum("told"), suppressed: sum("suppressed") };
}
