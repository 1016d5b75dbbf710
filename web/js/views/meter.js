// Electricity and gas: the load curve of a period, its days, the months.
import * as api from "../api.js";
import { chartCard, swatch } from "../card.js";
import { bars, curve } from "../charts.js";
import { h } from "../dom.js";
import { shift } from "../time.js";
import { number, quantity } from "../units.js";

const PAGES = { electricity: { daily: "electricity.daily", curve: "electricity.load_curve" }, gas: { daily: "gas.energy" } };

/** First day and end of the period that holds a date. */
export function period(date, step) {
  if (step === "year") return { from: `${date.slice(0, 4)}-01-01`, to: `${Number(date.slice(0, 4)) + 1}-01-01` };
  if (step === "month") return { from: `${date.slice(0, 7)}-01`, to: shift(`${date.slice(0, 7)}-01`, { months: 1 }) };
  const weekday = (new Date(`${date}T12:00:00Z`).getUTCDay() + 6) % 7;
  const from = shift(date, { days: -weekday });
  return { from, to: shift(from, { days: 7 }) };
}

export async function meter(context) {
  const { t, language, clock, series, state, go } = context;
  const key = state.page;
  const role = (name) => series.find((one) => one.labels?.role === name && one.points > 0);
  const [daily, load] = [role(PAGES[key].daily), role(PAGES[key].curve)];
  if (!daily) return [h("h1", null, t[key]), h("p.sentence", null, t.noYet)];
  const last = clock.iso((daily.latest?.start ?? Date.now() / 1000) + 3600);
  const step = state.step ?? "week";
  const date = state.date ?? last;
  const { from, to } = period(date, step);
  const bucket = step === "year" ? "month" : "day";
  const [values, watts, holes] = await Promise.all([
    api.points(daily.id, { step: bucket, from, to }),
    load && step !== "year" ? api.points(load.id, { step: "raw", from, to }) : null,
    load && step !== "year" ? api.coverage(load.id, { from, to: to < last ? to : shift(last, { days: 1 }) }) : null,
  ]);
  const sum = values.value.reduce((total, value) => total + (value ?? 0), 0);
  const found = values.value.some((value) => value !== null);
  const move = (sign) => go({ date: shift(date, step === "week" ? { days: 7 * sign } : step === "month" ? { months: sign } : { years: sign }) });
  const picker = h("div.segments", { role: "group" },
    h("button", { type: "button", "aria-label": t.previous, onclick: () => move(-1) }, "‹"),
    ["week", "month", "year"].map((one) => h("button", { type: "button", "aria-pressed": String(one === step), onclick: () => go({ step: one }) }, t[one])),
    h("button", { type: "button", onclick: () => go({ date: undefined }) }, t.today),
    h("button", { type: "button", "aria-label": t.next, onclick: () => move(1) }, "›"));
  const noon = (day) => Date.parse(`${day}T12:00:00Z`) / 1000;
  const spoken = `${clock.date(noon(from))} – ${clock.date(noon(shift(to, { days: -1 })))}`;
  return [
    h("div.head", null, h("h1", null, t[key]), picker),
    h("p.sentence", null, found ? t.total(quantity(sum, "kWh", language)) : t.nothing),
    h("p.note", null, spoken, ". ", key === "gas" ? t.gasDay : ""),
    h("div.grid", null, watts?.start.length ? loadCard(watts, holes, context) : null, bucketCard(key, values, bucket, context)),
  ];
}

function loadCard(points, coverage, { t, language, clock }) {
  const kilowatts = points.value.map((watts) => (watts === null ? null : watts / 1000));
  const midnights = [...new Set(points.start.map((at) => clock.iso(at)))].map((day) => points.start.find((at) => clock.iso(at) === day));
  const card = chartCard({
    title: t.loadCurve, unit: "kW", t, legend: [swatch("now", "electricity", t.measured)], titles: [t.when, "kW"],
    rows: () => points.start.map((at, i) => [clock.moment(at), kilowatts[i] === null ? "" : number(kilowatts[i], language, 3)]),
    draw: (box, read) => curve(box, {
      start: points.start, end: points.end, value: kilowatts, colour: "--electricity", days: midnights,
      label: (at) => clock.day(at), format: (value) => number(value, language, 1),
      pick: (i, x, y) => read(i === null || y[i] == null ? null : [h("b", null, clock.moment(x[i])), swatch("now", "electricity", quantity(y[i], "kW", language))]),
    }),
  });
  for (const gap of coverage?.gaps.slice(0, 4) ?? []) {
    card.append(h("p.note", null, t.missing(gap.missing), `${clock.moment(seconds(gap.from))} – ${clock.moment(seconds(gap.to))}. `, gap.reason[language] ?? gap.reason.en));
  }
  return card;
}

const seconds = (instant) => (typeof instant === "number" ? instant : Date.parse(instant) / 1000);

function bucketCard(key, values, bucket, { t, language, clock }) {
  const slots = values.start.map((start, i) => ({
    at: start + 43200, now: values.value[i], then: null, incomplete: values.coverage[i] > 0 && values.coverage[i] < 0.999,
    label: bucket === "month" ? clock.monthName(start + 43200) : values.start.length > 7 ? clock.dayNumber(start + 43200) : clock.day(start + 43200),
  }));
  const name = (slot) => (bucket === "month" ? clock.month(slot.at) : clock.day(slot.at));
  return chartCard({
    title: `${t[key]} ${bucket === "month" ? t.byMonth : t.byDay}`, unit: "kWh", t, legend: [swatch("now", key, t.measured)],
    titles: [bucket === "month" ? t.month : t.day, "kWh"],
    rows: () => slots.map((slot) => [name(slot), slot.now === null ? "" : number(slot.now, language)]),
    draw: (box, read) => bars(box, {
      slots, colour: `--${key}`, format: (value) => number(value, language, 0),
      pick: (i) => read(i === null ? null : [h("b", null, name(slots[i])), swatch("now", key, slots[i].now === null ? "–" : quantity(slots[i].now, "kWh", language))]),
    }),
  });
}
