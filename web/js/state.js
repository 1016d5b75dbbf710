// Page, date, step and language live in the address: a link shows the same.

import { shift } from "./time.js";

export const PAGES = ["overview", "electricity", "gas", "grid", "data", "connectors", "import", "settings"];

/** How long a period a page may show. */
export const STEPS = ["day", "week", "month", "year"];

/** How many days before a last one the grid's page shows. */
export const STRETCHES = ["3d", "7d", "30d", "90d"];

/** What the grid's curve shows: the load, or how far the forecasts were from it. */
export const SIGHTS = ["load", "gap"];

/** How many days the page of data shows. */
export const REACHES = ["30d", "90d", "365d"];

/** By which lengths values are summed up before they are looked at. */
const LENGTHS = ["raw", "hour", "day", "month"];

/** Of which days the usual week is made: those of the page, or the last so many. */
export const SPANS = ["page", "30d", "90d", "365d"];

/** `#/electricity?date=2026-11-20&step=week` as values. */
export function parse(hash) {
  const [path, search] = hash.replace(/^#\/?/, "").split("?");
  const values = Object.fromEntries(new URLSearchParams(search ?? ""));
  return { page: PAGES.includes(path) ? path : "overview", ...pick(values) };
}

/** A date that exists, near enough to have readings. */
const isDate = (text) => /^20\d{2}-\d{2}-\d{2}$/.test(text ?? "") && shift(text, {}) === text;

function pick({ date, step, lang, from, to, at, sight, span, one, end, other, series, by }) {
  const state = {};
  if (isDate(date)) state.date = date;
  // Two free dates, both within the period.
  if (isDate(from) && isDate(to) && from <= to) Object.assign(state, { from, to });
  if ([...STEPS, ...STRETCHES, ...REACHES].includes(step)) state.step = step;
  // The time of day at which the forecasts shown were made.
  if (/^([01]\d|2[0-3]):[0-5]\d$/.test(at ?? "")) state.at = at;
  if (SIGHTS.includes(sight)) state.sight = sight;
  if (SPANS.includes(span)) state.span = span;
  // Two periods that are compared: the first by both its ends, the second by its first day.
  if (isDate(one) && isDate(end) && one <= end) Object.assign(state, { one, end });
  if (isDate(other)) state.other = other;
  if (/^[\w.-]{1,80}$/.test(series ?? "")) state.series = series;
  if (LENGTHS.includes(by)) state.by = by;
  if (lang) state.lang = lang;
  return state;
}

/** Values as an address. */
export function format({ page, ...values }) {
  const search = new URLSearchParams(Object.entries(values).filter(([, value]) => value));
  return `#/${page}${search.size ? `?${search}` : ""}`;
}
