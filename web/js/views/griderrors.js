// Errors by hour of the day, by month, and day by day against RTE's.
import { gains, profile } from "../charts/errors.js";
import { chartCard, swatch } from "../components/card.js";
import { h } from "../dom.js";
import { OFFICIAL, OURS, mapeOf } from "../forecast.js";
import { midnights, noon, shift } from "../time.js";
import { fixed, number, signed } from "../units.js";

const DASH = [6, 4];
const MONTHS = 36;

/** The error of each local hour. */
export function hoursCard(score, frame) {
  const groups = score.groups.toSorted((one, other) => Number(one.group) - Number(other.group));
  const name = ({ group }) => `${group.padStart(2, "0")}:00–${String((Number(group) + 1) % 24).padStart(2, "0")}:00`;
  const label = ({ group }) => `${Number(group)}\u00a0h`;
  return errorsCard({ title: frame.t.national.byHour, unit: frame.t.national.over30, first: frame.t.hour, groups, name, label, shown: ({ group }) => Number(group) % 3 === 0 }, frame);
}

/** The error of each month, of the last three years at most. */
export function monthsCard(score, frame) {
  const { t, clock } = frame;
  const groups = (score.groups ?? []).toSorted((one, other) => one.group.localeCompare(other.group)).slice(-MONTHS);
  const at = ({ group }) => noon(`${group}-15`);
  // What the rail, the margins and the axis leave to a month.
  const room = ((Math.min(innerWidth, 1280) - (innerWidth < 1024 ? 24 : 264)) / (innerWidth < 700 ? 1 : 2) - 80) / groups.length;
  const label = (group) => (room < 38 ? clock.monthLetter(at(group)) : clock.monthName(at(group)));
  return errorsCard({ title: t.national.byMonth, unit: t.national.sinceStart, first: t.month, groups, name: (group) => clock.month(at(group)), label, shown: () => true, dots: true }, frame);
}

function errorsCard({ title, unit, first, groups, name, label, shown, dots }, { t, language, target }) {
  const words = t.national;
  const values = (model) => groups.map((group) => mapeOf(group, model));
  const lines = [
    target.official && { key: "official", mark: "dash", values: values(OFFICIAL), colour: "--official", dash: DASH },
    { key: "ours", mark: "line", values: values(OURS), colour: "--ours" },
  ].filter(Boolean);
  const order = lines.toReversed();
  const value = (one) => (one === null ? "–" : fixed(one, language, 2));
  const slots = groups.map((group) => ({ label: label(group), tick: shown(group) }));
  return chartCard({
    title, unit, t, width: "half", titles: [first, ...order.map(({ key }) => words[key]), words.hours],
    legend: order.map(({ key, mark }) => swatch(mark, key, words[key])),
    rows: () => groups.map((group, i) => [name(group), ...order.map((line) => value(line.values[i])), number(group.hours, language, 0)]),
    draw: (box, read) => groups.length > 0 && profile(box, {
      slots, lines, dots, format: (one) => number(one, language),
      pick: (i) => read(i === null ? null : [h("b", null, name(groups[i])), ...order.map((line) => swatch(line.mark, line.key, words[line.key], value(line.values[i])))]),
    }),
  });
}

/** By how many points we were nearer than RTE on each day, or further. */
export function gainsCard(days, { t, language, clock }) {
  const words = t.national;
  const bounds = days.map(({ date }) => midnights(date, shift(date, { days: 1 }), clock));
  const monday = ({ date }) => new Date(noon(date) * 1000).getUTCDay() === 1;
  const slots = days.map((day, i) => ({ label: clock.weekday(noon(day.date)), tick: monday(day), from: bounds[i][0], to: bounds[i][1] }));
  const values = days.map((day) => day.official - day.ours);
  const won = values.filter((value) => value > 0).length;
  const point = (value) => signed(value, language, 2);
  return chartCard({
    title: words.gains, unit: words.points, t, width: "half", titles: [t.day, words.points, words.ours, words.official],
    legend: [swatch("now", "ours", words.better, words.dayCount(won)), swatch("then", "ours", words.worse, words.dayCount(days.length - won))],
    rows: () => days.map((day, i) => [clock.date(noon(day.date)), point(values[i]), fixed(day.ours, language, 2), fixed(day.official, language, 2)]),
    draw: (box, read) => gains(box, {
      slots, values, colour: "--ours", format: (one) => (one === 0 ? "0" : `${one < 0 ? "−" : "+"}${number(Math.abs(one), language)}`),
      pick: (i) => read(i === null ? null : [h("b", null, clock.day(noon(days[i].date))), swatch(values[i] > 0 ? "now" : "then", "ours", values[i] > 0 ? words.better : words.worse, point(values[i]))]),
    }),
  });
}
