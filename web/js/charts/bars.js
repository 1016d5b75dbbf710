// Bars of now in front of bars of then, in slots of equal width.
import { baseline, dotted, hatch, ladder, paired, style } from "./base.js";
import { slotted } from "./slots.js";

const THEN = 0.76;
const NOW = 0.48;
const ALONE = 0.62;

/**
 * @param {HTMLElement} box
 * @param {object} options
 * @param {{label: string, tick?: boolean, now?: number|null, then?: number|null, incomplete?: boolean,
 *   thenIncomplete?: boolean, mark?: number|null, caption?: string, from?: number, to?: number}[]} options.slots with
 *   `from` and `to`, seconds, the cursor is shared with the other charts of the page
 * @param {{values: (number|null)[], colour: string, format: Function}} [options.line] dotted over the bars, on its own
 *   axis to the right; broken where there is no value
 * @param {string} options.colour the custom property of the thing's colour
 * @param {(value: number) => string} options.format
 * @param {(slot: number|null) => void} [options.pick] told which slot the cursor is over
 */
export function bars(box, { slots, line, colour, format, height, pick }) {
  const ticks = ladder(Math.max(0.2, ...slots.flatMap((slot) => [slot.now ?? 0, slot.then ?? 0])));
  const paint = (u) => {
    const tones = { ink: style(colour), solid: style(`${colour}-bar`) || style(colour), card: style("--card"), text: style("--text"), pale: Number(style("--earlier")) };
    slots.forEach((slot, i) => drawSlot(u, slot, i, slots, tones));
    baseline(u);
    if (line) dotted(u.ctx, line.values.map((value, i) => (value === null ? null : [u.valToPos(i + 0.5, "x", true), u.valToPos(value, "z", true)])), line.colour);
  };
  const right = line && { ticks: paired(Math.max(1, ...line.values.map((value) => value ?? 0)), ticks.length - 1), format: line.format };
  slotted(box, { slots, ticks, right, paint, format, height, pick });
}

function drawSlot(u, slot, i, slots, { ink, solid, card, text, pale }) {
  const pen = u.ctx;
  const unit = devicePixelRatio;
  const x = (value) => u.valToPos(value, "x", true);
  const y = (value) => u.valToPos(value, "y", true);
  const bar = (value, share, fill, { alpha = 1, outline = 0, strength = 1 } = {}) => {
    const left = Math.round(x(i + (1 - share) / 2));
    const width = Math.max(unit, Math.round(x(i + (1 + share) / 2)) - left);
    const top = Math.round(y(value));
    const tall = Math.round(y(0)) - top;
    pen.globalAlpha = alpha;
    pen.fillStyle = fill;
    pen.fillRect(left, top, width, tall);
    pen.globalAlpha = strength;
    if (outline && width > 3 * unit) {
      pen.strokeStyle = ink;
      pen.lineWidth = outline * unit;
      pen.strokeRect(left + pen.lineWidth / 2, top + pen.lineWidth / 2, width - pen.lineWidth, tall);
    }
    pen.globalAlpha = 1;
  };
  if (slot.then) {
    bar(slot.then, THEN, card);
    if (slot.thenIncomplete) bar(slot.then, THEN, hatch(pen, ink), { alpha: 0.5, outline: 1, strength: 0.75 });
    else bar(slot.then, THEN, ink, { alpha: pale, outline: 1, strength: 0.75 });
  }
  if (slot.now) {
    const share = slot.mark !== undefined ? THEN : slots.some((other) => other.then) ? NOW : ALONE;
    bar(slot.now, share, card);
    if (slot.incomplete) bar(slot.now, share, hatch(pen, ink), { outline: 1.5 });
    else bar(slot.now, share, solid);
  }
  if (slot.mark) {
    pen.fillStyle = ink;
    pen.fillRect(x(i + 0.06), Math.round(y(slot.mark) - unit), x(i + 0.94) - x(i + 0.06), 2 * unit);
  }
  if (slot.caption) {
    pen.fillStyle = text;
    pen.font = `${slot.incomplete ? 600 : 400} ${12 * unit}px system-ui, sans-serif`;
    pen.textAlign = "center";
    pen.textBaseline = "bottom";
    pen.fillText(slot.caption, x(i + 0.5), y(Math.max(slot.then ?? 0, slot.now ?? 0)) - 4 * unit);
  }
}
