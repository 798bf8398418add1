// An indicator over time, drawn from the same numbers as the table beneath it. Without script the table is all there is.
import { LineChart } from "echarts/charts";
import { AriaComponent, GridComponent } from "echarts/components";
import { init, use, type EChartsCoreOption, type EChartsType } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

use([LineChart, GridComponent, AriaComponent, SVGRenderer]);

interface Point {
  end: string;
  rate: number | null;
  low?: number;
  mean?: number;
  high?: number;
}

const dark = matchMedia("(prefers-color-scheme: dark)");
const paper = matchMedia("print");

function start(): void {
  for (const box of document.querySelectorAll<HTMLElement>("[data-chart]")) draw(box);
}

function draw(box: HTMLElement): void {
  const points = JSON.parse(box.dataset.chart ?? "[]") as Point[];
  if (!points.some((one) => one.rate !== null)) return;
  box.hidden = false;
  const chart = init(box, null, { renderer: "svg" });
  const show = (): void => {
    chart.setOption(optionsOf(box, points), true);
    chart.getZr().flush(); // paper does not wait for the next frame
  };
  show();
  name(box);
  for (const one of [dark, paper]) one.addEventListener("change", show);
  addEventListener("beforeprint", () => fit(chart));
  addEventListener("afterprint", () => fit(chart));
  new MutationObserver(show).observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
  new ResizeObserver(() => fit(chart)).observe(box);
}

// Its words for those who do not see it; the numbers are in the table.
function name(box: HTMLElement): void {
  box.setAttribute("role", "img");
  box.setAttribute("aria-label", box.dataset.label ?? "");
}

function fit(chart: EChartsType): void {
  chart.resize();
}

function optionsOf(box: HTMLElement, points: Point[]): EChartsCoreOption {
  const of = getComputedStyle(box);
  const colour = (token: string): string => of.getPropertyValue(token).trim();
  const text = { color: colour("--ink2"), fontSize: 12, fontFamily: of.fontFamily };
  const limit = (key: "low" | "mean" | "high"): object => ({
    type: "line",
    name: box.dataset[`word${key[0].toUpperCase()}${key.slice(1)}`],
    data: points.map((one) => one[key] ?? null),
    showSymbol: false,
    silent: true,
    connectNulls: false,
    lineStyle: { type: "dashed", width: key === "mean" ? 1.5 : 1, color: colour("--line2") },
    endLabel: { show: true, formatter: "{a}", ...text },
  });
  return {
    animation: false,
    grid: { left: 44, right: 84, top: 16, bottom: 32 },
    xAxis: {
      type: "category",
      data: points.map((one) => one.end),
      axisLabel: text,
      axisLine: { lineStyle: { color: colour("--line2") } },
    },
    yAxis: {
      type: "value",
      min: 0,
      max: 100,
      axisLabel: { ...text, formatter: "{value}%" },
      splitLine: { lineStyle: { color: colour("--line") } },
    },
    series: [
      limit("low"),
      limit("mean"),
      limit("high"),
      {
        type: "line",
        name: box.dataset.wordRate,
        data: points.map((one) => one.rate),
        symbol: "circle",
        symbolSize: 8,
        silent: true,
        connectNulls: false,
        lineStyle: { width: 2.5, color: colour("--brand") },
        itemStyle: { color: colour("--brand") },
      },
    ],
  };
}

start();
