// uPlot in the dashboard's style: bars on slots, the load curve on time.
import uPlot from "../vendor/uplot/uPlot.esm.js";
import { h } from "./dom.js";

const style = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const FONT = "12px system-ui, sans-serif";

function axes(values, splits, format) {
  const line = { stroke: style("--line"), width: 1 };
  const base = { stroke: style("--secondary"), font: FONT, ticks: { show: false } };
  return [
    { ...base, grid: { show: false }, splits, values, space: 1, size: 28 },
    { ...base, grid: line, size: 50, values: (_, ticks) => ticks.map(format), space: 44 },
  ];
}

/** Puts a chart in `box`, as wide as it; drawn again when the width or the colours change. */
function mount(box, height, options, data) {
  let chart = null;
  const draw = () => {
    chart?.destroy();
    const width = Math.max(240, box.clientWidth);
    chart = new uPlot({ width, height, legend: { show: false }, padding: [8, 8, 0, 0], ...options() }, data, box);
  };
  new ResizeObserver(() => (chart ? chart.setSize({ width: Math.max(240, box.clientWidth), height }) : draw())).observe(box);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
}

function hatch(context, colour) {
  const tile = document.createElement("canvas");
  tile.width = tile.height = 6;
  const pen = tile.getContext("2d");
  pen.strokeStyle = colour;
  pen.lineWidth = 1.5;
  pen.beginPath();
  pen.moveTo(-1, 7);
  pen.lineTo(7, -1);
  pen.stroke();
  return context.createPattern(tile, "repeat");
}

/**
 * Bars of now in front of bars of then.
 * @param {{label: string, now: number|null, then: number|null, incomplete?: boolean, mark?: number|null}[]} slots
 */
export function bars(box, { slots, colour, format, height = 236, pick }) {
  const most = Math.max(1, ...slots.flatMap((slot) => [slot.now ?? 0, slot.then ?? 0]));
  const every = Math.ceil(slots.length / Math.max(4, Math.floor((box.clientWidth || 600) / 44)));
  const options = () => {
    const [ink, card, secondary, slotColour] = [style(colour), style("--card"), style("--secondary"), style("--slot")];
    const alpha = Number(style("--earlier"));
    return {
      scales: { x: { time: false, range: () => [0, slots.length] }, y: { range: () => [0, most * 1.08] } },
      axes: axes((_, at) => at.map((x) => slots[Math.floor(x)]?.label ?? ""), () => slots.map((_, i) => i + 0.5).filter((_, i) => i % every === 0), format),
      series: [{}, { show: true, paths: () => null, points: { show: false } }],
      cursor: { y: false, points: { show: false }, drag: { x: false, y: false } },
      hooks: {
        setCursor: [(u) => {
          const at = u.cursor.left >= 0 ? Math.floor(u.posToVal(u.cursor.left, "x")) : -1;
          pick?.(at >= 0 && at < slots.length ? at : null);
        }],
        draw: [(u) => {
          const pen = u.ctx;
          const x = (value) => u.valToPos(value, "x", true);
          const y = (value) => u.valToPos(value, "y", true);
          const bar = (i, value, share, fill, stroke, opacity = 1) => {
            const left = Math.round(x(i + (1 - share) / 2));
            const width = Math.max(1, Math.round(x(i + (1 + share) / 2)) - left);
            const top = Math.round(y(value));
            pen.globalAlpha = opacity;
            pen.fillStyle = fill;
            pen.fillRect(left, top, width, Math.round(y(0)) - top);
            pen.globalAlpha = stroke ? 0.75 : 1;
            if (stroke) {
              pen.strokeStyle = stroke;
              pen.lineWidth = devicePixelRatio;
              pen.strokeRect(left + 0.5, top + 0.5, width - 1, Math.round(y(0)) - top);
            }
            pen.globalAlpha = 1;
          };
          pen.save();
          slots.forEach((slot, i) => {
            if (slot.then) {
              bar(i, slot.then, 0.76, card, null);
              bar(i, slot.then, 0.76, ink, ink, alpha);
            }
            if (slot.now) {
              const share = slots.some((other) => other.then) ? 0.48 : 0.62;
              if (slot.incomplete) {
                bar(i, slot.now, share, card, null);
                bar(i, slot.now, share, hatch(pen, ink), ink);
              } else bar(i, slot.now, share, ink, null);
            }
            if (slot.mark) {
              pen.fillStyle = ink;
              pen.fillRect(x(i + 0.08), y(slot.mark) - devicePixelRatio, x(i + 0.92) - x(i + 0.08), 2 * devicePixelRatio);
            }
          });
          pen.fillStyle = secondary;
          pen.fillRect(u.bbox.left, y(0), u.bbox.width, devicePixelRatio);
          pen.restore();
          void slotColour;
        }],
      },
    };
  };
  mount(box, height, options, [slots.map((_, i) => i + 0.5), slots.map((slot) => slot.now)]);
}

/** A load curve: held over each interval, broken where nothing was measured. */
export function curve(box, { start, end, value, colour, format, label, days, pick, height = 264 }) {
  const [x, y] = [[], []];
  start.forEach((at, i) => {
    if (i > 0 && start[i] > end[i - 1]) { x.push(end[i - 1]); y.push(null); }
    x.push(at); y.push(value[i]);
  });
  if (start.length) { x.push(end.at(-1)); y.push(value.at(-1)); }
  const options = () => {
    const ink = style(colour);
    return {
      scales: { x: { time: false }, y: { range: (_, __, most) => [0, (most || 1) * 1.08] } },
      axes: axes((_, at) => at.map(label), () => days, format),
      series: [{}, { stroke: ink, width: 1.5, fill: `color-mix(in srgb, ${ink} 12%, transparent)`, paths: uPlot.paths.stepped({ align: 1 }), points: { show: false }, spanGaps: false }],
      cursor: { y: false, points: { show: false }, drag: { x: true, y: false } },
      hooks: { setCursor: [(u) => pick?.(u.cursor.idx ?? null, x, y)] },
    };
  };
  mount(box, height, options, [x, y]);
}

/** The same data in a table. */
export function dataTable(titles, rows) {
  return h("div.scroll", null, h("table", null,
    h("thead", null, h("tr", null, titles.map((title, i) => h(i ? "th.n" : "th", { scope: "col" }, title)))),
    h("tbody", null, rows.map((row) => h("tr", null, row.map((cell, i) => h(i ? "td.n" : "td", null, cell)))))));
}
