// How cold it was: the year's degree-days beside last year's, by month, and what a year would have used in equal weather.
import { monthlyDegrees } from "../analysis.js";
import * as api from "../api.js";
import { numberCard } from "../components/number.js";
import { ordinals } from "../dom.js";
import { format } from "../state.js";
import { noon, shift } from "../time.js";
import { change, number } from "../units.js";

/** A year so far against the last one, to the same date; null where the daemon cannot tell. */
export const toDate = (series, { until }, year) => api.quietly(api.compare({ series, from: `${year}-01-01`, to: shift(until, { days: 1 }), with_from: `${year - 1}-01-01` }));

/** The degree-days of two years by month; null where no temperature is kept. */
export const wintersOf = (year) => api.quietly(api.degreeDays({ step: "month", from: `${year - 1}-01-01`, to: `${year + 1}-01-01` }));

/**
 * The winter of a year so far: a card, and the degree-days of its months; null where temperatures are not known.
 * @param {object|null} months as `wintersOf` has them @param {object|null} compared the years to the same date
 */
export function winterCard(months, compared, { year, until }, { t, language, clock, state }) {
  if (!months?.value.some((value) => value !== null)) return null;
  const own = monthlyDegrees(months, { today: until, year, clock });
  const [now, before] = ["first", "second"].map((side) => compared?.[side].degree_days ?? null);
  const shown = [...monthlyDegrees(months, { today: until, year: year - 1, clock }), ...own].slice(0, 12 + Number(until.slice(5, 7))).slice(-12);
  const card = numberCard({
    what: ordinals(`${t.degreeDaysLong}, ${t.toDate(clock.date(noon(until)))}`), value: now === null ? "–" : number(now, language, 0), unit: t.degreeDays, colour: "weather", width: "trio",
    href: format({ ...state, page: "data", series: months.series[0] }),
    change: now === null || !before ? null : change((now / before - 1) * 100, language), against: now === null ? t.degreesMissing : before ? t.contre(`${number(before, language, 0)} ${t.degreeDays}`) : null,
    more: t.degreesBase(number(months.base, language)), months: shown, open: true, label: t.spark,
  });
  return { card, months: own };
}

/**
 * What a comparison says of the weather, null where no model tells: `note` says how the two compare in equal weather,
 * `share` is what the weather alone would have changed, %.
 */
export function equalWeather(compared, { t, language }) {
  const told = compared?.corrected;
  if (!told) return null;
  return {
    note: t.equalWeather(change(told.delta_percent, language), change(told.lower, language), change(told.upper, language)),
    share: told.expected_second > 0 ? (told.expected_first / told.expected_second - 1) * 100 : null,
  };
}
