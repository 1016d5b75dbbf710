// What every chart shares: colours of the page, axes, hatch, and a life no longer than its box.
import uPlot from "../../vendor/uplot/uPlot.esm.js";

export { ladder, paired, rungs } from "./scale.js";

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

/** Horizontal lines only; `labels` of the x axis stand where `splits` says, `right` is a second axis of y. */
export function axes({ splits, labels, ticks, format, right }) {
  const base = { stroke: style("--secondary"), font: FONT, ticks: { show: false }, space: 1 };
  const width = (all, write) => 16 + 7 * Math.max(2, ...all.map((tick) => write(tick).length));
  return [
    { ...base, grid: { show: false }, splits, values: labels, size: 28, gap: 6 },
    { ...base, grid: { stroke: style("--line"), width: 1 }, splits: () => ticks, values: (_, at) => at.map(format), size: width(ticks, format), gap: 6 },
    ...(right ? [{ ...base, scale: "z", side: 1, grid: { show: false }, splits: () => right.ticks, values: (_, at) => at.map(right.format), size: width(right.ticks, right.format), gap: 6 }] : []),
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

/** A dotted line over a halo of the card's colour, so that it is seen on bars too; broken where a place is null. */
export function dotted(pen, places, colour) {
  const unit = devicePixelRatio;
  const trace = () => {
    pen.beginPath();
    places.forEach((place, i) => place && (places[i - 1] ? pen.lineTo(...place) : pen.moveTo(...place)));
    // A place between two holes is a dot of its own.
    places.forEach((place, i) => place && !places[i - 1] && !places[i + 1] && pen.lineTo(place[0] + 0.1, place[1]));
    pen.stroke();
  };
  pen.lineCap = pen.lineJoin = "round";
  pen.strokeStyle = style("--card");
  pen.globalAlpha = 0.75;
  pen.lineWidth = 4.5 * unit;
  trace();
  pen.globalAlpha = 1;
  pen.strokeStyle = style(colour);
  pen.lineWidth = 2.5 * unit;
  pen.setLineDash([0.1, 5 * unit]);
  trace();
  pen.setLineDash([]);
  pen.lineCap = "butt";
}
