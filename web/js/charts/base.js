// What every chart shares: colours of the page, axes, hatch, and a life no longer than its box.
import uPlot from "../../vendor/uplot/uPlot.esm.js";

const FONT = "12px system-ui, sans-serif";
const HATCH_TILE = 6;

/** The value of a custom property now, light or dark. */
export const style = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

const charts = new Map();

/** Charts whose box left the page are let go: uPlot listens on the window until it is destroyed. */
function prune() {
  for (const [box, chart] of charts) {
    if (box.isConnected) continue;
    chart.end();
    charts.delete(box);
  }
}

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  prune();
  for (const chart of charts.values()) chart.draw();
});

/** Keeps a chart in `box`, as wide as it; drawn again when the width or the colours change. */
export function mount(box, height, options, data) {
  prune();
  let plot = null;
  let width = 0;
  const tall = () => (document.fullscreenElement?.contains(box) ? Math.max(height, innerHeight - 140) : height);
  const draw = () => {
    plot?.destroy();
    width = Math.max(200, box.clientWidth);
    plot = new uPlot({ width, height: tall(), legend: { show: false }, padding: [18, 8, 0, 0], pxAlign: 1, ...options(width) }, data, box);
  };
  const watch = new ResizeObserver(() => {
    if (box.isConnected && Math.max(200, box.clientWidth) !== width) draw();
  });
  watch.observe(box);
  charts.set(box, { draw, end: () => { watch.disconnect(); plot?.destroy(); } });
}

/** A range from zero with four to six equal steps of a round size: the last step, and the ticks. */
export function ladder(most) {
  const rough = Math.max(most, 1e-9) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 4, 5, 10].map((factor) => factor * power).find((size) => size * 6 >= most && most / size <= 5.0001) ?? 10 * power;
  const count = Math.max(2, Math.ceil(most / step - 1e-9));
  return Array.from({ length: count + 1 }, (_, i) => Number((i * step).toPrecision(10)));
}

/** Four to six equal steps of a round size that hold two values; they need not begin at zero. */
export function rungs(low, high) {
  const rough = Math.max(high - low, 1e-9) / 6;
  const power = 10 ** Math.floor(Math.log10(rough));
  for (const factor of [1, 2, 2.5, 4, 5, 10, 20]) {
    const [first, last] = [Math.floor(low / (factor * power) + 1e-9), Math.ceil(high / (factor * power) - 1e-9)];
    if (last - first <= 6) return Array.from({ length: Math.max(1, last - first) + 1 }, (_, i) => Number(((first + i) * factor * power).toPrecision(10)));
  }
  return [low, high];
}

/** Horizontal lines only; `labels` of the x axis stand where `splits` says. */
export function axes({ splits, labels, ticks, format }) {
  const base = { stroke: style("--secondary"), font: FONT, ticks: { show: false }, space: 1 };
  const longest = Math.max(...ticks.map((tick) => format(tick).length));
  return [
    { ...base, grid: { show: false }, splits, values: labels, size: 28, gap: 6 },
    { ...base, grid: { stroke: style("--line"), width: 1 }, splits: () => ticks, values: (_, at) => at.map(format), size: 16 + 7 * Math.max(2, longest), gap: 6 },
  ];
}

/** The pattern of what will still change. */
export function hatch(pen, colour) {
  const scale = devicePixelRatio;
  const tile = document.createElement("canvas");
  tile.width = tile.height = HATCH_TILE * scale;
  const inner = tile.getContext("2d");
  inner.scale(scale, scale);
  inner.strokeStyle = colour;
  inner.lineWidth = 1.5;
  inner.beginPath();
  for (const offset of [-HATCH_TILE, 0, HATCH_TILE]) {
    inner.moveTo(offset - 1, HATCH_TILE + 1);
    inner.lineTo(offset + HATCH_TILE + 1, -1);
  }
  inner.stroke();
  return pen.createPattern(tile, "repeat");
}

/** The line all bars and curves stand on, drawn last. */
export function baseline(u, value = 0) {
  u.ctx.fillStyle = style("--secondary");
  u.ctx.fillRect(u.bbox.left, Math.round(u.valToPos(value, "y", true)), u.bbox.width, Math.max(1, Math.round(devicePixelRatio)));
}

/** A shade over the plot that follows the cursor; returns how to put it at a span of x, or nowhere. */
export function shade(u) {
  const mark = document.createElement("div");
  mark.className = "slot";
  u.over.prepend(mark);
  return (from, to) => {
    mark.hidden = from === null;
    if (from === null) return;
    mark.style.left = `${u.valToPos(from, "x")}px`;
    mark.style.width = `${u.valToPos(to, "x") - u.valToPos(from, "x")}px`;
  };
}
