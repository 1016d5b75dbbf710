// The same month of several years side by side, the newest in full colour; or a month beside what a model expects.
import { baseline, hatch, ladder, style } from "./base.js";
import { slotted } from "./slots.js";

const FONT = "system-ui, sans-serif";
/** How strong the colour of a year is, from the newest back; the older ones are outlined. */
const GRADES = [1, 0.62, 0.36, 0.16];
const GROUP = 0.84;
/** Where the bar of a month stands in its slot, and where its model's mark does. */
const BAR = [0.14, 0.6];
const MARK = 0.76;
const CAP = 4;

const tonesOf = (colour) => ({ ink: style(colour), solid: style(`${colour}-bar`) || style(colour), card: style("--card"), text: style("--text") });

/** A bar from zero; hatched where it will still change. */
function bar(u, { left, right, value, incomplete, grade = 1 }, { ink, solid, card }) {
  const pen = u.ctx;
  const unit = devicePixelRatio;
  const x = Math.round(u.valToPos(left, "x", true));
  const wide = Math.max(unit, Math.round(u.valToPos(right, "x", true)) - x);
  const top = Math.round(u.valToPos(value, "y", true));
  const tall = Math.round(u.valToPos(0, "y", true)) - top;
  pen.fillStyle = card;
  pen.fillRect(x, top, wide, tall);
  pen.globalAlpha = incomplete ? 1 : grade;
  pen.fillStyle = incomplete ? hatch(pen, ink) : grade < 1 ? ink : solid;
  pen.fillRect(x, top, wide, tall);
  pen.globalAlpha = 1;
  if ((!incomplete && grade === 1) || wide <= 3 * unit) return;
  pen.strokeStyle = ink;
  pen.lineWidth = (incomplete ? 1.5 : 1) * unit;
  pen.globalAlpha = incomplete ? 1 : 0.75;
  pen.strokeRect(x + pen.lineWidth / 2, top + pen.lineWidth / 2, wide - pen.lineWidth, tall);
  pen.globalAlpha = 1;
}

/**
 * @param {HTMLElement} box
 * @param {{slots: {label: string, bars: {value: number|null, incomplete: boolean}[]}[], colour: string, format: Function,
 *   pick?: Function, height?: number}} options `bars` of a slot from the oldest year to the newest; a null is a gap
 */
export function groups(box, { slots, colour, ...rest }) {
  const ticks = ladder(Math.max(0.2, ...slots.flatMap((slot) => slot.bars.map(({ value }) => value ?? 0))));
  const paint = (u) => {
    const tones = tonesOf(colour);
    slots.forEach(({ bars }, i) => bars.forEach(({ value, incomplete }, place) => {
      if (value === null) return;
      const wide = GROUP / bars.length;
      const left = i + (1 - GROUP) / 2 + place * wide;
      bar(u, { left, right: left + wide * 0.92, value, incomplete, grade: GRADES[bars.length - 1 - place] }, tones);
    }));
    baseline(u);
  };
  slotted(box, { slots, ticks, paint, ...rest });
}

/**
 * @param {HTMLElement} box
 * @param {{slots: {label: string, actual: number|null, incomplete: boolean, predicted: number|null, lower: number|null,
 *   upper: number|null, caption: string|null}[], colour: string, format: Function, pick?: Function, height?: number}}
 *   options `caption` stands over a bar outside its interval
 */
export function expected(box, { slots, colour, ...rest }) {
  const known = slots.flatMap(({ actual, predicted, upper }) => [actual, predicted, upper]).filter((value) => value != null);
  const ticks = ladder(Math.max(0.2, ...known));
  const paint = (u) => {
    const tones = tonesOf(colour);
    slots.forEach(({ actual, incomplete }, i) => actual !== null && bar(u, { left: i + BAR[0], right: i + BAR[1], value: actual, incomplete }, tones));
    const pen = u.ctx;
    pen.strokeStyle = pen.fillStyle = tones.text;
    slots.forEach((slot, i) => slot.predicted !== null && whisker(u, i + MARK, slot));
    captions(u, slots);
    baseline(u);
  };
  slotted(box, { slots, ticks, paint, ...rest });
}

/** What a model expects, with its interval. */
function whisker(u, at, { predicted, lower, upper }) {
  const pen = u.ctx;
  const unit = devicePixelRatio;
  const x = Math.round(u.valToPos(at, "x", true));
  const y = (value) => Math.round(u.valToPos(Math.max(0, value), "y", true));
  const slot = u.valToPos(1, "x", true) - u.valToPos(0, "x", true);
  const cap = Math.min(CAP * unit, slot * 0.2);
  pen.lineWidth = 1.5 * unit;
  if (lower !== null && upper !== null) {
    pen.beginPath();
    pen.moveTo(x, y(lower));
    pen.lineTo(x, y(upper));
    for (const end of [lower, upper]) { pen.moveTo(x - cap, y(end)); pen.lineTo(x + cap, y(end)); }
    pen.stroke();
  }
  const half = Math.min(6 * unit, slot * 0.24);
  pen.fillRect(x - half, y(predicted) - 1.25 * unit, 2 * half, 2.5 * unit);
}

/** By how much bars are outside, where there is room to say so. */
function captions(u, slots) {
  const pen = u.ctx;
  const unit = devicePixelRatio;
  pen.font = `600 ${12 * unit}px ${FONT}`;
  pen.textAlign = "center";
  pen.textBaseline = "bottom";
  // Written with an edge of the card's colour: whiskers pass behind it.
  pen.strokeStyle = style("--card");
  pen.lineJoin = "round";
  pen.lineWidth = 3 * unit;
  let last = { end: -Infinity, y: 0 };
  slots.forEach(({ caption, actual, upper }, i) => {
    if (!caption) return;
    const half = pen.measureText(caption).width / 2;
    const x = Math.max(u.bbox.left + half, Math.min(u.bbox.left + u.bbox.width - half, u.valToPos(i + (BAR[0] + MARK) / 2, "x", true)));
    const y = u.valToPos(Math.max(actual, upper ?? 0), "y", true) - 5 * unit;
    if (x - half < last.end && Math.abs(y - last.y) < 14 * unit) return;
    pen.strokeText(caption, x, y);
    pen.fillText(caption, x, y);
    last = { end: x + half + 4 * unit, y };
  });
}
