// What is kept: how much, of what, how whole it is, what it costs the card, and how to take it all along.
import * as api from "../api.js";
import { bars } from "../charts/bars.js";
import { chartCard, swatch } from "../components/card.js";
import { part } from "../components/part.js";
import { picker } from "../components/picker.js";
import { dataTable } from "../components/table.js";
import { h } from "../dom.js";
import { signIn } from "../signin.js";
import { REACHES } from "../state.js";
import { noon, period, shift } from "../time.js";
import { bytes, number, percent, quantity, spelled } from "../units.js";
import { asked, betweenCard, boxesCard, calendarCard, gapsCard, monthsOf, spreadCard, stepsOf } from "./oneseries.js";
import { revisionsCard, revisionsOf } from "./revisions.js";
import { timelineCard } from "./timeline.js";

const KILO = 1000;
const FEWEST = 10;
const EXPORTS = ["csv", "json", "openmetrics"];

export async function data(context) {
  const { t, language, series, clock, status, state, go } = context;
  const kept = series.filter((one) => one.points > 0);
  const today = clock.iso(Date.parse(status.now) / 1000);
  const span = chosen(state, today);
  const [store, ...cards] = await Promise.all([api.store(), ...(kept.length ? inspected(kept, span, context) : [])]);
  const count = (value) => number(value, language, 0);
  return [
    h("div.head", null, h("h1", null, t.data), kept.length > 0 && picker({
      t, steps: REACHES, step: span.step, date: state.date ?? today, from: span.from, until: shift(span.to, { days: -1 }),
      spoken: clock.dates(noon(span.from), noon(shift(span.to, { days: -1 }))), last: span.to > today, go,
    })),
    h("p.sentence", null, kept.length ? t.keeps(count(store.points), kept.length, bytes(store.bytes, language)) : t.keepsNothing),
    h("p.note", null, t.neverLost(count(store.revisions))),
    h("div.grid", null, cards, writtenCard(store.written, context), wearCard(store.written, context), seriesCard(kept, context), copiesCard(context)),
  ];
}

/** The days of the address, a year up to today by default. */
function chosen(state, today) {
  if (state.from) return { step: "free", from: state.from, to: shift(state.to, { days: 1 }) };
  const step = REACHES.includes(state.step) ? state.step : "365d";
  return { step, ...period(state.date ?? today, step) };
}

/** All series day by day, then one of them closely. */
function inspected(kept, span, context) {
  const { t, language, state, go } = context;
  const one = kept.find(({ id }) => id === state.series) ?? kept.find(({ labels }) => labels?.role === "electricity.daily") ?? kept[0];
  const by = stepsOf(one).includes(state.by) ? state.by : "raw";
  const { from, to } = span;
  const frame = { one, by, from, to, months: monthsOf(from, to) };
  const wait = (answer, draw, title, width) => part(answer, draw, { title, t, language, width });
  const covered = kept.map((each) => api.coverage(each.id, { from, to }).then((coverage) => ({ one: each, coverage })));
  const own = covered[kept.indexOf(one)].then(({ coverage }) => coverage);
  const choice = h("label.choice", null, h("span", null, t.closely), " ",
    h("select", { onchange: (event) => go({ series: event.target.value, by: undefined }) }, kept.map((each) => h("option", { value: each.id, selected: each === one }, `${each.name[language] ?? each.name.en} (${each.id})`))));
  return [
    wait(Promise.all(covered), (all) => timelineCard(all, { from, to, chosen: one.id }, context), t.timeline.title),
    choice,
    wait(own, (coverage) => calendarCard(coverage, frame, context), t.complete.title),
    wait(asked.spread(one.id, frame), (told) => spreadCard(told, frame, context), t.spread.title, "half"),
    wait(asked.months(one.id, frame.months, by === "month" ? "raw" : by), (told) => boxesCard(told, frame, context), t.spread.byMonth, "half"),
    wait(own, (coverage) => gapsCard(coverage, context), t.gaps.title, "two-thirds"),
    wait(asked.between(one.id, frame), (told) => betweenCard(told, context), t.between.title, "third"),
    wait(revisionsOf(one.id, frame), (told) => revisionsCard(told, context), t.revisions.title),
  ];
}

/** Bytes handed to the card, by local day: what wears it. */
function writtenCard(days, { t, language, clock }) {
  // A ledger of a day or two is no wall: the days before it are there, and empty.
  const missing = Math.max(0, FEWEST - days.length);
  const before = Array.from({ length: missing }, (_, i) => ({ date: shift(days[0].date, { days: i - missing }) }));
  const shown = [...before, ...days];
  const slots = shown.map(({ date, bytes: written }, i) => ({
    label: clock.dayNumber(noon(date)), tick: shown.length <= FEWEST || new Date(`${date}T12:00:00Z`).getUTCDay() === 1,
    now: written === undefined ? null : written / KILO, incomplete: i === shown.length - 1,
  }));
  const card = chartCard({
    title: t.written, unit: t.kilobytes, t, width: "two-thirds", titles: [t.day, t.kilobytes],
    legend: [swatch("now", "secondary", t.byDay), swatch("hatch", "secondary", t.underWay)],
    rows: () => days.map(({ date, bytes: written }) => [clock.date(noon(date)), number(written / KILO, language, 1)]),
    draw: (box, read) => bars(box, {
      slots, colour: "--secondary", format: (value) => number(value, language, value < 10 ? 1 : 0),
      pick: (i) => read(i === null ? null : [h("b", null, clock.day(noon(shown[i].date))), slots[i].now !== null && swatch(slots[i].incomplete ? "hatch" : "now", "secondary", "", quantity(slots[i].now, t.kilobytes, language))]),
    }),
  });
  const usual = median(days.slice(0, -1).map((day) => day.bytes));
  card.append(h("p.note", null, usual !== undefined && `${t.usualDay(bytes(usual, language), bytes(usual * 365, language))} `, t.wear));
  return card;
}

/** What each series costs the card, of all the days shown. */
function wearCard(days, { t, language, series }) {
  const sums = new Map();
  for (const day of days) for (const [id, written] of Object.entries(day.series)) sums.set(id, (sums.get(id) ?? 0) + written);
  const all = days.reduce((sum, day) => sum + day.bytes, 0);
  const rest = all - [...sums.values()].reduce((sum, written) => sum + written, 0);
  const name = (id) => series.find((one) => one.id === id)?.name[language] ?? id;
  const row = (what, written) => [what, number(written / days.length / KILO, language, 1), all > 0 ? percent((100 * written) / all, language) : ""];
  const rows = [...sums].sort((one, other) => other[1] - one[1]).map(([id, written]) => row(name(id), written));
  return h("section.card.third", { "aria-label": t.wearBySeries }, h("div.head", null, h("h2", null, t.wearBySeries, h("span.unit", null, `, ${t.kilobytesADay}`))),
    dataTable({ title: t.wearBySeries, titles: [t.series, t.kilobytes, t.share], rows: [...rows, row(t.indexes, rest)] }));
}

/** The middle of the values; none of none. */
function median(values) {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)];
}

function seriesCard(kept, { t, language, clock }) {
  const name = (one) => h("a", { href: api.exportOf("csv", one.id), download: "" }, one.name[language] ?? one.name.en);
  const latest = ({ latest: last, unit }) => (last ? quantity(last.value, spelled(unit), language) : "");
  return h("section.card", { "aria-label": t.allSeries }, h("div.head", null, h("h2", null, t.allSeries)), dataTable({
    title: t.allSeries, words: 2, titles: [t.series, t.identifier, t.dataFrom, t.dataUntil, t.points, t.latest],
    rows: kept.map((one) => [name(one), h("code", null, one.id), clock.date(one.first), clock.date(one.last), number(one.points, language, 0), latest(one)]),
  }));
}

function copiesCard(context) {
  const { t, language } = context;
  const found = h("div.found", { "aria-live": "polite" });
  const verify = async ({ currentTarget: button }) => {
    button.disabled = true;
    found.replaceChildren(h("p.note", null, t.verifying));
    const lines = await api.verify().then((seen) => verdict(seen, context), (error) => [h("p.bad", null, api.reason(error, language))]);
    found.replaceChildren(...lines);
    button.disabled = false;
  };
  const link = (href, text, onclick) => h("a.button", { href, download: "", onclick }, text);
  // A copy of everything is for whoever is known: the question comes before the file, which could not ask it.
  const known = async (event) => {
    event.preventDefault();
    const session = await api.session();
    const asks = session.asked && !session.signed_in;
    if (asks && !session.password) found.replaceChildren(h("p.bad", { role: "alert" }, `${t.access.closed} ${t.access.isNotSet}`));
    else if (!asks || await signIn()) h("a", { href: api.BACKUP, download: "" }).click();
  };
  return h("section.card", { "aria-label": t.copies }, h("div.head", null, h("h2", null, t.copies)), h("p.note", null, t.copiesNote),
    h("div.actions", null, link(api.BACKUP, t.backup, known), EXPORTS.map((format) => link(api.exportOf(format), t.exportAs[format])), h("button", { type: "button", onclick: verify }, t.verify)),
    found);
}

function verdict({ sound, points, blocks, damaged, set_aside: aside }, { t, language }) {
  const count = (value) => number(value, language, 0);
  if (sound) return [h("p", { role: "status" }, t.sound(count(points), count(blocks)))];
  return [h("p.bad", { role: "alert" }, t.unsound), ...damaged.map((place) => h("p.note", null, place)), aside > 0 && h("p.note", null, t.setAside(count(aside)))].filter(Boolean);
}
