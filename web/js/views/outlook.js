// Tomorrow at home: its energy with an interval, its parts, its hours; and the rest of the month.
import * as api from "../api.js";
import { band } from "../charts/band.js";
import { ladder } from "../charts/base.js";
import { chartCard, swatch } from "../components/card.js";
import { numberCard } from "../components/number.js";
import { dataTable } from "../components/table.js";
import { h } from "../dom.js";
import { OURS, caseOf, isHousehold, lineOf, nextRun, restOf, scaleOf, scaled, servedRun } from "../forecast.js";
import { format } from "../state.js";
import { forecastNow } from "./gridjob.js";
import { midnights, noon, shift } from "../time.js";
import { fixed, number, percent, quantity } from "../units.js";
import { labels } from "./load.js";

const HOUR = 3600;
/** Days over which it is said how good forecasts were. */
const MONTH = 30;

/** The cards of a meter's page, none without a target of that meter: `key` is "electricity" or "gas". */
export async function outlook(key, context) {
  const found = await ahead(key, context);
  if (!found) return [];
  return found.run ? cards({ key, ...found }, context) : [empty(found, context)];
}

/** A number for the first page: what a meter will say of tomorrow, null without a forecast of its energy. */
export async function tomorrowCard(key, context) {
  const { t, language, state } = context;
  const found = await ahead(key, context);
  if (!found?.run?.total || found.day <= found.today) return null;
  const { value, lower, upper, unit } = found.run.total;
  const [middle, low, high] = [value, lower, upper].map((one) => fixed(one, language, value >= 100 ? 0 : 1));
  return numberCard({ what: `${t[key]}, ${t.tomorrow}, ${t.outlook.expected}`, value: middle, unit, colour: key, href: format({ ...state, page: key }), against: t.outlook.interval(low, high) });
}

/** The target of a meter and the forecast of tomorrow, else of today; null without a target. */
async function ahead(key, context) {
  const { series, status, clock } = context;
  // Both meters of the first page ask for the same list.
  const found = await (context.targets ??= ask(() => api.targets()));
  const mine = ({ target }) => series.find(({ id }) => id === target)?.labels?.role?.startsWith(`${key}.`);
  const own = (found?.targets ?? []).filter((target) => isHousehold(target) && mine(target));
  // A load curve says more than the energy of the same days.
  const target = own.find(({ unit }) => unit === "W") ?? own[0];
  if (!target) return null;
  const now = Date.parse(status.now) / 1000;
  const today = clock.iso(now);
  for (const day of [shift(today, { days: 1 }), today]) {
    const answer = await ask(() => api.forecasts({ target: target.target, day }));
    const run = servedRun(answer?.runs ?? []);
    if (run) return { target, run, day, today, now, score: await ask(() => api.score({ target: target.target, from: shift(today, { days: -MONTH }), to: today })) };
  }
  return { target, run: null, today, now };
}

/** A refusal takes nothing else of the page with it. */
const ask = (what) => what().catch((error) => {
  if (error instanceof api.Refusal) return null;
  throw error;
});

function empty({ target, now }, { t, language, clock }) {
  const next = nextRun(target, now, clock);
  const title = t.tomorrow[0].toUpperCase() + t.tomorrow.slice(1);
  return h("section.card.outlook", { "aria-label": title }, h("div.head", null, h("h2", null, title)), h("p", null, t.outlook.none, next && ` ${t.outlook.next(clock.moment(next))}`), forecastNow(target.target, { t, language }));
}

function cards(given, context) {
  const { t, clock } = context;
  const shown = { ...given, title: t.outlook[given.day > given.today ? "title" : "today"](clock.weekdayLong(noon(given.day))) };
  const hourly = shown.run.start.length > 1;
  return [energyCard(shown, hourly, context), hourly && hoursCard(shown, context)].filter(Boolean);
}

/** What is said of a run: how it was made, when, with which temperatures, and why not better. */
function origin({ run }, { t, language, clock }) {
  const say = (text) => text?.[language] ?? text?.en;
  const said = [run.method, ...(run.notes ?? [])].map(say).filter(Boolean).join(" ");
  const how = [t.outlook.issued(clock.moment(run.issued_at)), caseOf(run.weather, t.national.with, t.national.noisy, language)].filter(Boolean).join(", ");
  return `${how}. ${said}`;
}

function energyCard({ target, run, day, title, score }, hourly, context) {
  const { t, language, clock } = context;
  const words = t.outlook;
  const digits = run.total?.value >= 100 ? 0 : 1;
  const value = (one) => fixed(one, language, digits);
  const block = ({ from, to }) => words.span(...[from, to].map((text) => Number(text.slice(0, 2))));
  const rows = run.blocks.map((one) => [block(one), value(one.value), `${value(one.lower)} – ${value(one.upper)}`]);
  return h(`section.card.outlook${hourly ? ".third" : ""}`, { "aria-label": title }, h("div.head", null, h("h2", null, title)),
    run.total && [
      h("div.note", null, words.energy),
      h("div.number", null, value(run.total.value), "\u00a0", h("small", null, run.total.unit)),
      h("div.note", null, words.interval(value(run.total.lower), value(run.total.upper))),
    ],
    rows.length > 0 && [h("h3.note", null, `${words.blocks}, ${run.total?.unit ?? "kWh"}`), dataTable({ title: words.blocks, titles: [words.part, words.expected, words.range], rows })],
    run.month && month(run.month),
    h("p.note", null, origin({ run }, context)), record());

  /** How far forecasts were off, beside what everybody could have said; losses are told as well. */
  function record() {
    const [ours, naive] = [OURS, "naive_d7"].map((model) => lineOf(score, model)?.mae);
    if (ours == null || naive == null) return null;
    const { unit, factor, digits: places } = scaleOf(target.unit);
    const write = (one) => `${fixed(one * factor, language, unit === "kWh" ? 1 : places)}\u00a0${unit}`;
    return h("p.note", null, words.record(MONTH, unit === "kWh", write(ours), write(naive)), score.replayed_hours > 0 && ` ${words.recordRemade}`);
  }

  function month(told) {
    const { known, rest, whole } = restOf(told);
    const whole0 = (one) => number(one, language, 0);
    const name = clock.monthLong(noon(day));
    const line = (what, { value: middle, lower, upper }, more) => h("div", null, h("dt", null, what), h("dd", null, quantity(Math.round(middle), told.unit, language)), h("dd.note", null, words.interval(whole0(lower), whole0(upper)), more));
    return h("dl.facts", null, line(words.rest(name), rest), line(words.month(name), whole, `, ${words.known(quantity(Math.round(known), told.unit, language))}`));
  }
}

function hoursCard({ key, target, run, day, today }, { t, language, clock }) {
  const words = t.outlook;
  const { unit, factor, digits } = scaleOf(target.unit);
  const none = run.start.map(() => null);
  const quantile = (level) => run.quantiles?.[level] ?? none;
  // The nine levels have no quarter: it lies halfway between two of them.
  const between = (one, other) => quantile(one).map((value, i) => (value === null || quantile(other)[i] == null ? null : (value + quantile(other)[i]) / 2));
  const [middle, lower, upper, innerLower, innerUpper] = [run.value, quantile("0.1"), quantile("0.9"), between("0.2", "0.3"), between("0.7", "0.8")].map((values) => scaled(values ?? none, factor));
  const { start } = run;
  const end = start.map((at) => at + HOUR);
  const days = midnights(day, shift(day, { days: 1 }), clock);
  const value = (one) => (one == null ? "–" : fixed(one, language, digits));
  const card = chartCard({
    title: words.byHour(day > today), unit, t, width: "two-thirds", titles: [t.hour, words.median, ...[50, 80].flatMap((share) => [`${share} % ${t.national.low}`, `${share} % ${t.national.high}`])],
    legend: [swatch("line", key, words.median), swatch("inner", key, t.national.chances(50)), swatch("band", key, t.national.chances(80))],
    rows: () => start.map((at, i) => [clock.interval(at, end[i]), ...[middle, innerLower, innerUpper, lower, upper].map((values) => value(values[i]))]),
    draw: (box, read) => band(box, {
      start, end, area: { lower, upper, colour: `--${key}` }, inner: { lower: innerLower, upper: innerUpper }, lines: [{ values: middle, colour: `--${key}`, width: 2 }],
      ticks: ladder(Math.max(0.1, ...[...middle, ...upper].filter((one) => one !== null))), span: { from: days[0], to: days.at(-1) }, midnights: [], height: 320,
      labels: (since, until) => labels(days, { step: "day", since, until, width: box.clientWidth, clock }), format: (one) => number(one, language, 2),
      pick: (i) => read(i === null ? null : [h("b", null, clock.interval(start[i], end[i])), swatch("line", key, words.median, value(middle[i])), swatch("inner", key, percent(50, language, 0), `${value(innerLower[i])} – ${value(innerUpper[i])}`), swatch("band", key, percent(80, language, 0), `${value(lower[i])} – ${value(upper[i])}`)]),
    }),
  });
  card.classList.add("outlook");
  card.append(h("p.note", null, words.note));
  return card;
}
