import { BarChart } from "echarts/charts";
import { GridComponent, TooltipComponent } from "echarts/components";
import * as echarts from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";
import { useEffect, useRef } from "react";
import type { Trend } from "../logic/trend";
import { useTheme } from "../app/theme";

echarts.use([BarChart, GridComponent, TooltipComponent, CanvasRenderer]);

/** Alerts by hour and level. The tooltip is drawn, not made of elements: the content policy lets no style in. */
export default function TrendChart({ trend }: { trend: Trend }) {
  const ref = useRef<HTMLDivElement>(null);
  const theme = useTheme();
  useEffect(() => {
    const element = ref.current!;
    const chart = echarts.init(element, undefined, { renderer: "canvas" });
    const color = (name: string) => getComputedStyle(element).getPropertyValue(name).trim();
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    chart.setOption({
      animation: !calm,
      animationDuration: 300,
      grid: { left: 4, right: 4, top: 10, bottom: 4, containLabel: true },
      tooltip: {
        trigger: "axis",
        renderMode: "richText",
        axisPointer: { type: "shadow", shadowStyle: { color: color("--hover") } },
        backgroundColor: color("--raised"),
        borderColor: color("--line"),
        textStyle: { color: color("--text"), fontSize: 12 },
      },
      xAxis: { type: "category", data: trend.hours.map((h) => h.slice(11, 16)), axisLine: { lineStyle: { color: color("--line") } }, axisTick: { show: false }, axisLabel: { color: color("--dim"), fontSize: 11, interval: 3 } },
      yAxis: { type: "value", minInterval: 1, splitLine: { lineStyle: { color: color("--line") } }, axisLabel: { color: color("--dim"), fontSize: 11 } },
      series: trend.series.map((s) => ({ name: s.level, type: "bar", stack: "all", data: s.told, itemStyle: { color: color(`--level-${s.level}`) }, barCategoryGap: "25%" })),
    });
    const watcher = new ResizeObserver(() => chart.resize());
    watcher.observe(element);
    return () => {
      watcher.disconnect();
      chart.dispose();
    };
  }, [trend, theme]);
  const spoken = `Alerts of the last 24 hours: ${trend.total}. ` + trend.series.map((s) => `${s.level} ${s.told.reduce((a, b) => a + b, 0)}`).join(", ");
  return <div ref={ref} className="chart" role="img" aria-label={spoken} />;
}
