// Whatever stands in slots of equal width: the axes, a cursor that holds one slot, by mouse or by keys.
import { axes, mount, shade } from "./base.js";
import { join, keys, lead } from "./cursor.js";

/**
 * @param {HTMLElement} box
 * @param {object} options
 * @param {{label: string, tick?: boolean, from?: number, to?: number}[]} options.slots with `from` and `to`, seconds,
 *   the cursor is shared with the other charts of the page
 * @param {number[]} options.ticks of the y axis, which they span
 * @param {(u: object) => void} options.paint draws what the slots hold
 * @param {(value: number) => string} options.format
 * @param {(slot: number|null) => void} [options.pick] told which slot the cursor is over
 */
export function slotted(box, { slots, ticks, paint, format, height = 236, pick }) {
  let plot = null;
  let current = null;
  const move = (i) => plot?.setCursor({ left: i === null ? -10 : plot.valToPos(i + 0.5, "x"), top: i === null ? -10 : 1 });
  const options = () => {
    const at = slots.map((_, i) => i + 0.5).filter((_, i) => slots[i].tick !== false);
    let place = () => {};
    return {
      scales: { x: { time: false, range: () => [0, slots.length] }, y: { range: () => [ticks[0], ticks.at(-1)] } },
      axes: axes({ splits: () => at, labels: (_, shown) => shown.map((x) => slots[Math.floor(x)].label), ticks, format }),
      series: [{}, { paths: () => null, points: { show: false } }],
      cursor: { x: false, y: false, points: { show: false }, drag: { x: false, y: false } },
      hooks: {
        ready: [(u) => { plot = u; place = shade(u); place(null); }],
        setCursor: [(u) => {
          const i = u.cursor.left >= 0 ? Math.floor(u.posToVal(u.cursor.left, "x")) : -1;
          const inside = i >= 0 && i < slots.length;
          current = inside ? i : null;
          place(current, i + 1);
          pick?.(current);
          lead(box, inside ? (slots[i].from + slots[i].to) / 2 : null);
        }],
        draw: [(u) => { u.ctx.save(); paint(u); u.ctx.restore(); }],
      },
    };
  };
  mount(box, height, options, [slots.map((_, i) => i + 0.5), slots.map(() => null)]);
  keys(box, { count: slots.length, at: () => current, move });
  if (slots[0]?.from === undefined) return;
  join(box, (instant) => {
    const i = instant === null ? -1 : slots.findIndex((slot) => slot.from <= instant && instant < slot.to);
    move(i < 0 ? null : i);
  });
}
