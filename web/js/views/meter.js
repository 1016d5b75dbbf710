// Electricity and gas: the load curve of a period, its days or months, against the period before.
import { ENOUGH, YEARS, pairOf, spanOf } from "../analysis.js";
import * as api from "../api.js";
import { bars } from "../charts/bars.js";
import { chartCard, swatch } from "../components/card.js";
import { part } from "../components/part.js";
import { picker } from "../components/picker.js";
import { h } from "../dom.js";
import { format } from "../state.js";
import { daysBetween, hourNames, midnights, noon, period, shift, stride } from "../time.js";
import { fixed, number, percent, quantity } from "../units.js";
import { compareCard, comparison } from "./compare.js";
import { explainedCard } from "./explained.js";
import { findingsCard } from "./findings.js";
import { loadCard, tidy } from "./load.js";
import { METERS } from "./meters.js";
import { baseCard, peaksCard } from "./night.js";
import { outlook } from "./outlook.js";
import { weekCard, weekOf } from "./week.js";
import { yearsCard } from "./years.js";

const WHOLE = 0.999;
/** The most days a free period shows day by day, and with its load curve. */
const MOST = { bars: 62, curve: 31 };
const NONE = { start: [], end: [], value: [], coverage: [], quality: [] };

export async function meter(context) {
  const { t, language, clock, series, state, go } = context;
  const key = state.page;
  const role = (name) => name && series.find((one) => one.labels?.role === name && one.points > 0);
  const [daily, load] = [role(METERS[key].daily), role(METERS[key].curve)];
  if (!daily) return [h("div.head", null, h("h1", null, t[key])), h("p.sentence", null, t.willShow[key]), h("p", null, t.noYet), h("p", null, h("a", { href: format({ ...state, page: "import" }) }, t.import))];
  const latest = clock.iso(daily.latest.start + 3600);
  const { steps } = METERS[key];
  const free = Boolean(state.from);
  const step = free ? "free" : steps.includes(state.step) ? state.step : "week";
  const date = state.date ?? latest;
  const { from, to } = free ? { from: state.from, to: shift(state.to, { days: 1 }) } : period(date, step);
  const length = daysBetween(from, to);
  // A free period may cut its first and last month: its bars are added up from days.
  const bucket = step === "year" ? "month" : "day";
  const folded = free && length > MOST.bars;
  // How a free period is labelled: as the week, month or year it is nearest to.
  const shape = !free ? step : folded ? "year" : length > 10 ? "month" : "week";
  const earlier = free ? { from: shift(from, { years: -1 }), to: shift(to, { years: -1 }) } : step === "month" ? period(shift(from, { years: -1 }), step) : period(stride(from, step, -1), step);
  const why = reasons(key, { daily, load, latest, from, to }, context);
  const thisYear = Number(latest.slice(0, 4));
  const curved = load && length <= MOST.curve && from <= latest;
  const [now, then, watts, hours, coverage, ahead, years, cold] = await Promise.all([
    api.points(daily.id, { step: bucket, from, to }),
    api.points(daily.id, { step: bucket, ...earlier }),
    curved ? api.points(load.id, { step: "raw", from, to }) : null,
    curved && step === "day" ? api.points(load.id, { step: "hour", from, to }) : null,
    curved ? api.coverage(load.id, { from, to }) : null,
    // What is to come stands beside the last period only.
    to > latest ? outlook(key, context) : [],
    api.points(daily.id, { step: "month", from: `${thisYear - YEARS + 1}-01-01`, to: `${thisYear + 1}-01-01` }),
    step === "day" || folded ? null : api.quietly(api.degreeDays({ step: bucket, from, to })),
  ]);
  const [explained, findings, ...others] = await why;
  const slots = pair(now ?? NONE, then ?? NONE, { step, bucket, clock, from, to });
  const spoken = spell({ from, to, step, clock });
  const received = slots.filter((slot) => slot.now != null).length;
  return [
    h("div.head", null, h("h1", null, t[key]), picker({ t, steps, step, date, from, until: shift(to, { days: -1 }), spoken, last: to > latest, go })),
    sentence(slots, spoken, step, context),
    h("p.note", null, received ? t.received[bucket](received, slots.length) : "", " ", key === "gas" ? t.gasDay : ""),
    h("div.grid", null, [
      watts?.start.length ? loadCard({ points: watts, coverage, from, to, step: free && length === 1 ? "day" : shape }, context) : [],
      hours?.start.length ? hourCard(hours, context) : [],
      step === "day" ? [] : bucketCard(key, folded ? months(slots) : slots, { step, shape, from, earlier, degrees: cold && degreesOf(cold, slots, { bucket, latest, clock }) }, context), ahead,
      explained, findings, yearsCard(years, key, context), others].flat()),
  ];

  function sentence(all, name, length) {
    const sum = all.reduce((total, slot) => total + (slot.now ?? 0), 0);
    if (!all.some((slot) => slot.now != null)) return h("p.sentence", null, t.nothing(name));
    const both = all.filter((slot) => slot.now != null && slot.then != null && !slot.incomplete && !slot.thenIncomplete);
    const [mine, theirs] = ["now", "then"].map((side) => both.reduce((total, slot) => total + slot[side], 0));
    const line = h("p.sentence", null, `${name}${t.colon}`, h("b", null, quantity(sum, "kWh", language)));
    if (theirs > 0) {
      const share = (mine / theirs - 1) * 100;
      line.append(t.compared(Math.sign(Math.round(share * 10)), percent(share, language), length));
    }
    line.append(".");
    return line;
  }
}

/** How far back the nights and the peaks are looked at, days. */
const BACK = { nights: 90, peaks: 365 };

/** Why it was so much: what the weather explains and what not, the usual week, nights, peaks, another period. */
function reasons(key, { daily, load, latest, from, to }, context) {
  const { t, language, clock, state } = context;
  const until = shift(latest, { days: 1 });
  const back = (days, first) => [shift(until, { days: -days }), clock.iso(first)].sort().at(-1);
  const card = (answer, draw, title, width) => part(answer, draw, { title, t, language, width });
  const model = api.regressions().then((all) => all.find(({ target }) => target === daily.id)).then((own) => (own ? api.regression(own.name) : null));
  const pair = pairOf(state, { from, to, latest });
  const compared = card(comparison(daily.id, pair), (answer) => compareCard(answer, pair, context, load && "two-thirds"), t.compare.title, load && "two-thirds");
  const cards = [
    card(model, (own) => explainedCard(own, { key, daily }, context), t.explained.title),
    // What failed is told above.
    card(model.catch(() => null), (own) => (own?.months.length ? findingsCard(own, { key, daily }, context) : document.createComment("")), t.findings.title),
  ];
  if (!load) return Promise.all([...cards, compared]);
  const last = clock.iso(load.last - 1);
  const span = spanOf(state, { from, to, latest: last, first: clock.iso(load.first) });
  const [nights, peaks] = [BACK.nights, BACK.peaks].map((days) => ({ from: back(days, load.first), to: until }));
  return Promise.all([
    ...cards,
    card(weekOf(load.id, span), (answer) => weekCard(answer, span, { ...context, key }), t.usual.title, "half"),
    card(api.baseLoad(load.id, nights), (answer) => baseCard(answer, key, context), t.base.title, "half"),
    card(api.peaks(load.id, { ...peaks, count: 10 }), (answer) => peaksCard(answer, { spoken: t.lastYear }, context), t.peaks.title, "third"),
    compared,
  ]);
}

/** Each day (or month) of a period with the same one of the period before: by weekday, day of the month, or month. */
function pair(now, then, { step, bucket, clock, from, to }) {
  const monthly = bucket === "month";
  const place = (start, years = 0) => {
    const date = clock.iso(start + 43200);
    if (step === "free") return shift(date, { years });
    if (step === "year") return Number(date.slice(5, 7));
    return step === "month" ? Number(date.slice(8)) : new Date(`${date}T12:00:00Z`).getUTCDay();
  };
  const index = (points, years) => new Map(points.start.map((start, i) => [step === "day" ? 0 : place(start, years), { value: points.value[i], partial: points.value[i] !== null && points.coverage[i] < WHOLE }]));
  const [mine, theirs] = [index(now, 0), index(then, 1)];
  const slots = [];
  for (let date = from; date < to; date = shift(date, monthly ? { months: 1 } : { days: 1 })) {
    // Half a day before its noon, so that the place is read as the points' own is.
    const at = noon(date);
    const where = step === "day" ? 0 : place(at - 43200 + 3600);
    slots.push({
      at, now: mine.get(where)?.value ?? null, incomplete: mine.get(where)?.partial,
      then: theirs.get(where)?.value ?? null, thenIncomplete: theirs.get(where)?.partial,
    });
  }
  return slots;
}

/** The degree-days of each day or month shown, null where temperatures are not known; null where none is. */
function degreesOf({ start, value, coverage }, slots, { bucket, latest, clock }) {
  const place = (date) => (bucket === "month" ? date.slice(0, 7) : date);
  const known = new Map(start.map((at, i) => [place(clock.iso(at + 43200)), coverage[i] >= ENOUGH || place(latest) === place(clock.iso(at + 43200)) ? value[i] : null]));
  const found = slots.map(({ at }) => known.get(place(new Date(at * 1000).toISOString().slice(0, 10))) ?? null);
  return found.some((one) => one !== null) ? found : null;
}

/** Days added up by month; a month that is cut or lacks a day is incomplete. */
function months(days) {
  const name = ({ at }) => new Date(at * 1000).toISOString().slice(0, 7);
  const add = (slots, side) => slots.reduce((sum, slot) => (slot[side] == null ? sum : (sum ?? 0) + slot[side]), null);
  return [...new Set(days.map(name))].map((month) => {
    const own = days.filter((day) => name(day) === month);
    const length = daysBetween(`${month}-01`, shift(`${month}-01`, { months: 1 }));
    const lacks = (side, flag) => own.filter((day) => day[side] != null && !day[flag]).length < length;
    return {
      at: own[0].at, now: add(own, "now"), then: add(own, "then"),
      incomplete: lacks("now", "incomplete"), thenIncomplete: lacks("then", "thenIncomplete"),
    };
  });
}

function spell({ from, to, step, clock }) {
  if (step === "day") return clock.wholeDay(noon(from));
  if (step === "month") return clock.wholeMonth(noon(from));
  return step === "year" ? from.slice(0, 4) : clock.dates(noon(from), noon(shift(to, { days: -1 })));
}

function bucketCard(key, slots, { step, shape, from, earlier, degrees }, { t, language, clock }) {
  const narrow = matchMedia("(width < 700px)").matches;
  const monthly = shape === "year";
  const name = (slot) => (monthly ? clock.month(slot.at) : clock.day(slot.at));
  const monday = (slot) => new Date(slot.at * 1000).getUTCDay() === 1;
  const label = (slot) => {
    if (monthly) return narrow ? clock.monthLetter(slot.at) : clock.monthName(slot.at);
    return shape === "month" || narrow ? clock.dayNumber(slot.at) : clock.weekday(slot.at);
  };
  // Days share their cursor with the load curve; months have none beside them.
  const days = monthly ? [] : midnights(from, shift(from, { days: slots.length }), clock);
  const shown = slots.map((slot, i) => ({ ...slot, from: days[i], to: days[i + 1], label: label(slot), tick: shape !== "month" || monday(slot) }));
  const names = step === "free" ? [t.thisPeriod, t.yearBefore] : step === "week" ? [t.thisWeek, t.weekBefore] : step === "month" ? [clock.month(noon(from)), clock.month(noon(earlier.from))] : [from.slice(0, 4), earlier.from.slice(0, 4)];
  const value = (one) => (one == null ? "–" : quantity(one, "kWh", language));
  const digits = monthly ? 0 : 1;
  const cold = (i) => (degrees[i] === null ? "–" : fixed(degrees[i], language, digits));
  const title = `${t[key]} ${monthly ? t.byMonth : t.byDay}`;
  return chartCard({
    title, unit: "kWh", t, titles: [monthly ? t.month : t.day, ...names, ...(degrees ? [t.degreeDays] : [])],
    legend: [swatch("now", key, names[0]), swatch("then", key, names[1]), shown.some((slot) => slot.incomplete || slot.thenIncomplete) && swatch("hatch", key, t.partial), degrees && swatch("dots", "weather", t.degreeDays)].filter(Boolean),
    rows: () => shown.map((slot, i) => [name(slot), value(slot.now), value(slot.then), ...(degrees ? [cold(i)] : [])]),
    draw: (box, read) => bars(box, {
      slots: shown, colour: `--${key}`, format: (one) => number(one, language), line: degrees && { values: degrees, colour: "--weather", format: (one) => number(one, language) },
      pick: (i) => read(i === null ? null : [h("b", null, name(shown[i])), swatch(shown[i].incomplete ? "hatch" : "now", key, names[0], value(shown[i].now)), swatch("then", key, names[1], value(shown[i].then)), degrees && swatch("dots", "weather", t.degreeDays, cold(i))]),
    }),
  });
}

function hourCard(hours, { t, language, clock }) {
  const names = hourNames(hours.start, clock);
  // What the rail, the margins and the axis leave to the plot.
  const room = (Math.min(innerWidth, 1280) - (innerWidth < 1024 ? 120 : 346)) / names.length;
  const labels = tidy(names, hours.start.map(clock.hourOf), room >= 40 ? 1 : room * 3 >= 38 ? 3 : 6, room);
  const slots = names.map((label, i) => ({ label: labels[i] ?? "", name: label, tick: labels[i] !== null, from: hours.start[i], to: hours.end[i], now: hours.value[i], incomplete: hours.value[i] !== null && hours.coverage[i] < WHOLE }));
  const value = (one) => (one == null ? "–" : quantity(one, "kWh", language));
  return chartCard({
    title: `${t.electricity} ${t.byHour}`, unit: "kWh", t, legend: [swatch("now", "electricity", t.measured)], titles: [t.hour, "kWh"],
    rows: () => slots.map((slot) => [slot.name, value(slot.now)]),
    draw: (box, read) => bars(box, {
      slots, colour: "--electricity", format: (one) => number(one, language),
      pick: (i) => read(i === null ? null : [h("b", null, slots[i].name), swatch(slots[i].incomplete ? "hatch" : "now", "electricity", "", value(slots[i].now))]),
    }),
  });
}
