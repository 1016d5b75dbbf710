// What is kept: how much, of what, what it costs the card, and how to take it all along.
import * as api from "../api.js";
import { bars } from "../charts/bars.js";
import { chartCard, swatch } from "../components/card.js";
import { dataTable } from "../components/table.js";
import { h } from "../dom.js";
import { noon, shift } from "../time.js";
import { bytes, number, percent, quantity, spelled } from "../units.js";

const KILO = 1000;
const FEWEST = 10;
const EXPORTS = ["csv", "json", "openmetrics"];

export async function data(context) {
  const { t, language, series } = context;
  const store = await api.store();
  const kept = series.filter((one) => one.points > 0);
  const count = (value) => number(value, language, 0);
  return [
    h("div.head", null, h("h1", null, t.data)),
    h("p.sentence", null, kept.length ? t.keeps(count(store.points), kept.length, bytes(store.bytes, language)) : t.keepsNothing),
    h("p.note", null, t.neverLost(count(store.revisions))),
    h("div.grid", null, writtenCard(store.written, context), wearCard(store.written, context), seriesCard(kept, context), copiesCard(context)),
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
  const link = (href, text) => h("a.button", { href, download: "" }, text);
  return h("section.card", { "aria-label": t.copies }, h("div.head", null, h("h2", null, t.copies)), h("p.note", null, t.copiesNote),
    h("div.actions", null, link(api.BACKUP, t.backup), EXPORTS.map((format) => link(api.exportOf(format), t.exportAs[format])), h("button", { type: "button", onclick: verify }, t.verify)),
    found);
}

function verdict({ sound, points, blocks, damaged, set_aside: aside }, { t, language }) {
  const count = (value) => number(value, language, 0);
  if (sound) return [h("p", { role: "status" }, t.sound(count(points), count(blocks)))];
  return [h("p.bad", { role: "alert" }, t.unsound), ...damaged.map((place) => h("p.note", null, place)), aside > 0 && h("p.note", null, t.setAside(count(aside)))].filter(Boolean);
}
