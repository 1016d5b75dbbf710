// One series looked at closely: how its values spread, what it has of each day, what is missing.
import * as api from "../api.js";
import { absent, cells } from "../charts/cells.js";
import { hatch, style } from "../charts/base.js";
import { boxes, histogram } from "../charts/spread.js";
import { chartCard, swatch } from "../components/card.js";
import { dataTable } from "../components/table.js";
import { colourOf, daysOf, lengthOf, stateOf, tally, toneOf } from "../coverage.js";
import { h } from "../dom.js";
import { noon, shift } from "../time.js";
import { number, percent, quantity, spelled } from "../units.js";
import { holesOf } from "./load.js";
import { monthLabels } from "./timeline.js";

/** The most days of a calendar, and gaps that are listed. */
const MOST = { calendar: 371, gaps: 100 };
const STRONG = 0.65;

/** How a series may be summed up before its values are looked at: as it is read, and by longer steps. */
export function stepsOf({ step_seconds: step }) {
  return ["raw", ...(step && step < 3600 ? ["hour"] : []), ...(step && step < 86400 ? ["day"] : []), "month"];
}

/** The months of a period, the last twelve, each as the days it has of it. */
export function monthsOf(from, to) {
  const found = [];
  for (let first = from; first < to; first = shift(`${first.slice(0, 7)}-01`, { months: 1 })) {
    const next = shift(`${first.slice(0, 7)}-01`, { months: 1 });
    found.push({ from: first, to: next < to ? next : to });
  }
  return found.slice(-12);
}

export function spreadCard(told, { one, by }, { t, language, go }) {
  const words = t.spread;
  const unit = spelled(told.unit);
  const { edges, counts } = told.histogram;
  const value = (number_) => quantity(number_, unit, language);
  const median = told.box?.median ?? null;
  const bin = (i) => `${number(edges[i], language)} – ${number(edges[i + 1], language)}`;
  const card = chartCard({
    title: words.title, unit: words.units[by], t, width: "half", legend: [swatch("now", colourOf(one), words.counted(number(told.count, language, 0)))],
    titles: [unit || words.value, words.units[by]], rows: () => counts.map((count, i) => [bin(i), number(count, language, 0)]),
    draw: (box, read) => counts.length > 0 && histogram(box, {
      edges, counts, median, name: words.median, colour: toneOf(one), write: (x) => number(x, language), format: (y) => number(y, language, 0), height: 220,
      pick: (i) => read(i === null ? null : [h("b", null, `${bin(i)} ${unit}`.trim()), swatch("now", colourOf(one), "", `${number(counts[i], language, 0)}, ${percent((100 * counts[i]) / told.count, language)}`)]),
    }),
  });
  card.querySelector(".head").after(h("div.segments.small", { role: "group", "aria-label": words.by }, stepsOf(one).map((step) => h("button", { type: "button", "aria-pressed": String(step === by), onclick: () => go({ by: step }) }, words.steps[step]))));
  card.append(h("p.note", null, told.count ? words.summary(value(median), value(told.mean), told.standard_deviation === null ? "–" : value(told.standard_deviation)) : words.none));
  return card;
}

/** @param {object[]} told a distribution for each month of `months` */
export function boxesCard(told, { one, months }, { t, language, clock }) {
  const words = t.spread;
  const narrow = matchMedia("(width < 700px)").matches;
  const unit = spelled(told.at(-1)?.unit ?? one.unit);
  const at = (i) => noon(shift(`${months[i].from.slice(0, 7)}-15`, {}));
  const slots = told.map((month, i) => ({ label: narrow ? clock.monthLetter(at(i)) : clock.monthName(at(i)), box: month.box }));
  const number_ = (value) => number(value, language);
  const half = ({ q1, q3 }) => `${number_(q1)} – ${number_(q3)}`;
  const beyond = told.reduce((sum, { box }) => sum + (box?.outliers_total ?? 0), 0);
  const colour = colourOf(one);
  const card = chartCard({
    title: words.byMonth, unit: unit || words.value, t, width: "half", legend: [swatch("then", colour, words.middle), swatch("line", "actual", words.median), beyond > 0 && swatch("ring", colour, words.outliers)].filter(Boolean),
    titles: [t.month, words.median, words.middle, words.whiskers, words.outliers],
    rows: () => told.map(({ box }, i) => [clock.month(at(i)), ...(box ? [number_(box.median), half(box), `${number_(box.lower_whisker)} – ${number_(box.upper_whisker)}`, String(box.outliers_total)] : ["–", "–", "–", "–"])]),
    draw: (box, read) => boxes(box, {
      slots, colour: toneOf(one), format: number_, height: 220,
      pick: (i) => read(i === null ? null : [h("b", null, clock.month(at(i))), ...(slots[i].box ? [swatch("line", "actual", words.median, number_(slots[i].box.median)), swatch("then", colour, words.middle, half(slots[i].box)), h("span", null, words.beyond(slots[i].box.outliers_total))] : [t.hole])]),
    }),
  });
  card.append(h("p.note", null, words.boxNote));
  return card;
}

/** What a series has of each day, as a calendar: weeks across, weekdays down. */
export function calendarCard(coverage, { one, from, to }, { t, language, clock }) {
  const words = t.complete;
  const first = [from, shift(to, { days: -MOST.calendar })].sort().at(-1);
  const monday = shift(first, { days: -((new Date(noon(first) * 1000).getUTCDay() + 6) % 7) });
  const days = daysOf(coverage, monday, to).map((day) => (day.date < first ? { ...day, expected: 0 } : day));
  const columns = Math.ceil(days.length / 7);
  const day = (column, row) => days[column * 7 + row];
  const sum = tally(days);
  const kinds = { full: "now", part: "hatch", none: "absent" };
  const colour = colourOf(one);
  const weekdays = Array.from({ length: 7 }, (_, row) => (row % 2 === 0 ? clock.weekdayBrief(noon(shift(monday, { days: row }))) : ""));
  const narrow = matchMedia("(width < 700px)").matches;
  const card = chartCard({
    title: words.title, unit: t.timeline.unit, t, legend: Object.entries(kinds).map(([state, mark]) => swatch(mark, colour, t.timeline[state])),
    titles: [t.day, words.present, words.expected], rows: () => days.filter((one_) => stateOf(one_) && stateOf(one_) !== "full").map((one_) => [clock.date(noon(one_.date)), String(one_.present), String(one_.expected)]),
    draw: (box, read) => cells(box, {
      columns, rows: weekdays, rowHeight: narrow ? 14 : 18, names: 34,
      labels: monthLabels(days, clock, box.clientWidth - 44).map(({ at, label }) => ({ at: Math.min(columns - 0.5, Math.floor(at / 7) + 0.5), label })),
      has: (column, row) => Boolean(day(column, row) && stateOf(day(column, row))),
      paint: (pen, place) => days.forEach((one_, i) => {
        const state = stateOf(one_);
        if (!state) return;
        const { x, y, wide, tall } = place(Math.floor(i / 7), Math.floor(i / 7) + 1, i % 7);
        const at = { x: Math.round(x), y: Math.round(y), wide: Math.max(1, Math.round(x + wide) - Math.round(x) - devicePixelRatio), tall: Math.max(1, Math.round(y + tall) - Math.round(y) - devicePixelRatio) };
        if (state === "none") { absent(pen, at); return; }
        pen.fillStyle = state === "part" ? hatch(pen, style(toneOf(one))) : style(toneOf(one));
        pen.globalAlpha = state === "part" ? 1 : STRONG;
        pen.fillRect(at.x, at.y, at.wide, at.tall);
        pen.globalAlpha = 1;
      }),
      pick: (cell) => read(cell === null ? null : [h("b", null, clock.wholeDay(noon(day(cell.column, cell.row).date))), swatch(kinds[stateOf(day(cell.column, cell.row))], colour, t.timeline.of(day(cell.column, cell.row).present, day(cell.column, cell.row).expected))]),
    }),
  });
  card.querySelector(".head").after(h("p", null, sum.share === null ? words.nothing : sum.share === 100 ? words.whole(sum.full) : words.partial(percent(sum.share, language, 1), sum.part, sum.none)));
  return card;
}

/** How far apart the values of a series start. */
export function betweenCard(told, { t, language }) {
  const words = t.between;
  const all = (told.between ?? []).reduce((sum, { count }) => sum + count, 0);
  const length = ({ seconds }) => { const { count, unit } = lengthOf(seconds); return words[unit](number(count, language, 2)); };
  const rows = (told.between ?? []).map((one) => [length(one), number(one.count, language, 0), percent((100 * one.count) / all, language)]);
  return h("section.card.third", { "aria-label": words.title }, h("div.head", null, h("h2", null, words.title)),
    rows.length ? dataTable({ title: words.title, titles: [words.length, words.times, t.share], rows }) : h("p", null, words.none),
    rows.length > 1 && h("p.note", null, words.note));
}

/** Where nothing is known, why, and when it is asked for again. */
export function gapsCard(coverage, { t, language, clock }) {
  const words = t.gaps;
  const gaps = holesOf(coverage.gaps);
  const next = ({ next_try: at }) => (at ? clock.moment(typeof at === "number" ? at : Date.parse(at) / 1000) : "");
  const rows = gaps.slice(-MOST.gaps).reverse().map((gap) => [h("span.stretch", null, `${clock.moment(gap.from)} – ${clock.moment(gap.to)}`), h("span.reason", null, gap.reason[language] ?? gap.reason.en), number(gap.missing, language, 0), next(gap.reason)]);
  return h("section.card.two-thirds", { "aria-label": words.title }, h("div.head", null, h("h2", null, words.title)),
    rows.length ? dataTable({ title: words.title, titles: [words.when, words.why, words.missing, t.nextTry], words: 2, rows }) : h("p", null, words.none),
    gaps.length > MOST.gaps && h("p.note", null, words.more(gaps.length - MOST.gaps)));
}

/** What is asked for, of a series over a period. */
export const asked = {
  spread: (id, { from, to, by }) => api.distribution(id, { from, to, step: by }),
  months: (id, months, by) => Promise.all(months.map(({ from, to }) => api.distribution(id, { from, to, step: by, bins: 1 }))),
  between: (id, { from, to }) => api.distribution(id, { from, to, step: "raw", bins: 1 }),
};
