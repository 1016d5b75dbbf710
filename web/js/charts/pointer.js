// The cursor of a curve in time: which interval it is in, by mouse, by keys or where another chart has its own.
import { join, keys, lead } from "./cursor.js";
import { reveal, wheel } from "./zoom.js";

/**
 * @param {HTMLElement} box
 * @param {object} options
 * @param {number[]} options.start seconds, with `end` beside it
 * @param {{from: number, to: number}} options.span what the x axis shows, seconds
 * @param {(interval: number|null) => void} [options.pick] told which interval the cursor is in
 * @returns {{cursor: object, ready: Function, moved: Function, listen: () => void}} a plot's cursor, its hooks `ready`
 *   and `setCursor`, and what is to be called once the plot is in its box
 */
export function pointer(box, { start, end, span, pick }) {
  let plot = null;
  let current = null;
  // Where intervals are narrower than a pixel, a place alone does not say which one is meant.
  let meant = null;
  const middle = (i) => (start[i] + end[i]) / 2;
  const move = (i) => {
    if (!plot) return;
    meant = i;
    if (i === null) plot.setCursor({ left: -10, top: -10 });
    else {
      reveal(plot, start[i], end[i], span);
      plot.setCursor({ left: plot.valToPos(middle(i), "x"), top: 1 });
    }
    meant = null;
  };
  const under = (at) => {
    const i = start.findLastIndex((from) => from <= at);
    return i >= 0 && at < end[i] ? i : null;
  };
  return {
    cursor: { y: false, points: { show: false }, drag: { x: true, y: false } },
    ready: (u) => { plot = u; wheel(u, span); },
    moved: (u) => {
      const at = u.cursor.left < 0 ? null : u.posToVal(u.cursor.left, "x");
      current = at === null ? null : meant ?? under(at);
      pick?.(current);
      lead(box, current === null ? at : middle(current));
    },
    listen: () => {
      keys(box, { count: start.length, at: () => current, move });
      join(box, (instant) => move(instant === null ? null : under(instant)));
    },
  };
}

/** What the x axis says, as `axes` wants it, from the labels for what is shown. */
export function named(labels) {
  let shown = [];
  return {
    splits: (u, _, from, to) => {
      shown = labels(from, to).filter(({ at }) => at >= from && at <= to);
      return shown.map(({ at }) => at);
    },
    labels: (_, at) => at.map((one) => shown.find((label) => label.at === one)?.label ?? ""),
  };
}
