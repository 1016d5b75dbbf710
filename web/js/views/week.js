// The usual week: the mean of each weekday and hour over some weeks, as a heat map.
import * as api from "../api.js";
import { absent, cells, shadeOf } from "../charts/cells.js";
import { chartCard } from "../components/card.js";
import { h } from "../dom.js";
import { SPANS } from "../state.js";
import { noon, shift } from "../time.js";
import { number, quantity } from "../units.js";

/** A Monday, to name the days of a week after. */
const MONDAY = "2024-01-01";
export const weekOf = (id, { from, to }) => api.profile(id, { from, to });

/** @param {object} profile as the daemon tells it @param {{span: string, own: boolean}} chosen */
export function weekCard(profile, chosen, { t, language, clock, go, key }) {
  const words = t.usual;
  const watts = profile.unit === "W";
  const unit = watts ? "kW" : "kWh";
  const factor = watts ? 1e-3 : 1;
  const values = profile.values.map((row) => row.map((value) => (value === null ? null : value * factor)));
  const known = values.flat().filter((value) => value !== null);
  const [least, most] = [Math.min(...known), Math.max(...known)];
  const day = (row, name = "weekdayBrief") => clock[name](noon(shift(MONDAY, { days: row })));
  const hours = (column) => words.hours(column);
  const value = (one) => (one === null ? "–" : quantity(one, unit, language));
  const scale = h("span.scale", { "aria-hidden": "true" }, number(least, language), h(`span.ramp.${key}`, null), number((least + most) / 2, language), h(`span.ramp.second.${key}`, null), number(most, language));
  const card = chartCard({
    title: words.title, unit, t, legend: known.length ? [scale] : [], titles: [t.day, ...Array.from({ length: 24 }, (_, column) => words.hour(column))],
    rows: () => values.map((row, i) => [day(i, "weekdayName"), ...row.map((one) => (one === null ? "–" : number(one, language)))]),
    draw: (box, read) => cells(box, {
      columns: 24, rows: values.map((_, row) => day(row)), names: 34, rowHeight: 26,
      labels: Array.from({ length: 8 }, (_, i) => ({ at: 3 * i + 0.5, label: words.hour(3 * i) })),
      paint: (pen, place) => values.forEach((row, i) => row.forEach((one, column) => {
        const { x, y, wide, tall } = place(column, column + 1, i);
        const inner = { x: Math.round(x), y: Math.round(y), wide: Math.round(x + wide) - Math.round(x) - devicePixelRatio, tall: Math.round(y + tall) - Math.round(y) - devicePixelRatio };
        if (one === null) { absent(pen, inner); return; }
        pen.fillStyle = shadeOf(most > least ? (one - least) / (most - least) : 0.5, `--${key}`);
        pen.fillRect(inner.x, inner.y, inner.wide, inner.tall);
      })),
      pick: (cell) => read(cell === null ? null : [
        h("b", null, `${day(cell.row)} ${hours(cell.column)}`), h("span", null, value(values[cell.row][cell.column])),
        h("span", null, words.of(profile.counts[cell.row][cell.column])), scale,
      ]),
    }),
  });
  const choices = [...(chosen.own ? ["page"] : []), ...SPANS.filter((one) => one !== "page")];
  const segments = h("div.segments.small", { role: "group", "aria-label": words.over }, choices.map((one) => h("button", { type: "button", "aria-pressed": String(one === chosen.span), onclick: () => go({ span: one }) }, words.spans[one])));
  card.querySelector(".head").after(segments);
  card.classList.add("half");
  card.append(h("p.note", null, words.made(clock.dates(noon(chosen.from), noon(shift(chosen.to, { days: -1 }))), profile.days)));
  return card;
}
