// The country's load: what happened, what RTE expected, what we did, and who was nearer.
import * as api from "../api.js";
import { failed, part } from "../components/part.js";
import { picker } from "../components/picker.js";
import { h } from "../dom.js";
import { dailyErrors, isNational, servedRun } from "../forecast.js";
import { STRETCHES } from "../state.js";
import { daysBetween, noon, period, shift } from "../time.js";
import { gainsCard, hoursCard, monthsCard } from "./griderrors.js";
import { gridCurve } from "./gridcurve.js";
import { jobCard, troubles } from "./gridjob.js";
import { noJob, noSource } from "./gridready.js";
import { numbers, sentence } from "./gridsummary.js";
import { scoreboard } from "./scoreboard.js";

const MONTH = 30;
const NO_CURVE = { start: [], actual: [], official: [], value: [], lower: [], upper: [], inner_lower: [], inner_upper: [], replayed: [] };
const NO_SCORE = { models: [], common_hours: 0, replayed_hours: 0 };
/** The most days that are drawn hour by hour. */
const MOST = 366;

export async function grid(context) {
  const { t, language, clock, series, status, state, go } = context;
  const { targets } = await api.targets();
  const target = targets.find(isNational);
  if (!target) return noJob(context);
  if (!series.find(({ id, points }) => id === target.target && points > 0)) return noSource(target, context);
  // Other series change nothing here.
  context.watched = [target.target, target.official];
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
  const [yesterday, month] = begun ? [score(back(1)), score(back(MONTH), "hour")] : [Promise.resolve(NO_SCORE), Promise.resolve(NO_SCORE)];
  const newYear = `${today.slice(0, 4)}-01-01`;
  const scores = begun && Promise.all([yesterday, score(back(7)), month, newYear < today ? score(newYear) : NO_SCORE, score(target.first_day, "month")]);
  // A refusal is shown by the cards that wait for it.
  for (const one of [yesterday, month, scores]) if (one) one.catch(() => {});
  const [curve, recent, coverage, runs, said, over] = await Promise.all([
    quietly(api.forecastCurve({ ...asked, from, to }), NO_CURVE),
    quietly(api.forecastCurve({ ...asked, from: back(MONTH), to: shift(today, { days: 2 }) }), NO_CURVE),
    quietly(api.coverage(target.target, { from, to }), { gaps: [] }),
    quietly(api.forecasts({ target: target.target, day: tomorrow }), { runs: [] }),
    quietly(yesterday, NO_SCORE), quietly(month, NO_SCORE),
  ]);
  const run = servedRun(runs.runs, at);
  const days = dailyErrors(recent, clock).filter(({ date }) => date < today);
  const frame = { ...context, target, now, today, tomorrow, at, run };
  const calls = { t, language };
  const [board, years] = scores ? await Promise.all([
    part(scores, (all) => scoreboard(all, frame), { title: t.national.scores, ...calls }),
    part(scores, (all) => monthsCard(all.at(-1), frame), { title: t.national.byMonth, width: "half", ...calls }),
  ]) : [];

  return [
    h("div.head", null, h("h1", null, t.national.title), picker({
      t, steps: STRETCHES, step, date: state.date ?? last, from, until: shift(to, { days: -1 }),
      spoken: clock.dates(noon(from), noon(shift(to, { days: -1 }))), last: to > last, go,
    })),
    sentence(said, days, frame),
    h("p.note", null, t.national.meaning),
    troubles(frame),
    target.at.length > 1 && times(),
    h("div.grid", null,
      numbers(recent, over, frame),
      curve.refused ? failed(curve.refused, { title: t.national.load, ...calls }) : gridCurve({ curve, gaps: coverage.gaps, from, to, cut: cut && MOST }, frame),
      board || h("section.card", { "aria-label": t.national.scores }, h("div.head", null, h("h2", null, t.national.scores)), h("p.note", null, t.national.noScores)),
      begun && over.groups?.length > 0 && hoursCard(over, frame), days.length > 0 && gainsCard(days, frame), years, jobCard(frame)),
  ].flat().filter(Boolean);

  /** When the forecasts that are shown and scored were made. */
  function times() {
    return h("div.options", null, h("span.note", { id: "issued" }, t.national.issuedAt),
      h("div.segments.small", { role: "group", "aria-labelledby": "issued" }, target.at.map((one) => h("button", { type: "button", "aria-pressed": String(one === at), onclick: () => go({ at: one }) }, one))));
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

/** What was refused is empty, and takes nothing else of the page with it. */
const quietly = (answer, empty) => answer.catch((error) => {
  if (error instanceof api.Refusal) return { ...empty, refused: error };
  throw error;
});
