// What the grid's page says first: a sentence and three numbers.
import { figureCard } from "../components/number.js";
import { h } from "../dom.js";
import { OFFICIAL, OURS, caseOf, digitsFor, lineOf, mapeOf, nextRun, peakOf, scaleOf } from "../forecast.js";
import { ago } from "../time.js";
import { fixed, percent } from "../units.js";

/** Who was nearer yesterday, and how often lately. @param {object} said yesterday's score @param {object[]} days the errors of the days before today */
export function sentence(said, days, { t, language, clock, target, now, run }) {
  const [ours, theirs] = [mapeOf(said, OURS), mapeOf(said, OFFICIAL)];
  const bold = (value, digits) => h("b", null, percent(value, language, digits));
  if (!target.first_day && !run) return h("p.sentence", null, t.national.firstAt(clock.moment(nextRun(target, now, clock))));
  if (said.refused) return h("p.sentence", null, t.partFailed(t.national.scores));
  if (ours === null) return h("p.sentence", null, t.national.notScored);
  if (theirs === null) return h("p.sentence", null, t.national.alone(bold(ours, 1)));
  const digits = digitsFor(ours, theirs);
  const [mine, its] = [bold(ours, digits), bold(theirs, digits)];
  const equal = ours.toFixed(digits) === theirs.toFixed(digits);
  const words = equal ? t.national.drawn(mine) : ours < theirs ? t.national.won(mine, its) : t.national.lost(its, mine);
  return h("p.sentence", null, words, t.national.ahead(days.filter((day) => day.ours < day.official).length, days.length));
}

/** The load now, tomorrow's peak, and how good we were lately. @param {object} recent the curve of the last days and of tomorrow @param {object} over the score of 30 days */
export function numbers(recent, over, { t, language, clock, target, now, tomorrow, run }) {
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
    lines: [t.national.others(mean(OFFICIAL), mean("naive_d1")), held != null && t.national.held(percent(held, language, 1)), over.common_hours > 0 && caseOf(over.weather, t.national.with, t.national.noisy, language)],
  });
  return [load, peak, error];
}
