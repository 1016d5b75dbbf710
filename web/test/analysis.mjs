// What the daemon answers about use and weather, for pages to be checked against: of the readings that it has, with
// an invented winter, an invented model and an invented family.
import { clock, noon, shift } from "../js/time.js";
import { URL_BASE } from "./chromium.mjs";

const DAY = 86400;
const KINDS = { electricity: "electricity.daily", gas: "gas.energy" };

/** The same number between -1 and 1 for the same text. */
export function noise(text) {
  let seed = 7;
  for (const letter of String(text)) seed = (seed * 31 + letter.charCodeAt(0)) % 100003;
  const x = Math.sin(seed * 12.9898) * 43758.5453;
  return 2 * (x - Math.floor(x)) - 1;
}

/** Degree-days of a date, by an invented climate. */
export function degreeDays(date) {
  const day = (Date.parse(date) - Date.parse(`${date.slice(0, 4)}-01-01`)) / DAY / 1000;
  return Math.round(10 * Math.max(0, 6.6 + 7.4 * Math.cos((2 * Math.PI * (day - 20)) / 365.25) + 2.5 * noise(date))) / 10;
}

const dates = (from, to) => {
  const found = [];
  for (let date = from; date < to; date = shift(date, { days: 1 })) found.push(date);
  return found;
};
const sum = (values) => values.reduce((total, value) => total + value, 0);
const quantile = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];

/** The daemon's series with their days, asked for once. */
let told = null;
const readings = () => (told ??= (async () => {
  const json = async (path) => (await fetch(`${URL_BASE}/api/v1${path}`)).json();
  const series = await json("/series");
  const paris = clock("en", "Europe/Paris");
  const found = {};
  for (const [kind, role] of Object.entries(KINDS)) {
    const one = series.find(({ labels, points }) => labels.role === role && points > 0);
    const days = new Map();
    for (let year = 2023; year <= 2026; year += 1) {
      const { start, value } = await json(`/series/${one.id}/points?step=day&from=${year}-01-01&to=${year + 1}-01-01`);
      start.forEach((at, i) => value[i] !== null && days.set(paris.iso(at + 43200), value[i]));
    }
    found[kind] = { id: one.id, days };
  }
  return { series, meters: found, curve: series.find(({ labels }) => labels.role === "electricity.load_curve").id };
})());

/**
 * What a status of a model looks like: `fitted`, `provisional`, `waiting`, `refused`; "none" where there is no model.
 * @typedef {{model?: string, message?: object|string|null, changes?: object[], events?: object[], anomalies?: object[],
 *   outside?: Record<string, number>, missing?: string[], muted?: string[], away?: string[], instead?: Function}} Options
 *   `outside`: by how much a month differs from the model; `missing`: days without temperature; `away`: days with
 *   nobody at home; `instead(path, method, answer)` answers `[status, body]` for some addresses
 */

/**
 * Gives a page these answers where the daemon's would be; all else is the daemon's own.
 * @param {Options} options
 * @returns {Promise<{asked: {method: string, path: string, body: object|null}[], answer: (path: string) => object, today: string}>}
 */
export async function analysed(tab, options = {}) {
  const { series, meters, curve } = await readings();
  const today = new Date().toLocaleDateString("en-CA", { timeZone: "Europe/Paris" });
  const muted = new Set(options.muted ?? []);
  const home = new Map((options.away ?? []).map((date) => [date, 0]));
  const missing = new Set(options.missing ?? []);
  const cold = (date) => (missing.has(date) || date >= today ? null : degreeDays(date));
  const midnight = (date) => noon(date) - 43200 - 3600;
  const kindOf = (id) => Object.keys(meters).find((kind) => meters[kind].id === id);
  const ofDays = (id, from, to) => dates(from, to).map((date) => meters[kindOf(id)]?.days.get(date) ?? null);

  function degree({ from, to, step = "day", base = "18" }) {
    const groups = new Map();
    for (const date of dates(from, to)) {
      const name = step === "day" ? date : date.slice(0, step === "month" ? 7 : 4);
      groups.set(name, [...(groups.get(name) ?? []), date]);
    }
    const all = [...groups.values()];
    const known = all.map((days) => days.map(cold).filter((value) => value !== null));
    return {
      base: Number(base), method: "min_max", kind: "heating", series: ["weather.temperature"], unit: "degC.d", timezone: "Europe/Paris",
      start: all.map((days) => midnight(days[0])), end: all.map((days) => midnight(shift(days.at(-1), { days: 1 }))),
      value: known.map((values) => (values.length ? sum(values) : null)), coverage: known.map((values, i) => values.length / all[i].length),
    };
  }

  function models() {
    const status = options.model ?? "fitted";
    if (status === "none") return [];
    return Object.entries(meters).map(([kind, { id }]) => ({
      name: `${kind}_weather`, target: id, form: "daily", status, message: options.message ?? null,
      ...(status === "waiting" || status === "refused" ? { fitted: null, fitted_at: null, r2: null, cv_rmse: null } : { fitted: { from: "2024-01-01", to: "2026-01-01" }, fitted_at: midnight(today), r2: 0.972, cv_rmse: 0.104 }),
    }));
  }

  function model(name) {
    const own = models().find((one) => one.name === name);
    if (!own) return null;
    const { days } = meters[kindOf(own.target)];
    const heads = { ...own, unit: "kWh", kappa: 1.24, base: 17, sun: 0.2, changes: options.changes ?? [], events: options.events ?? [], anomalies: (options.anomalies ?? []).map((one) => ({ ...one, muted: muted.has(own.target) })), history: [], waiting: null };
    if (own.fitted === null) return { ...heads, kappa: null, base: null, sun: null, coefficients: [], months: [], days: [], changes: [], events: [], anomalies: [], waiting: own.status === "waiting" ? { heating_days: 19, needed: 60 } : null };
    const last = [...days.keys()].sort().at(-1);
    const month = (label) => {
      const all = dates(`${label}-01`, shift(`${label}-01`, { months: 1 }));
      const known = all.map((date) => days.get(date)).filter((value) => value !== undefined);
      const actual = known.length ? sum(known) : null;
      const near = (actual ?? 300) / (options.outside?.[label] ?? 1 + 0.07 * noise(label));
      const warm = all.map(cold);
      return { month: label, actual, predicted: near, lower: near * 0.85, upper: near * 1.15, coverage: known.length / all.length, degree_days: warm.includes(null) ? null : sum(warm), in_fit: label < "2026" };
    };
    const labels = [];
    for (let date = "2024-01-01"; date <= last; date = shift(date, { months: 1 })) labels.push(date.slice(0, 7));
    const recent = dates(shift(last, { days: -399 }), shift(last, { days: 1 }));
    return {
      ...heads,
      coefficients: [
        { name: "constant", unit: "kWh/d", value: 1.74, lower: 1.21, upper: 2.27, t: 6.4, p: 1e-9 },
        { name: "heating", unit: "kWh/d/degC", value: 9.95, lower: 9.62, upper: 10.28, t: 59.3, p: 0 },
      ],
      months: labels.map(month),
      days: recent.map((date) => { const actual = days.get(date) ?? null; const near = (actual ?? 10) * (1 + 0.2 * noise(date)); return { date, actual, predicted: near, lower: near * 0.6, upper: near * 1.4 }; }),
    };
  }

  function profile({ id, from, to }) {
    const values = Array.from({ length: 7 }, (_, day) => Array.from({ length: 24 }, (_, hour) => 320 + 900 * Math.exp(-((hour - 20) ** 2) / 5) + 500 * Math.exp(-((hour - 7.5) ** 2) / 2) * (day < 5 ? 1 : 0.3) + (day > 4 ? 260 * Math.exp(-((hour - 13) ** 2) / 8) : 0) + 60 * noise(`${day}.${hour}`)));
    if (options.hole) values[options.hole[0]][options.hole[1]] = null;
    return { id, unit: "W", timezone: "Europe/Paris", from, to, days: dates(from, to).length, values, counts: values.map((row) => row.map((value) => (value === null ? 0 : 4))) };
  }

  function distribution({ id, from, to, bins, step = "raw" }) {
    const unit = series.find((one) => one.id === id)?.unit ?? "";
    const own = kindOf(id) ? ofDays(id, from, to) : dates(from, to).map((date) => 40 + 12 * noise(`${id}${date}`) + 9 * noise(`${date}${id}`));
    const sorted = own.filter((value) => value !== null).sort((one, other) => one - other);
    const between = step === "raw" ? [{ seconds: DAY, count: Math.max(0, sorted.length - 3) }, { seconds: DAY - 3600, count: 1 }, { seconds: 3 * DAY, count: 1 }] : null;
    const frame = { id, unit, step, timezone: "Europe/Paris", from, to, count: sorted.length, between };
    if (!sorted.length) return { ...frame, mean: null, standard_deviation: null, histogram: { edges: [], counts: [] }, box: null };
    const count = Number(bins ?? 20);
    const [low, high] = [sorted[0], sorted.at(-1)];
    const width = (high - low || 1) / count;
    const counts = Array.from({ length: count }, () => 0);
    for (const value of sorted) counts[Math.min(count - 1, Math.floor((value - low) / width))] += 1;
    const [q1, median, q3] = [0.25, 0.5, 0.75].map((share) => quantile(sorted, share));
    const [floor, roof] = [q1 - 1.5 * (q3 - q1), q3 + 1.5 * (q3 - q1)];
    const outliers = sorted.filter((value) => value < floor || value > roof);
    const mean = sum(sorted) / sorted.length;
    return {
      ...frame, mean, standard_deviation: Math.sqrt(sum(sorted.map((value) => (value - mean) ** 2)) / sorted.length),
      histogram: { edges: Array.from({ length: count + 1 }, (_, i) => low + i * width), counts },
      box: { lower_whisker: sorted.find((value) => value >= floor), q1, median, q3, upper_whisker: sorted.findLast((value) => value <= roof), outliers: outliers.slice(0, 200), outliers_total: outliers.length },
    };
  }

  function compare({ series: id, from, to, with_from: other }) {
    const length = dates(from, to).length;
    const side = (first) => {
      const days = dates(first, shift(first, { days: length }));
      const known = ofDays(id, first, shift(first, { days: length })).filter((value) => value !== null);
      const warm = days.map(cold).filter((value) => value !== null);
      return { from: first, to: shift(first, { days: length }), total: known.length ? sum(known) : null, coverage: known.length / length, degree_days: warm.length >= 0.95 * length ? sum(warm) : null };
    };
    const [first, second] = [side(from), side(other)];
    const both = first.total !== null && second.total !== null;
    const fitted = models().some((one) => one.target === id && one.fitted);
    const delta = both ? first.total - second.total : null;
    return {
      series: id, unit: "kWh", timezone: "Europe/Paris", first, second, delta, delta_percent: both && second.total ? (100 * delta) / second.total : null, comparable: both && Math.min(first.coverage, second.coverage) > 0.98,
      corrected: both && fitted ? { expected_first: first.total * 1.08, expected_second: second.total, delta_percent: -8.2, lower: -13.4, upper: -2.9, model: `${kindOf(id)}_weather` } : null,
    };
  }

  function baseLoad({ id, from, to }) {
    const valid = options.mild ?? true;
    const days = dates(from, to).map((date) => ({ date, minimum: missing.has(date) ? null : 92 + 14 * noise(date) }));
    return { id, unit: "W", days: days.map((day, i) => ({ ...day, level: i < 6 || day.minimum === null ? null : 88 + 5 * noise(day.date.slice(0, 9)) })), level: valid ? 88 : null, drift: valid ? 4 : null, limit: 33, alarm: false, valid, why: valid ? null : { en: "Heating is on: the nights say nothing about the base load.", fr: "Le chauffage est allumé : les nuits ne disent rien du talon." } };
  }

  function peaks({ id, from, to, count = 10 }) {
    const days = dates(from, to).filter((date) => date < today).slice(-60);
    const all = days.map((date) => ({ start: midnight(date) + 19 * 3600, end: midnight(date) + 19 * 3600 + 1800, value: Math.round(4200 + 1800 * noise(`p${date}`)), quality: noise(date) > 0.9 ? "estimated" : "measured" }));
    return { id, unit: "W", peaks: all.sort((one, other) => other.value - one.value).slice(0, Number(count)) };
  }

  const occupancy = ({ from, to }) => ({ series: "home.occupancy", days: dates(from, to).map((date) => ({ date, persons: home.get(date) ?? null })) });

  function answer(path, method = "GET", body = null) {
    const { pathname, searchParams } = new URL(path, "http://home");
    const values = Object.fromEntries(searchParams);
    const [, id, what] = pathname.match(/^\/series\/([^/]+)\/([\w-]+)$/) ?? [];
    const asked = { ...values, id: id && decodeURIComponent(id) };
    if (method === "PUT" && what === "muted") {
      muted[body.muted ? "add" : "delete"](asked.id);
      return body;
    }
    if (method === "PUT" && pathname === "/occupancy") {
      for (const date of dates(body.from, body.to)) home.set(date, body.persons ?? 1);
      return occupancy(body);
    }
    if (what) return { profile, distribution, "base-load": baseLoad, peaks }[what](asked);
    if (pathname === "/degree-days") return degree(values);
    if (pathname === "/compare") return compare(values);
    if (pathname === "/regressions") return models();
    if (pathname === "/anomalies") return models().flatMap(({ target }) => (options.anomalies ?? []).filter(({ date }) => date >= values.from && date < values.to).map((one) => ({ ...one, series: target, muted: muted.has(target) })));
    if (pathname === "/occupancy") return occupancy(values);
    return model(decodeURIComponent(pathname.replace(/^\/regressions\/|\/fit$/g, "")));
  }

  const asked = [];
  const routes = ["degree-days**", "compare**", "regressions**", "anomalies**", "occupancy**", "series/*/profile**", "series/*/distribution**", "series/*/base-load**", "series/*/peaks**", "series/*/muted"];
  for (const one of routes) {
    await tab.route(`**/api/v1/${one}`, (route) => {
      const request = route.request();
      const path = request.url().slice(request.url().indexOf("/api/v1") + 7);
      const body = request.postDataJSON();
      asked.push({ method: request.method(), path: decodeURIComponent(path), body });
      const [status, json] = options.instead?.(decodeURIComponent(path), request.method(), answer) ?? [200, answer(path, request.method(), body)];
      return route.fulfill({ status, json, contentType: status < 400 ? "application/json" : "application/problem+json" });
    });
  }
  return { asked, answer, today, meters, curve };
}

/** Sentences of a change, an insulation and an odd day, as the daemon writes them. */
export const FOUND = {
  changes: [{ since: "2026-03-14", since_from: "2026-03-02", since_to: "2026-04-01", percent: -22, lower: -28, upper: -15, found_on: "2026-05-02", sentence_fr: "Depuis le 14 mars 2026 (entre le 2 mars et le 1er avril), vous utilisez 22 % de moins que ce que la météo explique (95 % : de 15 à 28 %).", sentence_en: "Since 14 March 2026 (between 2 March and 1 April) you use 22 % less than the weather explains (95 %: 15 to 28 %)." }],
  events: [{ date: "2025-09-10", name: "Isolation", percent: -4, lower: -13, upper: 5, kwh: -210, kwh_lower: -690, kwh_upper: 270, visible: false, sentence_fr: "Isolation du 10 septembre 2025 : l’effet est trop petit pour être vu (95 % : de −13 à +5 %).", sentence_en: "Insulation of 10 September 2025: its effect is too small to be seen (95 %: −13 to +5 %)." }],
  anomalies: [
    { date: "2026-11-12", kind: "odd_day", actual: 88.2, expected: 41.5, lower: 20, upper: 63, sentence_fr: "Le 12 novembre 2026 : 88 kWh, quand la météo en expliquait 20 à 63.", sentence_en: "12 November 2026: 88 kWh, where the weather explains 20 to 63." },
    { date: "2026-02-03", kind: "frozen", actual: 12, expected: 30, lower: 18, upper: 42, sentence_fr: "Du 3 au 6 février 2026, la mesure n’a pas bougé : le capteur s’est peut-être figé.", sentence_en: "From 3 to 6 February 2026 the reading did not move: the sensor may have frozen." },
  ],
};
