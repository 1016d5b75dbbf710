// What never sleeps and what peaks: the base load of the nights, and the highest half-hours.
import { profile } from "../charts/errors.js";
import { chartCard, swatch } from "../components/card.js";
import { dataTable } from "../components/table.js";
import { h } from "../dom.js";
import { format } from "../state.js";
import { noon } from "../time.js";
import { fixed, number, quantity } from "../units.js";

const say = (text, language) => (typeof text === "string" ? text : text?.[language] ?? text?.en ?? null);

/** @param {object} load as the daemon tells it: each day's lowest half-hour, and the level that they show */
export function baseCard(load, key, { t, language, clock }) {
  const words = t.base;
  const watts = (value) => (value == null ? "–" : quantity(Math.round(value), "W", language));
  const { days } = load;
  const narrow = matchMedia("(width < 700px)").matches;
  const every = days.length > 45 ? (narrow ? 4 : 2) : narrow ? 2 : 1;
  const mondays = days.map(({ date }) => new Date(noon(date) * 1000).getUTCDay() === 1);
  const slots = days.map(({ date }, i) => ({ date, label: clock.monthDay(noon(date)), tick: mondays[i] && Math.floor(i / 7) % every === 0 }));
  const lines = [
    { values: days.map(({ minimum }) => minimum ?? null), colour: "--secondary", width: 1 },
    { values: days.map(({ level }) => level ?? null), colour: `--${key}`, width: 2 },
  ];
  const card = chartCard({
    title: words.title, unit: "W", t, width: "half", titles: [t.day, words.minimum, words.level],
    legend: [swatch("line", "secondary", words.minimum), swatch("line", key, words.level)],
    rows: () => days.map(({ date, minimum, level }) => [clock.date(noon(date)), watts(minimum), watts(level)]),
    draw: (box, read) => profile(box, {
      slots, lines, format: (value) => number(value, language, 0), height: 216,
      pick: (i) => read(i === null ? null : [h("b", null, clock.day(noon(days[i].date))), swatch("line", "secondary", words.minimum, watts(days[i].minimum)), swatch("line", key, words.level, watts(days[i].level))]),
    }),
  });
  card.querySelector(".head").after(h("p", null, verdict(load, words, language)));
  card.append(h("p.note", null, words.note));
  return card;
}

function verdict({ level, drift, limit, alarm, valid, why }, words, language) {
  const watts = (value) => quantity(Math.round(value), "W", language);
  if (!valid || level === null) return say(why, language) ?? words.unknown;
  if (drift === null) return words.plain(watts(level));
  if (alarm) return words.alarm(watts(level), watts(Math.abs(drift)), Math.sign(drift), watts(limit));
  return words.steady(watts(level), `${drift < 0 ? "−" : "+"}${watts(Math.abs(drift))}`);
}

/** The highest intervals of a period, `spoken` in words, at most one a day, each with the way to its day. */
export function peaksCard({ unit, peaks }, { spoken }, { t, language, clock, state }) {
  const words = t.peaks;
  const kilo = unit === "W";
  const value = (one) => (kilo ? fixed(one / 1000, language, 2) : number(one, language));
  const link = ({ start, end }) => h("a", { href: format({ page: state.page, lang: state.lang, step: "day", date: clock.iso(start) }) }, clock.interval(start, end));
  const rows = peaks.map((peak) => [link(peak), h("span", null, value(peak.value), peak.quality !== "measured" && h("span.note", null, ` ${t[peak.quality] ?? peak.quality}`))]);
  return h("section.card.third", { "aria-label": words.title }, h("div.head", null, h("h2", null, words.title, h("span.unit", null, `, ${spoken}`))),
    rows.length ? dataTable({ title: words.title, titles: [t.when, kilo ? "kW" : unit], rows }) : h("p", null, words.none), h("p.note", null, words.note));
}
