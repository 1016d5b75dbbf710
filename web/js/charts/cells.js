// Cells in rows and columns: a week's hours, a year's days, what each source has. One cell holds the cursor.
import { mount, style } from "./base.js";
import { keys } from "./cursor.js";

const FONT = "12px system-ui, sans-serif";
/** What a row's name leaves to the cells, at least. */
const GAP = 8;

/**
 * @param {HTMLElement} box
 * @param {object} options
 * @param {number} options.columns
 * @param {string[]} options.rows their names, "" for none, from the top
 * @param {{at: number, label: string}[]} options.labels of columns, under the cells; `at` may lie between two
 * @param {(pen: CanvasRenderingContext2D, place: (from: number, to: number, row: number) => {x: number, y: number,
 *   wide: number, tall: number}) => void} options.paint draws the cells: `place` says where columns of a row are
 * @param {(column: number, row: number) => boolean} [options.has] whether there is such a cell
 * @param {number} [options.rowHeight] pixels
 * @param {number} [options.names] how wide the names are, pixels
 * @param {string[]} [options.ends] what stands at the end of each row
 * @param {boolean} [options.above] names stand over their rows, and not beside them
 * @param {(cell: {column: number, row: number}|null) => void} [options.pick] told which cell holds the cursor
 * @param {(cell: {column: number, row: number}) => void} [options.open] told which cell was chosen
 */
export function cells(box, { columns, rows, labels, paint, has = () => true, rowHeight = 24, names = 40, ends, above = false, pick, open }) {
  let plot = null;
  let current = null;
  const where = (i) => (i === null ? null : { column: i % columns, row: Math.floor(i / columns) });
  let frame = () => {};
  const hold = (i) => {
    current = i !== null && has(i % columns, Math.floor(i / columns)) ? i : null;
    frame(where(current));
    pick?.(where(current));
  };
  /** Where there is no such cell, the next one on the way. */
  const move = (goal) => {
    if (!plot || goal === null) { if (plot) hold(null); return; }
    const from = current ?? goal - 1;
    const sign = goal > from ? 1 : -1;
    const step = sign * (current !== null && goal !== from && (goal - from) % columns === 0 ? columns : 1);
    for (let i = goal; i >= 0 && i < columns * rows.length; i += step) if (has(i % columns, Math.floor(i / columns))) { hold(i); return; }
  };
  const options = () => {
    const base = { stroke: style("--secondary"), font: FONT, ticks: { show: false }, grid: { show: false }, space: 1 };
    const middles = rows.map((_, row) => rows.length - row - 0.5);
    return {
      padding: [above ? 4 : 8, ends ? 0 : 8, 0, above ? 1 : 0],
      scales: { x: { time: false, range: () => [0, columns] }, y: { range: () => [0, rows.length] } },
      axes: [
        { ...base, splits: () => labels.map(({ at }) => at), values: () => labels.map(({ label }) => label), size: 26, gap: 6 },
        { ...base, show: !above, splits: () => middles, values: () => rows, size: names + GAP, gap: GAP },
        ...(ends ? [{ ...base, scale: "y", side: 1, splits: () => middles, values: () => ends, size: 16 + 7 * Math.max(...ends.map((end) => end.length)), gap: GAP }] : []),
      ],
      series: [{}, { paths: () => null, points: { show: false } }],
      cursor: { x: false, y: false, points: { show: false }, drag: { x: false, y: false } },
      hooks: {
        ready: [(u) => {
          plot = u;
          const mark = document.createElement("div");
          mark.className = "cell";
          mark.hidden = true;
          u.over.prepend(mark);
          frame = (cell) => {
            mark.hidden = cell === null;
            if (cell) Object.assign(mark.style, pixels(placeOf(u, rows.length, above ? 0.42 : 0, 1)(cell.column, cell.column + 1, cell.row)));
          };
          if (open) u.over.addEventListener("click", () => current !== null && open(where(current)));
        }],
        setCursor: [(u) => {
          const [column, row] = [Math.floor(u.posToVal(u.cursor.left, "x")), Math.floor(rows.length - u.posToVal(u.cursor.top, "y"))];
          const inside = u.cursor.left >= 0 && u.cursor.top >= 0 && column >= 0 && column < columns && row >= 0 && row < rows.length;
          hold(inside ? row * columns + column : null);
        }],
        draw: [(u) => {
          const pen = u.ctx;
          pen.save();
          const place = placeOf(u, rows.length, above ? 0.42 : 0, devicePixelRatio, true);
          paint(pen, place);
          if (above) {
            pen.font = `${12 * devicePixelRatio}px system-ui, sans-serif`;
            pen.fillStyle = style("--text");
            pen.textAlign = "left";
            pen.textBaseline = "bottom";
            rows.forEach((name, row) => { const { x, y } = place(0, 1, row); pen.fillText(name, x, y - 3 * devicePixelRatio); });
          }
          pen.restore();
        }],
      },
    };
  };
  mount(box, rows.length * rowHeight + 34 + (above ? 4 : 0), options, [[0, columns], [null, null]]);
  keys(box, { count: columns * rows.length, row: columns, at: () => current, move, open: open && ((i) => open(where(i))) });
}

const pixels = ({ x, y, wide, tall }) => ({ left: `${x}px`, top: `${y}px`, width: `${Math.max(3, wide)}px`, height: `${tall}px` });

/** Where columns of a row are: on the canvas, or over it in pixels of the page. `top`: the share of a row kept for its name. */
function placeOf(u, rows, top, unit, canvas = false) {
  return (from, to, row) => {
    const x = u.valToPos(from, "x", canvas);
    const [y, end] = [rows - row, rows - row - 1].map((value) => u.valToPos(value, "y", canvas));
    const kept = (end - y) * top;
    return { x, y: y + kept, wide: u.valToPos(to, "x", canvas) - x, tall: end - y - kept };
  };
}

/** The colour of a share of the way from the least to the most, on a scale of one colour from the card's. */
export const shadeOf = (share, colour) => `color-mix(in oklab, ${style(colour)} ${(6 + 94 * Math.min(1, Math.max(0, share))).toFixed(1)}%, ${style("--card")})`;

/** The dashed empty box of what is not there. */
export function absent(pen, { x, y, wide, tall }) {
  const unit = devicePixelRatio;
  pen.strokeStyle = style("--secondary");
  pen.lineWidth = unit;
  pen.setLineDash([2 * unit, 2 * unit]);
  pen.strokeRect(x + unit / 2, y + unit / 2, Math.max(unit, wide - unit), tall - unit);
  pen.setLineDash([]);
}
