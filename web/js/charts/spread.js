// How values spread: a histogram with its median, and boxes with their whiskers and what lies beyond.
import { baseline, ladder, rungs, style } from "./base.js";
import { slotted } from "./slots.js";

const FONT = "12px system-ui, sans-serif";
const STRONG = 0.62;
const BOX = 0.46;
const RADIUS = 3;

/**
 * @param {HTMLElement} box
 * @param {{edges: number[], counts: number[], median: number|null, name: string, colour: string, write: Function,
 *   format: Function, pick?: Function, height?: number}} options `name` of the median; `write` puts a value on the x axis
 */
export function histogram(box, { edges, counts, median, name, colour, write, ...rest }) {
  const [low, high] = [edges[0], edges.at(-1)];
  const place = (value) => (high > low ? ((value - low) / (high - low)) * counts.length : counts.length / 2);
  const labels = rungs(low, high).filter((value) => value >= low && value <= high).map((value) => ({ at: place(value), label: write(value) }));
  const paint = (u) => {
    const pen = u.ctx;
    const unit = devicePixelRatio;
    pen.fillStyle = style(`${colour}-bar`) || style(colour);
    pen.globalAlpha = STRONG;
    counts.forEach((count, i) => {
      if (!count) return;
      const left = Math.round(u.valToPos(i, "x", true));
      const top = Math.round(u.valToPos(count, "y", true));
      pen.fillRect(left, top, Math.max(unit, Math.round(u.valToPos(i + 1, "x", true)) - left - unit), Math.round(u.valToPos(0, "y", true)) - top);
    });
    pen.globalAlpha = 1;
    baseline(u);
    if (median === null) return;
    const x = Math.round(u.valToPos(place(median), "x", true));
    pen.fillStyle = style("--text");
    pen.fillRect(x - unit, u.bbox.top, 2 * unit, u.bbox.height);
    pen.font = FONT.replace("12px", `${12 * unit}px`);
    pen.textBaseline = "top";
    const right = x + pen.measureText(name).width + 8 * unit < u.bbox.left + u.bbox.width;
    pen.textAlign = right ? "left" : "right";
    pen.fillText(name, x + (right ? 6 : -6) * unit, u.bbox.top + 2 * unit);
  };
  slotted(box, { slots: counts.map(() => ({ label: "" })), labels, ticks: ladder(Math.max(4, ...counts)), paint, ...rest });
}

/**
 * @param {HTMLElement} box
 * @param {{slots: {label: string, box: {lower_whisker: number, q1: number, median: number, q3: number, upper_whisker:
 *   number, outliers: number[]}|null}[], colour: string, format: Function, pick?: Function, height?: number}} options
 *   a slot without a box is a gap
 */
export function boxes(box, { slots, colour, ...rest }) {
  const known = slots.flatMap(({ box: one }) => (one ? [one.lower_whisker, one.upper_whisker, ...one.outliers] : []));
  const [low, high] = [Math.min(...known), Math.max(...known)];
  // From zero where nothing is below it and zero is not far.
  const ticks = !known.length ? [0, 1] : low >= 0 && low < high / 2 ? ladder(high) : rungs(low, high);
  const paint = (u) => {
    const ink = style(colour);
    slots.forEach(({ box: one }, i) => one && drawBox(u, i, one, ink));
    baseline(u, Math.max(ticks[0], Math.min(0, ticks.at(-1))));
  };
  slotted(box, { slots, ticks, paint, ...rest });
}

function drawBox(u, i, { lower_whisker: lower, q1, median, q3, upper_whisker: upper, outliers }, ink) {
  const pen = u.ctx;
  const unit = devicePixelRatio;
  const y = (value) => Math.round(u.valToPos(value, "y", true));
  const middle = u.valToPos(i + 0.5, "x", true);
  const wide = Math.max(4 * unit, Math.min(44 * unit, (u.valToPos(i + 1, "x", true) - u.valToPos(i, "x", true)) * BOX));
  const left = Math.round(middle - wide / 2);
  pen.strokeStyle = pen.fillStyle = ink;
  pen.lineWidth = 1.5 * unit;
  pen.beginPath();
  for (const [from, to] of [[lower, q1], [q3, upper]]) { pen.moveTo(middle, y(from)); pen.lineTo(middle, y(to)); }
  pen.stroke();
  pen.globalAlpha = 0.2;
  pen.fillRect(left, y(q3), wide, y(q1) - y(q3));
  pen.globalAlpha = 1;
  pen.lineWidth = unit;
  pen.strokeRect(left + unit / 2, y(q3) + unit / 2, wide - unit, Math.max(unit, y(q1) - y(q3) - unit));
  for (const value of outliers) {
    pen.beginPath();
    pen.arc(middle, y(value), RADIUS * unit, 0, 2 * Math.PI);
    pen.stroke();
  }
  pen.fillStyle = style("--text");
  pen.fillRect(left, y(median) - unit, wide, 2 * unit);
}
