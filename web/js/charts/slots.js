// Whatever stands in slots of equal width: the axes, a cursor that holds one slot, by mouse or by keys.
import { axes, mount, shade } from "./base.js";
import { join, keys, lead } from "./cursor.js";

/** A line of the plot that is drawn by `paint`. */
const NOTHING = { paths: () => null, points: { show: false } };

/**
 * @param {HTMLElement} box
 * @param {object} options
 * @param {{label: string, tick?: boolean, from?: number, to?: number}[]} options.slots with `from` and `to`, seconds,
 *   the cursor is shared with the other charts of the page
 * @param {{at: number, label: string}[]} [options.labels] where the x axis has other labels than those of the slots; `at`
 *   counts slots and may lie between two
 * @param {number[]} options.ticks of the y axis, which they span
 * @param {{ticks: number[], format: Function}} [options.right] a second axis, of scale "z", with as many ticks
 * @param {(u: object) => void} options.paint draws what the slots hold
 * @param {(value: number) => string} options.format
 * @param {(slot: number|null) => void} [options.pick] told which slot the cursor is over
 */
export function slotted(box, { slots, labels, ticks, right, paint, format, height = 236, pick }) {
  let plot = null;
  let current = null;
  const move = (i) => plot?.setCursor({ left: i === null ? -10 : plot.valToPos(i + 0.5, "x"), top: i === null ? -10 : 1 });
  const options = () => {
    const named = labels ?? slots.map(({ label, tick }, i) => ({ at: i + 0.5, label, tick })).filter(({ tick }) => tick !== false);
    let place = () => {};
    return {
      scales: { x: { time: false, range: () => [0, slots.length] }, y: { range: () => [ticks[0], ticks.at(-1)] }, ...(right && { z: { range: () => [right.ticks[0], right.ticks.at(-1)] } }) },
      ...(right && { padding: [18, 0, 0, 0] }),
      axes: axes({ splits: () => named.map(({ at }) => at), labels: () => named.map(({ label }) => label), ticks, format, right }),
      series: [{}, NOTHING, ...(right ? [{ ...NOTHING, scale: "z" }] : [])],
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
  const none = slots.map(() => null);
  mount(box, height, options, [slots.map((_, i) => i + 0.5), none, ...(right ? [none] : [])]);
  keys(box, { count: slots.length, at: () => current, move });
  if (slots[0]?.from === undefined) return;
  join(box, (instant) => {
    const i = instant === null ? -1 : slots.findIndex((slot) => slot.from <= instant && instant < slot.to);
    move(i < 0 ? null : i);
  });
}
