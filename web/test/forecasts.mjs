// Forecasts, as the daemon answers them, of an invented country and an invented home; the errors are real ones of
// the invented curves, so that a page can be checked against them.
import { clock, midnights, shift } from "../js/time.js";

/** The Tuesday on which the invented days end: the clock was put forward two days before. */
export const NOW = Date.parse("2026-03-31T12:20:00Z") / 1000;

const HOUR = 3600;
const NAIVE = { naive_d1: 1, naive_d2: 2, naive_d7: 7 };

/** The same number between -1 and 1 for the same instant and the same salt. */
function noise(at, salt) {
  const x = Math.sin((at / HOUR) * 12.9898 + salt * 78.233) * 43758.5453;
  return 2 * (x - Math.floor(x)) - 1;
}

/** A load with nights, evenings, weekends and winters, in MW. */
export function invented(at) {
  const hour = (at / HOUR + 1) % 24;
  const weekend = [0, 6].includes(new Date(at * 1000).getUTCDay()) ? 0.9 : 1;
  const winter = 1 + 0.22 * Math.cos((2 * Math.PI * (at - 1768435200)) / (365.25 * 86400));
  const shape = 1 - 0.1 * Math.cos((2 * Math.PI * (hour - 4)) / 24) + 0.05 * Math.exp(-((hour - 19) ** 2) / 6) + 0.03 * Math.exp(-((hour - 9) ** 2) / 8);
  return Math.round(52000 * weekend * winter * shape * (1 + 0.01 * noise(Math.floor(at / 86400), 9)));
}

/**
 * What `/api/v1/forecasts…` answers to an address.
 * @param {{now: number, load?: (at: number) => number|null, official?: (at: number) => number|null, first?: string,
 *   live?: string, zone?: string, household?: boolean, message?: object|null, ready?: boolean, national?: boolean}} options
 *   `live`: from this day on forecasts were made at their time, those before are replayed; `ready`: there are forecasts
 */
export function forecasts({ now, load = invented, official = (at) => load(at) && load(at) * (1 + 0.03 * wander(at, 3)), first = "2025-01-01", live = "2026-03-01", zone = "Europe/Paris", household = false, message = null, ready = true, national = true }) {
  const paris = clock("en", zone);
  const today = paris.iso(now);
  const tomorrow = shift(today, { days: 1 });
  const midnight = (date) => midnights(date, date, paris)[0];
  const known = (at) => (at + HOUR <= now ? load(at) : null);
  const ours = (at) => {
    const base = load(at) ?? load(at - 7 * 86400);
    return base == null ? null : base * (1 + 0.024 * wander(at, 1));
  };
  const models = { watteau: ours, adaptive: (at) => ours(at) * (1 + 0.004 * noise(at, 5)), chronos: (at) => ours(at) * (1 + 0.03 * wander(at, 7)), official };
  for (const [name, days] of Object.entries(NAIVE)) models[name] = (at) => load(at - days * 86400);
  const hours = (from, to) => Array.from({ length: Math.max(0, (to - from) / HOUR) }, (_, i) => from + i * HOUR);
  const replayed = (at) => paris.iso(at) < live;
  const half = (value) => value * 0.021;

  function targets() {
    const one = (target, job, unit, more) => ({
      target, job, unit, official: null, at: ["10:00"], lag: "day", models: ["watteau", "naive_d1", "naive_d2", "naive_d7"], first_day: ready ? first : null, last_day: ready ? tomorrow : null,
      last_run: ready || message ? { issued_at: midnight(today) + 10 * HOUR, day: tomorrow, ok: !message, message } : null, ...more,
    });
    return { targets: [
      national && one("rte.load", "grid_forecast", "MW", { official: "rte.forecast_d1", at: ["10:00", "20:00"], lag: "1h", models: Object.keys(models) }),
      household && one("linky.load_curve", "electricity_forecast", "W", {}),
      household && one("gas.energy", "gas_forecast", "kWh", {}),
    ].filter(Boolean) };
  }

  function curve({ target, from, to, at = "10:00" }) {
    const start = hours(midnight(from), Math.min(midnight(to), midnight(shift(tomorrow, { days: 1 }))));
    const value = start.map((one) => (ready && paris.iso(one) >= first ? ours(one) : null));
    return {
      target, unit: "MW", at, timezone: zone, start, actual: start.map(known), official: start.map((one) => (paris.iso(one) <= today || now >= midnight(today) + 19.5 * HOUR ? official(one) : null)),
      value, lower: value.map((one) => one && one - half(one)), upper: value.map((one) => one && one + half(one)),
      inner_lower: value.map((one) => one && one - half(one) / 2), inner_upper: value.map((one) => one && one + half(one) / 2), replayed: start.map(replayed),
    };
  }

  function measured(start) {
    const rows = start.filter((one) => known(one) !== null && Object.values(models).every((model) => model(one) != null));
    const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
    const lines = Object.entries(models).map(([model, of]) => {
      const errors = rows.map((one) => of(one) - known(one));
      const own = !(model in NAIVE) && model !== "official";
      return {
        model, mape: mean(rows.map((one, i) => Math.abs(errors[i] / known(one)) * 100)), mae: mean(errors.map(Math.abs)), rmse: Math.sqrt(mean(errors.map((error) => error ** 2))), bias: mean(errors),
        pinball: own ? mean(errors.map((error) => Math.abs(error) * 0.4)) : null, coverage_80: own ? mean(rows.map((one, i) => (Math.abs(errors[i]) <= half(of(one)) ? 100 : 0))) : null,
      };
    });
    return { hours: rows.length, rows, models: rows.length ? lines : [] };
  }

  function score({ target, from, to, at = "10:00", by }) {
    const start = hours(midnight(from), Math.min(midnight(to), now)).filter((one) => ready && paris.iso(one) >= first);
    const all = measured(start);
    const after = all.rows.filter(replayed).length;
    const groups = {};
    const name = (one) => (by === "hour" ? String(paris.hourOf(one)) : paris.iso(one).slice(0, 7));
    if (by) for (const one of start) (groups[name(one)] ??= []).push(one);
    return {
      target, unit: "MW", since: from, until: to, at, weather: after === 0 ? "forecast" : after === all.hours ? "noisy:0.75" : "mixed", common_hours: all.hours, replayed_hours: after, models: all.models,
      ...(by && { groups: Object.entries(groups).map(([group, own]) => { const { hours: count, models: lines } = measured(own); return { group, hours: count, models: lines }; }) }),
    };
  }

  function runs({ target, day }) {
    const empty = { target, unit: target === "rte.load" ? "MW" : target === "gas.energy" ? "kWh" : "W", day, runs: [] };
    if (!ready || day > tomorrow) return empty;
    const from = midnight(day);
    const start = target === "gas.energy" ? [from] : hours(from, midnight(shift(day, { days: 1 })));
    const scale = { "rte.load": 1, "linky.load_curve": 0.018, "gas.energy": 0.0011 }[target];
    const spread = target === "rte.load" ? 0.0164 : 0.25;
    const value = start.map((one) => ours(one) * scale);
    const quantiles = Object.fromEntries([-1.28, -0.84, -0.52, -0.25, 0, 0.25, 0.52, 0.84, 1.28].map((z, i) => [`0.${i + 1}`, value.map((one) => one * (1 + z * spread))]));
    const total = (list, length = HOUR) => { const sum = list.reduce((all, one) => all + one, 0) * (target === "gas.energy" ? 1 : length / HOUR / 1000); return { value: sum, lower: sum * 0.8, upper: sum * 1.22 }; };
    const home = target !== "rte.load";
    const blocks = home && start.length > 1 ? [0, 6, 12, 18].map((hour) => ({ from: `${String(hour).padStart(2, "0")}:00`, to: `${String(hour + 6).padStart(2, "0")}:00`, ...total(value.filter((_, i) => { const h = paris.hourOf(start[i]); return h >= hour && h < hour + 6; })) })) : [];
    const run = {
      model: "watteau", role: "served", at: "10:00", issued_at: midnight(shift(day, { days: -1 })) + 10 * HOUR, replayed: day < live,
      notes: home ? [{ en: "Only 9 days of the load curve are known yet: bands are wider.", fr: "Seulement 9 jours de courbe de charge sont connus : les bandes sont plus larges." }] : [],
      method: home ? { en: "Days like this one and a filter for each hour, mixed.", fr: "Des jours semblables et un filtre par heure, mêlés." } : { en: "The adaptive model, from the one that comes with watteau.", fr: "Le modèle adaptatif, parti de celui fourni avec watteau." },
      weather: day < live ? "noisy:0.75" : "forecast", hash: "5f1d7c0a9b3e4422", start, value, mean: home ? value.map((one) => one * 1.04) : null, quantiles,
      total: home ? { ...total(value), unit: "kWh" } : null, blocks, month: home ? { value: 640, lower: 610, upper: 675, unit: "kWh", so_far: 455.4 } : null,
    };
    return { ...empty, runs: [run, { ...run, model: "adaptive", role: "part", quantiles: {}, blocks: [], month: null }] };
  }

  return (address) => {
    const { pathname, searchParams } = new URL(address);
    const values = Object.fromEntries(searchParams);
    const kind = pathname.replace(/^\/api\/v1\/forecasts\/?/, "");
    return { targets, curve, score, "": runs }[kind](values);
  };
}

/**
 * Gives a page these forecasts instead of the daemon's, on that day; all else is the daemon's own.
 * @returns {Promise<{asked: string[], answer: (address: string) => object}>} what was asked for, and what was answered
 */
export async function given(tab, options = {}) {
  const answer = forecasts({ now: NOW, ...options });
  const asked = [];
  await tab.route("**/api/v1/status", async (route) => {
    const response = await route.fetch();
    await route.fulfill({ json: { ...(await response.json()), now: new Date((options.now ?? NOW) * 1000).toISOString(), timezone: "Europe/Paris" } });
  });
  await tab.route("**/api/v1/series/rte.load/coverage?**", (route) => route.fulfill({ json: { ranges: [], gaps: options.gaps ?? [], days: [] } }));
  await tab.route("**/api/v1/forecasts**", (route) => {
    const address = route.request().url();
    asked.push(decodeURIComponent(address.slice(address.indexOf("/forecasts"))));
    const [status, json] = options.instead?.(address) ?? [200, answer(address)];
    return route.fulfill({ status, json, contentType: status < 400 ? "application/json" : "application/problem+json" });
  });
  return { asked, answer: (address) => answer(`http://home/api/v1${address}`) };
}

/** Errors that go on from hour to hour, as those of forecasts do. */
function wander(at, salt) {
  const hour = Math.floor(at / HOUR);
  const day = Math.floor(hour / 24);
  return 0.6 * noise(day * 86400, salt) + 0.7 * Math.sin((2 * Math.PI * hour) / (17 + salt) + 6 * noise(Math.floor(day / 3) * 86400, salt + 1)) + 0.3 * noise(hour * HOUR, salt + 2);
}
