// How far forecasts were off: lines over hours or months, and who was nearer day by day.
import { baseline, ladder, rungs, style } from "./base.js";
import { slotted } from "./slots.js";

const SHARE = 0.62;
const DOT = 2.5;

/**
 * Lines from slot to slot, broken where there is no value.
 * @param {HTMLElement} box
 * @param {{slots: object[], lines: {values: (number|null)[], colour: string, width?: number, dash?: number[]}[],
 *   dots?: boolean, format: Function, pick?: Function, height?: number}} options `dots` mark each value
 */
export function profile(box, { slots, lines, dots = false, ...rest }) {
  const ticks = ladder(Math.max(0.5, ...lines.flatMap(({ values }) => values.map((value) => value ?? 0))));
  const paint = (u) => {
    const pen = u.ctx;
    const unit = devicePixelRatio;
    for (const { values, colour, width = 1.5, dash = [] } of lines) {
      const place = (i) => [u.valToPos(i + 0.5, "x", true), u.valToPos(values[i], "y", true)];
      pen.strokeStyle = pen.fillStyle = style(colour);
      pen.lineWidth = width * unit;
      pen.setLineDash(dash.map((length) => length * unit));
      pen.beginPath();
      values.forEach((value, i) => value !== null && (i > 0 && values[i - 1] !== null ? pen.lineTo(...place(i)) : pen.moveTo(...place(i))));
      pen.stroke();
      if (!dots) continue;
      pen.setLineDash([]);
      values.forEach((value, i) => {
        if (value === null) return;
        pen.beginPath();
        pen.arc(...place(i), DOT * unit, 0, 2 * Math.PI);
        pen.fill();
      });
    }
    pen.setLineDash([]);
    baseline(u);
  };
  slotted(box, { slots, ticks, paint, ...rest });
}

/**
 * Bars above zero where we were nearer, hollow ones below it where we were not.
 * @param {HTMLElement} box
 * @param {{slots: object[], values: (number|null)[], colour: string, format: Function, pick?: Function, height?: number}} options
 */
export function gains(box, { slots, values, colour, ...rest }) {
  const known = values.filter((value) => value !== null);
  const ticks = rungs(Math.min(-0.2, ...known), Math.max(0.2, ...known));
  const paint = (u) => {
    const pen = u.ctx;
    const unit = devicePixelRatio;
    const zero = Math.round(u.valToPos(0, "y", true));
    pen.fillStyle = pen.strokeStyle = style(colour);
    pen.lineWidth = unit;
    values.forEach((value, i) => {
      if (value === null) return;
      const left = Math.round(u.valToPos(i + (1 - SHARE) / 2, "x", true));
      const wide = Math.max(unit, Math.round(u.valToPos(i + (1 + SHARE) / 2, "x", true)) - left);
      const tall = Math.round(u.valToPos(value, "y", true)) - zero;
      if (value >= 0) { pen.fillRect(left, zero, wide, tall); return; }
      pen.globalAlpha = Number(style("--earlier"));
      pen.fillRect(left, zero, wide, tall);
      pen.globalAlpha = 1;
      pen.strokeRect(left + unit / 2, zero, Math.max(0, wide - unit), tall);
    });
    baseline(u);
  };
  slotted(box, { slots, ticks, paint, ...rest });
}
