// The country's load: what happened, what RTE expected, what we did, and who was nearer.
import * as api from "../api.js";
import { figureCard } from "../components/number.js";
import { part } from "../components/part.js";
import { picker } from "../components/picker.js";
import { h } from "../dom.js";
import { OFFICIAL, OURS, dailyErrors, digitsFor, isHousehold, lineOf, mapeOf, peakOf, scaleOf, servedRun } from "../forecast.js";
import { STRETCHES } from "../state.js";
import { ago, daysBetween, nextOf, noon, period, shift } from "../time.js";
import { fixed, percent } from "../units.js";
import { gainsCard, hoursCard, monthsCard } from "./griderrors.js";
import { gridCurve } from "./gridcurve.js";
import { jobCard, troubles } from "./gridjob.js";
import { noJob, noSource } from "./gridready.js";
import { scoreboard } from "./scoreboard.js";

const MONTH = 30;
/** The most days that are drawn hour by hour. */
const MOST = 366;

export async function grid(context) {
  const { t, language, clock, series, status, state, go } = context;
  const { targets } = await api.targets();
  const target = targets.find((one) => !isHousehold(one));
  if (!target) return noJob(context);
  if (!series.find(({ id, points }) => id === target.target && points > 0)) return noSource(target, context);
  const now = Date.parse(status.now) / 1000;
  const today = clock.iso(now);
  const tomorrow = shift(today, { days: 1 });
  const last = target.last_day > today ? tomorrow : today;
  const at = target.at.includes(state.at) ? state.at : target.at[0];
  const { step, from, to, cut } = chosen(state, last);
  const asked = { target: target.target, at };
  const back = (days) => shift(today, { days: -days });
  const score = (since, by) => api.score({ ...asked, from: since, to: today, by });

  // What takes longest is asked for together with the rest, and waited for by its own cards alone.
  const begun = target.first_day && target.first_day < today;
  const none = { models: [], common_hours: 0, replayed_hours: 0 };
  const [yesterday, month] = begun ? [score(back(1)), score(back(MONTH), "hour")] : [none, none].map((one) => Promise.resolve(one));
  const newYear = `${today.slice(0, 4)}-01-01`;
  const scores = begun && Promise.all([yesterday, score(back(7)), month, newYear < today ? score(newYear) : none, score(target.first_day, "month")]);
  // A refusal is shown by the cards that wait for it.
  for (const one of [yesterday, month, scores]) if (one) one.catch(() => {});
  const [curve, recent, runs, said, over] = await Promise.all([
    api.forecastCurve({ ...asked, from, to }),
    api.forecastCurve({ ...asked, from: back(MONTH), to: shift(today, { days: 2 }) }),
    api.forecasts({ target: target.target, day: tomorrow }),
    quietly(yesterday), quietly(month),
  ]);
  const run = servedRun(runs.runs, at);
  const days = dailyErrors(recent, clock).filter(({ date }) => date < today);
  const frame = { ...context, target, now, today, tomorrow, at, run };
  const calls = { t, language };
  const board = scores && await part(scores, (all) => scoreboard(all, frame), { title: t.national.scores, ...calls });
  const years = scores && await part(scores, (all) => monthsCard(all.at(-1), frame), { title: t.national.byMonth, width: "half", ...calls });

  return [
    h("div.head", null, h("h1", null, t.national.title), picker({
      t, steps: STRETCHES, step, date: state.date ?? last, from, until: shift(to, { days: -1 }),
      spoken: clock.dates(noon(from), noon(shift(to, { days: -1 }))), last: to > last, go,
    })),
    sentence(),
    h("p.note", null, t.national.meaning),
    troubles(frame),
    target.at.length > 1 && times(),
    h("div.grid", null,
      numbers(),
      gridCurve({ curve, from, to, cut: cut && MOST }, frame),
      board || h("section.card", { "aria-label": t.national.scores }, h("div.head", null, h("h2", null, t.national.scores)), h("p.note", null, t.national.noScores)),
      begun && over.groups?.length > 0 && hoursCard(over, frame), days.length > 0 && gainsCard(days, frame), years, jobCard(frame)),
  ].flat().filter(Boolean);

  function sentence() {
    const [ours, theirs] = [mapeOf(said, OURS), mapeOf(said, OFFICIAL)];
    const bold = (value, digits) => h("b", null, percent(value, language, digits));
    if (!target.first_day && !run) return h("p.sentence", null, t.national.firstAt(clock.moment(nextOf(target.at, now, clock))));
    if (ours === null) return h("p.sentence", null, t.national.notScored);
    if (theirs === null) return h("p.sentence", null, t.national.alone(bold(ours, 1)));
    const digits = digitsFor(ours, theirs);
    const [mine, its] = [bold(ours, digits), bold(theirs, digits)];
    const equal = ours.toFixed(digits) === theirs.toFixed(digits);
    const words = equal ? t.national.drawn(mine) : ours < theirs ? t.national.won(mine, its) : t.national.lost(its, mine);
    return h("p.sentence", null, words, t.national.ahead(days.filter((day) => day.ours < day.official).length, days.length));
  }

  /** When the forecasts that are shown and scored were made. */
  function times() {
    return h("div.options", null, h("span.note", { id: "issued" }, t.national.issuedAt),
      h("div.segments.small", { role: "group", "aria-labelledby": "issued" }, target.at.map((one) => h("button", { type: "button", "aria-pressed": String(one === at), onclick: () => go({ at: one }) }, one))));
  }

  function numbers() {
    const { unit, factor, digits } = scaleOf(target.unit);
    const value = (one) => (one == null ? null : fixed(one * factor, language, digits));
    const hour = (start) => `${clock.hour(start)}–${clock.hour(start + 3600)}`;
    const i = recent.actual.findLastIndex((one) => one !== null);
    const load = figureCard(i < 0 ? { what: t.national.load, value: null, unit, lines: [] } : {
      what: t.national.loadAt(hour(recent.start[i])), value: value(recent.actual[i]), unit,
      lines: [t.national.measuredAgo(ago(now - recent.start[i] - 3600, language)), t.national.foreseen(value(recent.official[i]), value(recent.value[i]))],
    });
    const top = run && peakOf(run.value);
    const theirs = recent.official.map((one, j) => (clock.iso(recent.start[j]) === tomorrow ? one : null));
    const high = peakOf(theirs);
    const peak = figureCard(run === null || top === null ? { what: t.national.peakUnknown, value: null, unit, lines: [t.national.notForecast] } : {
      what: t.national.peak(hour(run.start[top])), value: value(run.value[top]), unit,
      lines: [
        run.quantiles?.["0.1"] && t.national.interval(value(run.quantiles["0.1"][top]), value(run.quantiles["0.9"][top])),
        target.official && (high === null ? t.national.officialLater : t.national.officialPeak(value(theirs[high]), hour(recent.start[high]))),
      ],
    });
    const mean = (name) => { const one = mapeOf(over, name); return one === null ? null : percent(one, language, 1); };
    const held = lineOf(over, OURS)?.coverage_80;
    const error = figureCard({
      what: t.national.errorOver, value: mean(OURS) && fixed(mapeOf(over, OURS), language, 2), unit: "%",
      lines: [t.national.others(mean(OFFICIAL), mean("naive_d1")), held != null && t.national.held(percent(held, language, 1)), over.weather && t.national.with[over.weather]],
    });
    return [load, peak, error];
  }
}

/** The period of the address, and the longest that is drawn. */
function chosen(state, last) {
  const narrow = matchMedia("(width < 700px)").matches;
  if (!state.from) {
    const step = STRETCHES.includes(state.step) ? state.step : narrow ? "3d" : "7d";
    return { step, ...period(state.date ?? last, step), cut: false };
  }
  const to = shift(state.to, { days: 1 });
  const cut = daysBetween(state.from, to) > MOST;
  return { step: "free", from: cut ? shift(to, { days: -MOST }) : state.from, to, cut };
}

/** A score that was refused is none here: the scoreboard says why. */
const quietly = (answer) => answer.catch((error) => {
  if (error instanceof api.Refusal) return { models: [] };
  throw error;
});
