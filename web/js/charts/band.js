// Forecasts hour by hour: a band for the interval, lines over it, what happened on top; tomorrow apart.
import uPlot from "../../vendor/uplot/uPlot.esm.js";
import { axes, baseline, hatch, mount, style } from "./base.js";
import { named, pointer } from "./pointer.js";

const STRIP = 4;
const FLOOR = 8;
const FONT = "system-ui, sans-serif";

/**
 * @param {HTMLElement} box
 * @param {object} options
 * @param {number[]} options.start seconds, with `end` beside it
 * @param {{lower: (number|null)[], upper: (number|null)[], colour: string}} options.area the interval
 * @param {{lower: (number|null)[], upper: (number|null)[]}} options.inner a narrower one within it
 * @param {{values: (number|null)[], colour: string, width?: number, dash?: number[]}[]} options.lines from the lowest up
 * @param {number[]} options.ticks of the y axis, which they span
 * @param {{from: number, to: number}} options.span what the x axis shows, seconds
 * @param {{from: number, to: number}[]} [options.strips] marked on the floor: forecasts made afterwards
 * @param {{from: number, to: number}[]} [options.holes] marked there too: where what happened is not known
 * @param {{at: number, label: string}} [options.now] where what happened ends
 * @param {{from: number, to: number, label: string}} [options.ahead] the day that stands apart: tomorrow
 * @param {{at: number, value: number, label: string, colour: string}} [options.peak] its highest hour
 * @param {number[]} options.midnights where vertical lines stand
 * @param {(from: number, to: number) => {at: number, label: string}[]} options.labels along the x axis, for what it shows
 * @param {(hour: number|null) => void} [options.pick] told which hour the cursor is in
 */
export function band(box, { start, end, area, inner = { lower: area.lower.map(() => null), upper: area.upper.map(() => null) }, lines, ticks, span, strips = [], holes = [], now, ahead, peak, midnights, labels, format, pick, height = 300 }) {
  // An hour's mean stands in the middle of its hour; the ends of the axis and what lies between two stretches hold none.
  const broken = (i) => i > 0 && start[i] > end[i - 1];
  const padded = (values) => [null, ...values.flatMap((value, i) => (broken(i) ? [null, value] : [value])), null];
  const middle = start.flatMap((from, i) => [...(broken(i) ? [(end[i - 1] + from) / 2] : []), (from + end[i]) / 2]);
  const data = [[span.from, ...middle, span.to], padded(area.lower), padded(area.upper), padded(inner.lower), padded(inner.upper), ...lines.map(({ values }) => padded(values))];
  const hand = pointer(box, { start, end, span, pick });
  const options = () => {
    const edge = { stroke: "transparent", width: 0, points: { show: false }, spanGaps: false };
    return {
      scales: { x: { time: false }, y: { range: () => [ticks[0], ticks.at(-1)] } },
      axes: axes({ ...named(labels), ticks, format }),
      bands: [[2, 1], [4, 3]].map((series) => ({ series, fill: `color-mix(in srgb, ${style(area.colour)} ${style("--band")}, transparent)` })),
      series: [{}, edge, edge, edge, edge, ...lines.map(({ colour, width = 1.5, dash }) => ({ stroke: style(colour), width, dash, points: { show: false }, spanGaps: false }))],
      cursor: hand.cursor,
      hooks: {
        ready: [hand.ready],
        setCursor: [hand.moved],
        drawAxes: [(u) => ground(u, { ahead, midnights })],
        draw: [(u) => {
          u.ctx.save();
          marks(u, { strips, holes, now, ahead, peak, colour: area.colour });
          baseline(u, ticks[0]);
          if (ticks[0] < 0) baseline(u);
          u.ctx.restore();
        }],
      },
    };
  };
  mount(box, height, options, data);
  hand.listen();
}

/** The place of an instant on the plot, held within it. */
const across = (u, at) => u.valToPos(Math.min(Math.max(at, u.scales.x.min), u.scales.x.max), "x", true);
const inside = (u, at) => at > u.scales.x.min && at < u.scales.x.max;

/** What lies under the curves: the day ahead and the midnights. */
function ground(u, { ahead, midnights }) {
  const pen = u.ctx;
  if (ahead) {
    pen.fillStyle = style("--slot");
    pen.fillRect(across(u, ahead.from), u.bbox.top, across(u, ahead.to) - across(u, ahead.from), u.bbox.height);
  }
  pen.fillStyle = style("--line");
  for (const at of midnights) if (inside(u, at)) pen.fillRect(Math.round(u.valToPos(at, "x", true)), u.bbox.top, Math.max(1, devicePixelRatio), u.bbox.height);
}

/** What lies over them: the floor marks, where what happened ends, the name of the day ahead and its peak. */
function marks(u, { strips, holes, now, ahead, peak, colour }) {
  const pen = u.ctx;
  const unit = devicePixelRatio;
  const { top, height } = u.bbox;
  const write = (text, at, y, weight = 400) => {
    pen.font = `${weight} ${12 * unit}px ${FONT}`;
    pen.textBaseline = "bottom";
    pen.textAlign = "center";
    const half = pen.measureText(text).width / 2;
    pen.fillText(text, Math.min(Math.max(at, u.bbox.left + half), u.bbox.left + u.bbox.width - half), y);
    return half;
  };
  pen.fillStyle = style(colour);
  for (const { from, to } of strips) pen.fillRect(across(u, from), top + height - STRIP * unit, across(u, to) - across(u, from), STRIP * unit);
  pen.fillStyle = hatch(pen, style("--secondary"));
  for (const { from, to } of holes) pen.fillRect(across(u, from), top + height - FLOOR * unit, across(u, to) - across(u, from), FLOOR * unit);
  if (now && inside(u, now.at)) {
    const x = Math.round(u.valToPos(now.at, "x", true));
    pen.strokeStyle = pen.fillStyle = style("--secondary");
    pen.lineWidth = unit;
    pen.setLineDash([2 * unit, 3 * unit]);
    pen.beginPath();
    pen.moveTo(x, top);
    pen.lineTo(x, top + height);
    pen.stroke();
    pen.setLineDash([]);
  }
  const text = style("--text");
  const apart = ahead && across(u, ahead.to) - across(u, ahead.from);
  let taken = 0;
  if (apart > 40 * unit) {
    pen.fillStyle = text;
    write(ahead.label, (across(u, ahead.from) + across(u, ahead.to)) / 2, top - 2 * unit, 600);
    taken = across(u, ahead.from);
  }
  if (now && inside(u, now.at)) {
    pen.fillStyle = style("--secondary");
    const x = u.valToPos(now.at, "x", true);
    pen.font = `${12 * unit}px ${FONT}`;
    // The hour gives way to the name of the day ahead where both do not fit.
    if (!taken || x + pen.measureText(now.label).width / 2 < taken) write(now.label, x, top - 2 * unit);
  }
  if (!peak || !inside(u, peak.at)) return;
  const [x, y] = [u.valToPos(peak.at, "x", true), u.valToPos(peak.value, "y", true)];
  pen.fillStyle = style("--card");
  pen.strokeStyle = style(peak.colour);
  pen.lineWidth = 2 * unit;
  pen.beginPath();
  pen.arc(x, y, 4 * unit, 0, 2 * Math.PI);
  pen.fill();
  pen.stroke();
  if (apart <= 40 * unit) return;
  // Written with an edge of the card's colour: lines and band pass behind it.
  pen.font = `600 ${12 * unit}px ${FONT}`;
  pen.strokeStyle = style("--card");
  pen.lineWidth = 3 * unit;
  pen.lineJoin = "round";
  pen.textAlign = "center";
  pen.textBaseline = "bottom";
  const half = pen.measureText(peak.label).width / 2;
  const at = Math.min(Math.max(x, u.bbox.left + half), u.bbox.left + u.bbox.width - half);
  const height12 = Math.max(y - 9 * unit, top + 14 * unit);
  pen.strokeText(peak.label, at, height12);
  pen.fillStyle = text;
  pen.fillText(peak.label, at, height12);
}
