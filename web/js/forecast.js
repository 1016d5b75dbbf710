// What the pages work out of forecasts and their scores. Nothing here draws.

import { nextOf } from "./time.js";
import { quantity } from "./units.js";

const HOUSEHOLD = ["W", "kWh"];
const SCALES = { MW: { unit: "GW", factor: 1e-3, digits: 1 }, W: { unit: "kW", factor: 1e-3, digits: 2 } };
const HOUR = 3600;

/** Ours, then RTE's, as the scores name them. */
export const OURS = "watteau";
export const OFFICIAL = "official";
export const NAIVE = ["naive_d1", "naive_d2", "naive_d7"];

/** Whether a target is a home's. */
export const isHousehold = ({ unit }) => HOUSEHOLD.includes(unit);

/** Whether it is the country's load; a series that is not there yet has no unit. */
export const isNational = ({ target, unit }) => unit === "MW" || (!unit && target.endsWith(".load"));

/** By how many degrees the temperatures of a case were blurred, null where they were not. */
export const blurOf = (weather) => (weather?.startsWith("noisy:") ? Number(weather.slice(6)) : null);

/** With which temperatures forecasts were made: one of `names`, or what `blurred` says of an error in degrees. */
export function caseOf(weather, names, blurred, language) {
  const degrees = blurOf(weather);
  return degrees === null ? names[weather] ?? weather : blurred(quantity(degrees, "°C", language));
}

/** When a target is forecast next, seconds. */
export const nextRun = (target, now, clock) => (target.next_run ? Date.parse(target.next_run) / 1000 : nextOf(target.at, now, clock));

/** How a target's values are shown: their unit on the page, by what they are multiplied, decimals. */
export const scaleOf = (unit) => SCALES[unit] ?? { unit, factor: 1, digits: 1 };

/** A list of values multiplied; what is not known stays so. */
export const scaled = (values, factor) => values?.map((value) => (value == null ? null : value * factor)) ?? [];

/** The run that counts for a day: the served one, of the time of day asked for where there is one, else the last. */
export function servedRun(runs, at) {
  const served = runs.filter((run) => run.role === "served").sort((one, other) => one.issued_at - other.issued_at);
  return served.findLast((run) => run.at === at) ?? served.at(-1) ?? null;
}

/** Where a list is highest, null of an empty one. */
export function peakOf(values) {
  let best = null;
  values.forEach((value, i) => { if (value != null && (best === null || value > values[best])) best = i; });
  return best;
}

/** Stretches of following hours for which `flags` is true. */
export function stretches(start, flags) {
  const found = [];
  start.forEach((from, i) => {
    if (!flags[i]) return;
    if (found.at(-1)?.to === from) found.at(-1).to = from + HOUR;
    else found.push({ from, to: from + HOUR });
  });
  return found;
}

/** How far each of two forecasts was off on each local day, % of what happened, on the hours that all three have. */
export function dailyErrors({ start, actual, official, value }, clock) {
  const days = new Map();
  start.forEach((at, i) => {
    if (actual[i] == null || official[i] == null || value[i] == null || actual[i] === 0) return;
    const date = clock.iso(at);
    const day = days.get(date) ?? { date, hours: 0, ours: 0, official: 0 };
    days.set(date, day);
    day.hours += 1;
    day.ours += Math.abs(value[i] / actual[i] - 1) * 100;
    day.official += Math.abs(official[i] / actual[i] - 1) * 100;
  });
  return [...days.values()].map((day) => ({ ...day, ours: day.ours / day.hours, official: day.official / day.hours }));
}

/** A model's line of a score, null where it has none. */
export const lineOf = (score, model) => score?.models?.find((one) => one.model === model) ?? null;

/** Its mean error in %, null where there is none. */
export const mapeOf = (score, model) => lineOf(score, model)?.mape ?? null;

/** The models with the smallest error of a score, as it is written: two that read the same are both the best. */
export function bestOf(score, digits = 2) {
  const known = (score?.models ?? []).filter((one) => one.mape != null).map(({ model, mape }) => ({ model, shown: Number(mape.toFixed(digits)) }));
  const least = Math.min(...known.map(({ shown }) => shown));
  return known.filter(({ shown }) => shown === least).map(({ model }) => model);
}

/** All the models that a list of scores knows, ours first, then its parts, RTE's, the naive ones. */
export function modelsOf(scores, wanted = []) {
  const names = [...new Set([...wanted, ...scores.flatMap((score) => (score?.models ?? []).map(({ model }) => model))])];
  const rank = (name) => (name === OURS ? 0 : name === OFFICIAL ? 2 : NAIVE.includes(name) ? 3 + NAIVE.indexOf(name) : 1);
  return names.map((name, i) => ({ name, i })).sort((one, other) => rank(one.name) - rank(other.name) || one.i - other.i).map(({ name }) => name);
}

/** The fewest decimals, one or two, with which two numbers that differ read as different. */
export const digitsFor = (one, other) => (one.toFixed(1) === other.toFixed(1) && one.toFixed(2) !== other.toFixed(2) ? 2 : 1);

/** What a month will have used, with what is still to come of it. */
export function restOf({ value, lower, upper, so_far: known }) {
  const left = (total) => Math.max(0, total - known);
  return { known, rest: { value: left(value), lower: left(lower), upper: left(upper) }, whole: { value, lower, upper } };
}
