// What the pages work out of degree-days, models and periods. Nothing here draws.

import { daysBetween, shift } from "./time.js";

/** From which coverage on a period is whole. */
export const WHOLE = 0.999;

/** Of how much of a period temperatures must be known for its sum to say something. */
export const ENOUGH = 0.98;

/** How many years stand side by side. */
export const YEARS = 4;

/** The fewest days of which a week can be made. */
const FEWEST = 7;

/** The degree-days of months; null where days are missing, but for the month of `today`, which is not over. */
export function monthlyDegrees({ start, value, coverage }, { today, year, clock }) {
  const months = Array.from({ length: 12 }, () => null);
  start.forEach((at, i) => {
    const date = clock.iso(at + 43200);
    if (!date.startsWith(String(year))) return;
    if (coverage[i] >= ENOUGH || date.slice(0, 7) === today.slice(0, 7)) months[Number(date.slice(5, 7)) - 1] = value[i];
  });
  return months;
}

/** How much of a month must be there for it to be judged: the model is asked of the same days. */
export const JUDGED = 0.9;

/** How far a month is from its model, in %, where it is nearly whole and outside the interval; else null. */
export function outside({ actual, predicted, lower, upper, coverage }) {
  if ([actual, predicted, lower, upper].some((value) => value == null) || coverage < JUDGED || predicted <= 0) return null;
  return actual < lower || actual > upper ? (actual / predicted - 1) * 100 : null;
}

/** All that a model found, the newest first; what is silenced is left out. */
export function found({ changes = [], events = [], anomalies = [] }, silent) {
  const all = [
    ...changes.map((one) => ({ ...one, kind: "change", date: one.since })),
    ...events.map((one) => ({ ...one, kind: "event" })),
    ...(silent ? [] : anomalies.filter((one) => !one.muted)),
  ];
  return all.sort((one, other) => other.date.localeCompare(one.date));
}

/** Months by year: `[{year, months: [12 of {value, incomplete}]}]`, the oldest first; years without a value are left out. */
export function byYear({ start, value, coverage }, clock) {
  const years = new Map();
  start.forEach((at, i) => {
    if (value[i] === null) return;
    const [year, month] = clock.iso(at + 43200).split("-").map(Number);
    if (!years.has(year)) years.set(year, Array.from({ length: 12 }, () => ({ value: null, incomplete: false })));
    years.get(year)[month - 1] = { value: value[i], incomplete: coverage[i] < WHOLE };
  });
  return [...years].sort(([one], [other]) => one - other).slice(-YEARS).map(([year, months]) => ({ year, months }));
}

/** The days that a week is made of: so many up to the last reading, or the period of the page where it is long enough. */
export function spanOf(state, { from, to, latest, first }) {
  const until = shift(latest, { days: 1 });
  const end = to < until ? to : until;
  const own = from >= first && daysBetween(from, end) >= FEWEST;
  const wanted = state.span ?? "30d";
  if (wanted === "page" && own) return { span: "page", from, to: end, own };
  const span = wanted === "page" ? "30d" : wanted;
  const since = shift(until, { days: -Number.parseInt(span, 10) });
  return { span, from: since < first ? first : since, to: until, own };
}

/** The two periods of the address, else those of the page and a year before, up to the last reading. */
export function pairOf(state, { from, to, latest }) {
  if (state.one && state.end) return { from: state.one, to: shift(state.end, { days: 1 }), other: state.other ?? shift(state.one, { years: -1 }) };
  const until = shift(latest, { days: 1 });
  const end = to < until ? to : until;
  const start = from < end ? from : shift(end, { days: -7 });
  return { from: start, to: end, other: state.other ?? shift(start, { years: -1 }) };
}

/** Days in a row with nobody at home, as `{from, to}` with `to` not among them, in order. */
export function absences(days) {
  const found = [];
  for (const { date, persons } of [...days].sort((one, other) => one.date.localeCompare(other.date))) {
    if (persons !== 0) continue;
    const next = shift(date, { days: 1 });
    if (found.at(-1)?.to === date) found.at(-1).to = next;
    else found.push({ from: date, to: next });
  }
  return found;
}
