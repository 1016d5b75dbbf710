// A load curve: held over each interval, broken where nothing was measured, with a mark on the floor there.
import uPlot from "../../vendor/uplot/uPlot.esm.js";
import { axes, baseline, hatch, ladder, mount, style } from "./base.js";
import { named, pointer } from "./pointer.js";

const FLOOR = 8;
const GUESSED = ["estimated", "filled"];

/**
 * @param {HTMLElement} box
 * @param {object} options
 * @param {number[]} options.start seconds, with `end`, `value` (null for none) and `quality` beside it
 * @param {{from: number, to: number}} options.span what the x axis shows, seconds
 * @param {{from: number, to: number}[]} options.gaps where nothing was measured, and it was expected
 * @param {(from: number, to: number) => {at: number, label: string}[]} options.labels along the x axis, for what it shows
 * @param {number[]} options.lines where vertical lines stand: local midnights
 * @param {(point: number|null) => void} [options.pick] told which interval the cursor is in
 */
export function curve(box, { start, end, value, quality, span, gaps, labels, lines, colour, format, pick, height = 264 }) {
  const [x, y] = [[span.from], [null]];
  start.forEach((at, i) => {
    if (i > 0 && at > end[i - 1]) { x.push(end[i - 1]); y.push(null); }
    if (at > x.at(-1)) { x.push(at); y.push(value[i]); } else y[y.length - 1] = value[i];
  });
  if (start.length && end.at(-1) <= span.to) { x.push(end.at(-1)); y.push(value.at(-1)); }
  if (span.to > x.at(-1)) { x.push(span.to); y.push(null); }
  const ticks = ladder(Math.max(0.5, ...value.filter((one) => one !== null)));
  const hand = pointer(box, { start, end, span, pick });
  const options = () => {
    const [ink, secondary, line] = [style(colour), style("--secondary"), style("--line")];
    return {
      scales: { x: { time: false }, y: { range: () => [0, ticks.at(-1)] } },
      axes: axes({ ...named(labels), ticks, format }),
      series: [{}, { stroke: ink, width: 1.5, fill: `color-mix(in srgb, ${ink} ${style("--area")}, transparent)`, paths: uPlot.paths.stepped({ align: 1 }), points: { show: false }, spanGaps: false }],
      cursor: hand.cursor,
      hooks: {
        ready: [hand.ready],
        setCursor: [hand.moved],
        drawAxes: [(u) => {
          u.ctx.fillStyle = line;
          for (const at of lines) if (at > u.scales.x.min && at < u.scales.x.max) u.ctx.fillRect(Math.round(u.valToPos(at, "x", true)), u.bbox.top, Math.max(1, devicePixelRatio), u.bbox.height);
        }],
        draw: [(u) => {
          const pen = u.ctx;
          const left = (at) => u.valToPos(Math.min(Math.max(at, u.scales.x.min), u.scales.x.max), "x", true);
          const floor = u.valToPos(0, "y", true);
          pen.save();
          pen.fillStyle = hatch(pen, ink);
          pen.globalAlpha = 0.5;
          start.forEach((at, i) => {
            if (!GUESSED.includes(quality?.[i]) || value[i] === null) return;
            const top = u.valToPos(value[i], "y", true);
            pen.fillRect(left(at), top, left(end[i]) - left(at), floor - top);
          });
          pen.globalAlpha = 1;
          pen.fillStyle = hatch(pen, secondary);
          for (const gap of gaps) pen.fillRect(left(gap.from), floor - FLOOR * devicePixelRatio, left(gap.to) - left(gap.from), FLOOR * devicePixelRatio);
          baseline(u);
          pen.restore();
        }],
      },
    };
  };
  mount(box, height, options, [x, y]);
  hand.listen();
}
